import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { describeOnPostgres, openTestDatabase } from '../testing/test-database';
import { toFts5 } from './fts5-query';
import { parseQuery } from './query-grammar';
import type { TicketDocument } from './search-document';
import { CREATE_SEARCH_INDEX, indexTicket } from './ticket-search-index';
import { toTsquery } from './tsquery';
import { tsvectorEngine } from './tsvector-engine';
import { CREATE_TSVECTOR_INDEX } from './tsvector-index';

const WORDS = ['ant', 'anthem', 'bee', 'bees', 'über', 'Straße', '電話', '電話機', '話', 'E-5', 'x', 'ёж'];
const DOCUMENTS = 60;

const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((list) => list.join(' '));
const documents = fc.record({
  subject: words,
  requesterRid: fc.constantFrom(1, 2),
  requester: words,
  bodies: fc.array(words, { maxLength: 3 }),
  notes: fc.array(words, { maxLength: 2 }),
});
const queries = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...WORDS) },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          ' ',
          ' ',
          ' OR ',
          ' -',
          '-',
          '(',
          ')',
          '"',
          '*',
          'subject:',
          'body:',
          'requester:',
        ),
      },
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((parts) => parts.join(''));

describeOnPostgres('both engines', () => {
  const sqlite = new Database(':memory:');
  let postgres: DataSource;
  const find = () =>
    sqlite.prepare('select rowid from ticket_fts where ticket_fts match ? order by rowid').pluck();

  beforeAll(async () => {
    for (const statement of CREATE_SEARCH_INDEX) sqlite.exec(statement);
    postgres = await openTestDatabase({ bare: true });
    await postgres.query('create table ticket (rid integer primary key)');
    for (const statement of CREATE_TSVECTOR_INDEX) await postgres.query(statement);
    const made = fc.sample(documents, { numRuns: DOCUMENTS, seed: 7 }) as TicketDocument[];
    const source = {
      query: async (sql: string, values: unknown[] = []) => sqlite.prepare(sql).run(...values) as never,
    };
    for (const [index, document] of made.entries()) {
      await indexTicket(source, index + 1, document);
      await postgres.query('insert into ticket values (?)', [index + 1]);
      await tsvectorEngine.write(postgres, index + 1, document);
    }
  });
  afterAll(async () => {
    sqlite.close();
    await postgres.destroy();
  });

  it('find the same for any query, for the desk and for a customer', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(queries, fc.constantFrom(null, 1, 2), async (q, requesterRid) => {
        const { match } = parseQuery(q);
        if (match === null) return;
        const scope = requesterRid === null ? { mayReadNotes: true } : { mayReadNotes: false, requesterRid };
        const rows = await postgres.query<{ rid: number }[]>(
          'select rid from ticket_search where tsv @@ cast(? as tsquery) order by rid',
          [toTsquery(match, scope)],
        );
        const onSqlite = find().all(toFts5(match, scope));
        expect(rows.map(({ rid }) => rid)).toEqual(onSqlite);
        if (onSqlite.length > 0) found += 1;
      }),
      { numRuns: 800, seed: 11 },
    );
    // Queries that never find anything would agree as well.
    expect(found).toBeGreaterThan(150);
  });
});
