import type { Test } from 'supertest';
import { aFile, openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { DAY, MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';
import { Idempotency } from './idempotency';

describe('an Idempotency-Key', () => {
  let desk: TestDesk;
  let ana: Person;
  let ticket: TicketDto;
  let keys = 0;
  let key: string;

  beforeAll(async () => {
    desk = await TestDesk.start({ env: { JWT_EXPIRES_IN: '7d' } });
    ana = await desk.signIn('customer');
  });
  beforeEach(async () => {
    ticket = await openTicket(desk, ana);
    key = `key-${(keys += 1)}`;
  });
  afterAll(() => desk.close());

  const count = async (table: string): Promise<number> =>
    (await desk.rows<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? 0;
  const open = (given: object = {}, by = ana): Test =>
    desk
      .as(by)
      .post('/tickets', { subject: 's', body: 'b', ...given })
      .set('Idempotency-Key', key);

  const writes: Record<string, { table: string; send: () => Test }> = {
    'a ticket': { table: 'ticket', send: () => open() },
    'a message': {
      table: 'message',
      send: () =>
        desk.as(ana).post(`/tickets/${ticket.id}/messages`, { body: 'b' }).set('Idempotency-Key', key),
    },
    'a staged file': {
      table: 'attachment',
      send: () =>
        desk
          .as(ana)
          .post('/attachments')
          .set('Idempotency-Key', key)
          .attach('attachments', aFile().content, 'a.pdf'),
    },
    'a file of a ticket': {
      table: 'attachment',
      send: () =>
        desk
          .as(ana)
          .post(`/tickets/${ticket.id}/attachments`)
          .set('Idempotency-Key', key)
          .attach('attachments', aFile().content, 'a.pdf'),
    },
  };

  it.each(Object.entries(writes))(
    'makes %s once, and gives the first answer again',
    async (_, { table, send }) => {
      const before = await count(table);
      const first = await send().expect(201);
      const again = await send().expect(201);
      expect(again.body).toEqual(first.body);
      expect(again.headers['etag']).toBe(first.headers['etag']);
      expect(await count(table)).toBe(before + 1);
    },
  );

  it.each(Object.entries(writes))(
    'makes %s once also for 20 who come at once',
    async (_, { table, send }) => {
      const before = await count(table);
      const answers = await Promise.all(Array.from({ length: 20 }, () => send()));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(await count(table)).toBe(before + 1);
    },
  );

  it.each(['ticket.opened', 'ticket.replied'])('is told in the log once: %s', async (message) => {
    const told = async () => (await desk.log()).split(message).length - 1;
    const send = () => (message === 'ticket.opened' ? open() : (writes['a message']?.send() as Test));
    const before = await told();
    await send().expect(201);
    await send().expect(201);
    // What is written behind the second answer would be missed without one that is known to come last.
    await openTicket(desk, ana, { subject: 'last' });
    expect((await told()) - before).toBe(message === 'ticket.opened' ? 2 : 1);
  });

  it('leaves one object of 20 uploads at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => writes['a staged file']?.send()));
    let objects = 0;
    for await (const _ of desk.storage.list('')) objects += 1;
    expect(objects).toBe(await count('attachment'));
  });

  it('gives the first answer, not the present state', async () => {
    const first = await open().expect(201);
    await desk.as(ana).patch(`/tickets/${first.body.id}`, { status: 'closed' }).expect(200);
    expect((await open().expect(201)).body).toEqual(first.body);
  });

  it('is 422 with another body, on another route and for another ticket', async () => {
    await open().expect(201);
    const { body } = await open({ priority: 'low' }).expect(422);
    expect(body.type).toMatch(/\/idempotency-mismatch$/);
    await writes['a message']?.send().expect(422);
    await writes['a staged file']?.send().expect(422);
    const before = await count('ticket');
    await open({ subject: 'other' }).expect(422);
    expect(await count('ticket')).toBe(before);
  });

  it('counts the same body written otherwise as the same', async () => {
    const first = await desk
      .as(ana)
      .post('/tickets', { subject: 's', body: 'b' })
      .set('Idempotency-Key', key);
    const again = await desk
      .as(ana)
      .post('/tickets', { body: 'b', tags: [], priority: 'normal', subject: ' s ' })
      .set('Idempotency-Key', key);
    expect(again.body.id).toBe(first.body.id);
  });

  it('is each user’s own', async () => {
    const first = await open().expect(201);
    const other = await open({}, await desk.signIn('customer')).expect(201);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('remembers no failure', async () => {
    await open({ followUpOf: ticket.id }).expect(409);
    await desk.as(ana).patch(`/tickets/${ticket.id}`, { status: 'closed' }).expect(200);
    await open({ followUpOf: ticket.id }).expect(201);
  });

  it('is forgotten after 24 hours', async () => {
    const first = await open().expect(201);
    desk.clock.advance(DAY - MINUTE);
    expect((await open().expect(201)).body.id).toBe(first.body.id);
    desk.clock.advance(2 * MINUTE);
    expect((await open({ subject: 'other' }).expect(201)).body.id).not.toBe(first.body.id);
  });

  it('is swept when its time is over', async () => {
    await open().expect(201);
    const idempotency = desk.app.get(Idempotency, { strict: false });
    const sweep = () => desk.database.transaction((manager) => idempotency.sweep(manager));
    await sweep();
    expect(await count('idempotency_key')).toBeGreaterThan(0);
    desk.clock.advance(DAY + MINUTE);
    await sweep();
    expect(await count('idempotency_key')).toBe(0);
  });

  it.each(['', 'two words', 'ü', 'x'.repeat(201), 'a\tb'])(
    'is refused where it is no key: %j',
    async (bad) => {
      key = Buffer.from(bad, 'utf8').toString('latin1');
      await open().expect(400);
    },
  );
});
