import fc from 'fast-check';
import { note, openTicket, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from './ticket.dto';

const SNIPPETS = [
  '"',
  "'",
  '*',
  '(',
  ')',
  ':',
  '^',
  '-',
  '+',
  ' ',
  'AND',
  'OR',
  'NOT',
  'NEAR(',
  '{subject}',
  'body:',
  'rowid:',
  'ticket_fts',
  'match',
  "'; drop table ticket; --",
  '" OR 1=1 --',
  'subject:"',
  'status:',
  'is:',
  'has:',
  'from:',
  'assignee:%',
  'assignee:_',
  'tag:',
  '-tag:',
  'before:',
  'after:9999-99-99',
  'before:2026-11-01',
  '\u0000',
  '\ud800',
  '\u200b',
  '😀',
  'İ',
  'ß',
  '日本',
  'نص',
  '\\',
  '%',
  '_',
  '?',
  '$1',
  '@x',
  '\n',
  'x'.repeat(300),
  'me',
  'none',
];

describe('a search', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer', { name: 'Ana Müller', email: 'ana@example.com' });
    agent = await desk.signIn('agent');
    await openTicket(desk, ana, { subject: 'Straße gesperrt', body: 'Die Brücke ist zu.' });
    await openTicket(desk, ana, { subject: 'Συνάντηση ΟΔΟΣ', body: 'Γειά' });
    await openTicket(desk, ana, { subject: 'プリンタが燃えている', body: '助けてください' });
    await openTicket(desk, ana, { subject: 'Принтер горит', body: 'Помогите, пожалуйста' });
    await openTicket(desk, ana, { subject: 'Order 4711-B', body: 'see file error_log.txt v2.10' });
  });
  afterAll(() => desk.close());

  const find = async (q: string, by = agent): Promise<string[]> => {
    const { body } = await desk
      .as(by)
      .get(`/tickets?q=${encodeURIComponent(q)}`)
      .expect(200);
    return body.items.map(({ subject }: TicketDto) => subject);
  };

  it.each([
    ['strasse', 'Straße gesperrt'],
    ['STRASSE brucke', 'Straße gesperrt'],
    ['brü*', 'Straße gesperrt'],
    ['οδός', 'Συνάντηση ΟΔΟΣ'],
    ['принтер ПОЖАЛУЙСТА', 'Принтер горит'],
    ['プリンタ', 'プリンタが燃えている'],
    ['4711', 'Order 4711-B'],
    ['"4711-B"', 'Order 4711-B'],
    ['error_log', 'Order 4711-B'],
    ['v2.10', 'Order 4711-B'],
  ])('finds %s in %s', async (q, subject) => {
    expect(await find(q)).toEqual([subject]);
    expect(await find(q, ana)).toEqual([subject]);
  });

  it('finds words of the subject, of every message and of the requester together', async () => {
    const ticket = await openTicket(desk, ana, { subject: 'Zebra', body: 'Okapi' });
    await write(desk, agent, ticket, { body: 'Tapir' });
    expect(await find('zebra okapi tapir müller')).toEqual(['Zebra']);
    expect(await find('"okapi tapir"')).toEqual([]);
  });

  it('finds the last word of the longest message, of the first and of the newest', async () => {
    const long = (last: string) => `${'lorem ipsum '.repeat(10_000).slice(0, 99_980)} ${last}`;
    const ticket = await openTicket(desk, ana, { subject: 'Long', body: long('walrus') });
    await write(desk, agent, ticket, { body: `${'Between '.repeat(20)}ocelot` });
    await note(desk, agent, ticket, { body: long('numbat') });
    await write(desk, agent, ticket, { body: long('wombat') });
    expect(await find('walrus wombat numbat')).toEqual(['Long']);
    expect(await find('numbat', ana)).toEqual([]);
    // The limit of a ticket: what stands between gives way to the newest.
    expect(await find('ocelot subject:long')).toEqual([]);
  });

  it('finds the first and the newest of many messages', async () => {
    const ticket = await openTicket(desk, ana, { subject: 'Many', body: 'Capybara' });
    for (let n = 0; n < 60; n++) await write(desk, n % 2 ? agent : ana, ticket, { body: `Reply${n}` });
    await note(desk, agent, ticket, { body: 'Quokka' });
    expect(await find('capybara reply0 reply30 reply59 quokka')).toEqual(['Many']);
    expect(await find('"capybara reply0"')).toEqual([]);
  });

  it('is never an error, never SQL, and shows a customer nothing but its own, whatever it is', async () => {
    await openTicket(desk, await desk.signIn('customer'), {
      subject: 'Of another',
      body: 'strasse x me none',
    });
    const q = fc.oneof(
      fc.array(fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ unit: 'binary', maxLength: 5 })), {
        maxLength: 8,
      }),
      fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 3 }),
    );
    const sort = fc.constantFrom('', '&sort=relevance', '&sort=-priority', '&sort=dueAt');
    await fc.assert(
      fc.asyncProperty(q, sort, fc.boolean(), async (pieces, order, byCustomer) => {
        const text = pieces
          .join('')
          .slice(0, 1_000)
          .replace(/\p{Cs}/gu, '\ufffd');
        const answer = await desk
          .as(byCustomer ? ana : agent)
          .get(`/tickets?q=${encodeURIComponent(text)}${order}`);
        expect(answer.status).toBe(200);
        if (byCustomer) expect(answer.text).not.toContain('Of another');
      }),
      { numRuns: 250 },
    );
    expect(await desk.rows('select count(*) as n from ticket')).toEqual([{ n: 9 }]);
  });

  it.each(['%ED%A0%80', '%00', '%FF', '%', '%E0%A4%A', '+', '%2B%2B', '%22%22', '%27'])(
    'is never an error where the address itself is broken: q=%s',
    async (raw) => {
      await desk.as(agent).get(`/tickets?q=${raw}`).expect(200);
    },
  );

  it('takes a forged cursor for what it is', async () => {
    const forge = (keys: unknown[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');
    for (const cursor of [
      ['q', 'x'],
      ['q', null],
      ['qrelevance', 'x'],
      ['qrelevance', -1],
      ['qpriority', 1e300],
    ]) {
      const sort = String(cursor[0]).slice(1);
      const path = `/tickets?q=a&cursor=${forge(cursor)}${sort && `&sort=${sort}`}`;
      await desk.as(agent).get(path).expect(400);
    }
  });
});
