import type { DataSource } from 'typeorm';
import { describeOnPostgres, openTestDatabase } from '../testing/test-database';
import { MAX_TICKET_TEXT, type TicketDocument } from './search-document';
import { requesterMatch, termOf } from './match-node';
import { toTsquery } from './tsquery';
import { tsvectorOf } from './tsvector-document';

const LIMIT = 1_048_575;
const empty: TicketDocument = { subject: '', requesterRid: 35, requester: '', bodies: [], notes: [] };

describe('the document of a ticket for PostgreSQL', () => {
  it('has each word once, with its places and the weight of its column', () => {
    const document = {
      subject: 'A b',
      requesterRid: 1,
      requester: 'Ana',
      bodies: ['b c', 'b'],
      notes: ['c'],
    };
    expect(tsvectorOf(document)).toBe(`'\uE000':1A 'a':3A 'b':4A,10C,13C '\uE0011':6B 'ana':8B 'c':11C,15D`);
  });
});

describeOnPostgres('the document of a ticket on PostgreSQL', () => {
  let source: DataSource;
  beforeAll(async () => (source = await openTestDatabase({ bare: true })));
  afterAll(() => source.destroy());

  const agent = { mayReadNotes: true };
  const customer = { mayReadNotes: false };
  const bytes = async (document: TicketDocument): Promise<number> => {
    const [row] = await source.query<{ n: number }[]>('select length(cast(? as tsvector)::text) as n', [
      tsvectorOf(document),
    ]);
    return row?.n ?? 0;
  };
  const finds = async (document: TicketDocument, words: string, scope = agent): Promise<boolean> => {
    const term = termOf(words, null);
    if (term === null) throw new Error('There is nothing to look for');
    const [row] = await source.query<{ found: boolean }[]>(
      'select cast(? as tsvector) @@ cast(? as tsquery) as found',
      [tsvectorOf(document), toTsquery(term, scope)],
    );
    return row?.found ?? false;
  };

  it('beyond the last place still is found by each word, but by no phrase that is none', async () => {
    const bodies = [`${'lorem ipsum '.repeat(8_190)}dolor sit`, 'amet consectetur'];
    const long = { ...empty, bodies, notes: ['hidden secret'] };
    for (const word of ['lorem', 'dolor', 'sit', 'amet', 'consectetur', 'hidden', 'secret'])
      expect([word, await finds(long, word)]).toEqual([word, true]);
    expect(await finds(long, 'lorem ipsum')).toBe(true);
    for (const phrase of [
      'consectetur amet',
      'sit amet',
      'dolor consectetur',
      'ipsum consectetur',
      'hidden lorem',
    ])
      expect([phrase, await finds(long, phrase)]).toEqual([phrase, false]);
    expect([await finds(long, 'amet', customer), await finds(long, 'hidden', customer)]).toEqual([
      true,
      false,
    ]);
  });

  it('keeps a word of a reply for the customer, however often the notes have it', async () => {
    const often = { ...empty, bodies: ['reply word'], notes: ['word '.repeat(40_000)] };
    expect(await finds(often, 'word', customer)).toBe(true);
    const only = { ...empty, bodies: ['reply '.repeat(40_000)], notes: ['word '.repeat(40_000)] };
    expect([await finds(only, 'word', customer), await finds(only, 'word')]).toEqual([false, true]);
  });

  const unique = (letters: string, length: number) =>
    Array.from({ length: Math.floor(MAX_TICKET_TEXT / (length + 1)) }, (_, n) =>
      [...n.toString(8).padStart(6, '0')]
        .map((digit) => letters[Number(digit)])
        .join('')
        .padEnd(length, letters[0]),
    ).join(' ');
  it.each([
    ['of one long foreign word after the other', unique('कखगघचछजझ', 60)],
    ['of short words, each another', unique('abcdefgh', 6)],
    ['of one sentence without spaces', '電話機故障中文字'.repeat(25_000)],
    ['of one word', 'word '.repeat(40_000)],
    ['of characters beyond the first 65,536', '𐐀𐐁 '.repeat(40_000)],
  ])('is taken whatever it is made of: %s', async (_, text) => {
    const document = { ...empty, subject: 'first', bodies: [text], notes: [text] };
    expect(await bytes(document)).toBeGreaterThan(0);
    expect(await finds(document, 'first')).toBe(true);
    const [row] = await source.query<{ n: number }[]>('select pg_column_size(cast(? as tsvector)) as n', [
      tsvectorOf(document),
    ]);
    expect(row?.n).toBeLessThan(LIMIT + 500_000);
  });

  it('is never asked anything that is no query', async () => {
    for (const text of ["o'neil", 'a\\b', '', ':*', '!&|<->', "'", '\\']) {
      const match = requesterMatch(text);
      if (match) await source.query('select cast(? as tsquery)', [toTsquery(match, agent)]);
    }
  });
});
