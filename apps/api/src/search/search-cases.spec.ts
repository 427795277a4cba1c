import Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import { describeOnPostgres, openTestDatabase } from '../testing/test-database';
import { fts5Engine } from './fts5-engine';
import { NEWEST, type SqlSource } from './search-document';
import type { SearchEngine } from './search-engine';
import { parseQuery } from './query-grammar';
import { SEARCH_CASES, SEARCH_DOCUMENTS } from './search-cases';
import { CREATE_SEARCH_INDEX } from './ticket-search-index';
import { CREATE_TSVECTOR_INDEX } from './tsvector-index';
import { tsvectorEngine } from './tsvector-engine';

const rids = Object.keys(SEARCH_DOCUMENTS).map(Number);

/** The whole table on one engine, through the same calls as the API makes. */
function findsWhatTheTableSays(engine: SearchEngine, source: () => SqlSource): void {
  it.each(SEARCH_CASES)('$rule: $q', async ({ q, as, hits }) => {
    const { match } = parseQuery(q);
    if (match === null) throw new Error('There is nothing to look for');
    const scope = { mayReadNotes: as === undefined, requesterRid: as?.requesterRid };
    const found = await engine.walk(
      source(),
      { match: engine.expression(match, scope), filter: 'true', values: [] },
      NEWEST,
      100,
    );
    expect(found.rids).toEqual(hits);
  });
}

describe('search on SQLite', () => {
  const database = new Database(':memory:');
  const source: SqlSource = {
    query: async <T>(sql: string, values: unknown[] = []) => {
      const statement = database.prepare(sql);
      return (statement.reader ? statement.all(...values) : statement.run(...values)) as T;
    },
  };

  beforeAll(async () => {
    for (const statement of CREATE_SEARCH_INDEX) await source.query(statement);
    for (const rid of rids) await fts5Engine.write(source, rid, SEARCH_DOCUMENTS[rid] as never);
  });
  afterAll(() => database.close());

  findsWhatTheTableSays(fts5Engine, () => source);
});

describeOnPostgres('search on PostgreSQL', () => {
  let source: DataSource;

  beforeAll(async () => {
    source = await openTestDatabase({ bare: true });
    await source.query('create table ticket (rid integer primary key)');
    for (const statement of CREATE_TSVECTOR_INDEX) await source.query(statement);
    for (const rid of rids) {
      await source.query('insert into ticket values (?)', [rid]);
      await tsvectorEngine.write(source, rid, SEARCH_DOCUMENTS[rid] as never);
    }
  });
  afterAll(() => source.destroy());

  findsWhatTheTableSays(tsvectorEngine, () => source);
});
