import type { DataSource } from 'typeorm';
import { openSqlite } from '../database/sqlite';
import { MAX_TICKET_WORDS } from './search-document';
import { CREATE_SEARCH_INDEX, indexTicket } from './ticket-search-index';

describe('the document of a ticket', () => {
  let source: DataSource;

  beforeAll(async () => {
    source = await openSqlite(':memory:');
    for (const sql of CREATE_SEARCH_INDEX) await source.query(sql);
  });
  afterAll(() => source.destroy());

  async function finds(bodies: string[], words: string[]): Promise<boolean[]> {
    const document = { subject: 'Long', requesterRid: 1, requester: 'Ana', bodies, notes: [] };
    await indexTicket(source, 1, document);
    const found: boolean[] = [];
    for (const word of words) {
      const rows: unknown[] = await source.query('select rowid from ticket_fts where ticket_fts match ?', [
        word,
      ]);
      found.push(rows.length === 1);
    }
    return found;
  }

  it('holds the words of the first message and then of the newest, up to its limit, and cuts none in two', async () => {
    const many = 'a '.repeat(MAX_TICKET_WORDS - 2).trim();
    expect(await finds([`first ${many}`, 'older', 'newest'], ['first', 'newest', 'older'])).toEqual([
      true,
      true,
      false,
    ]);
    expect(await finds([`first ${many} last`], ['last'])).toEqual([true]);
    expect(await finds([`first ${many} last over`], ['last', 'over', 'ove*'])).toEqual([true, false, false]);
  });
});
