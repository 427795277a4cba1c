import Database from 'better-sqlite3';
import { toFts5 } from './fts5-query';
import { parseQuery } from './query-grammar';
import { SEARCH_CASES, SEARCH_DOCUMENTS } from './search-cases';
import type { SqlSource } from './search-document';
import { CREATE_SEARCH_INDEX, indexTicket } from './ticket-search-index';

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
    for (const [rid, document] of Object.entries(SEARCH_DOCUMENTS))
      await indexTicket(source, Number(rid), document);
  });
  afterAll(() => database.close());

  it.each(SEARCH_CASES)('$rule: $q', async ({ q, as, hits }) => {
    const { match } = parseQuery(q);
    const expression =
      match && toFts5(match, { mayReadNotes: as === undefined, requesterRid: as?.requesterRid });
    const rows = await source.query<{ rowid: number }[]>(
      'select rowid from ticket_fts where ticket_fts match ? order by rowid desc',
      [expression],
    );
    expect(rows.map((row) => row.rowid)).toEqual(hits);
  });
});
