import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'supertest';
import { secretHash } from '../auth/secrets';
import { openTicket, stage, upload } from '../testing/builders';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';
import { TicketWriter } from '../tickets/ticket-writer';
import { dialectOf } from './dialect';

/** How often each status was answered. */
function tally(answers: { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Sends it now, not when somebody waits for the answer. */
const statusOf = (call: Test): Promise<number> => call.then(({ status }) => status);

const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe('many requests at the same moment', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;
  let ticket: TicketDto;

  beforeEach(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
    agent = await desk.signIn('agent');
    ticket = await openTicket(desk, ana);
  });
  afterEach(() => desk.close());

  const now = async () => (await desk.as(agent).get(`/tickets/${ticket.id}`).expect(200)).body as TicketDto;

  it('with a reply to one ticket each: all are there, the version counts them, the log has them all', async () => {
    const path = `/tickets/${ticket.id}/messages`;
    const answers = await Promise.all(times(50, (n) => desk.as(agent).post(path, { body: `Reply ${n}` })));
    expect(tally(answers)).toEqual({ 201: 50 });
    expect((await now()).version).toBe(ticket.version + 50);
    const { body } = await desk.as(ana).get(`${path}?limit=100`).expect(200);
    expect(new Set(body.items.map((message: { body: string }) => message.body)).size).toBe(51);
    const log = `select count(*) as n from ticket_event where type = 'reply'`;
    expect(await desk.rows(log)).toEqual([{ n: 50 }]);
    const found = await desk.as(agent).get('/tickets?q=reply%20"reply%2049"').expect(200);
    expect(found.body.items).toHaveLength(1);
  });

  it('with changes to one ticket based on the same version: one is made, the others hear of it', async () => {
    const change = (n: number) =>
      desk
        .as(agent)
        .patch(`/tickets/${ticket.id}`, { subject: `Subject ${n}` })
        .set('If-Match', `W/"${ticket.version}"`);
    const answers = await Promise.all(times(12, change));
    expect(tally(answers)).toEqual({ 200: 1, 412: 11 });
    expect((await now()).version).toBe(ticket.version + 1);
  });

  it('with one Idempotency-Key: one ticket, and everybody hears of that one', async () => {
    const open = () =>
      desk.as(ana).post('/tickets', { subject: 'Once', body: 'only' }).set('Idempotency-Key', 'the-same');
    const answers = await Promise.all(times(20, open));
    expect(tally(answers)).toEqual({ 201: 20 });
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await desk.rows(`select 1 from ticket where subject = 'Once'`)).toHaveLength(1);
    expect(await desk.rows(`select 1 from message where body = 'only'`)).toHaveLength(1);
  });

  it('with one Idempotency-Key and one file: one ticket has it, and nobody is refused', async () => {
    const [file] = await stage(desk, ana);
    const body = { subject: 'Once', body: 'only', attachmentIds: [file?.id] };
    const open = () => desk.as(ana).post('/tickets', body).set('Idempotency-Key', 'the-same');
    const answers = await Promise.all(times(8, open));
    expect(tally(answers)).toEqual({ 201: 8 });
    expect(new Set(answers.map(({ body: opened }) => opened.id)).size).toBe(1);
  });

  it('with one Idempotency-Key to register: one person, signed in each time', async () => {
    const body = { email: 'new@example.com', name: 'New', password: 'a long enough password' };
    const register = () => desk.anonymous.post('/auth/register', body).set('Idempotency-Key', 'the-same');
    const answers = await Promise.all(times(6, register));
    expect(tally(answers)).toEqual({ 201: 6 });
    expect(new Set(answers.map(({ body: signedIn }) => signedIn.user.id)).size).toBe(1);
  });

  it('with one Idempotency-Key on a reply: one message', async () => {
    const reply = () =>
      desk
        .as(agent)
        .post(`/tickets/${ticket.id}/messages`, { body: 'Once' })
        .set('Idempotency-Key', 'the-same');
    const answers = await Promise.all(times(12, reply));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await desk.rows(`select 1 from message where body = 'Once'`)).toHaveLength(1);
  });

  it('who register one address, however they spell it: one gets it', async () => {
    const register = (n: number) =>
      desk.anonymous.post('/auth/register', {
        email: n % 2 ? 'New@Example.com' : 'new@example.com',
        name: `New ${n}`,
        password: 'a long enough password',
      });
    expect(tally(await Promise.all(times(10, register)))).toEqual({ 201: 1, 409: 9 });
    expect(await desk.rows(`select 1 from "user" where email_norm = 'new@example.com'`)).toHaveLength(1);
  });

  it('for somebody new by several agents: one person, all tickets', async () => {
    const open = (n: number) =>
      desk
        .as(agent)
        .post('/tickets', { subject: `s${n}`, body: 'b', requesterEmail: 'somebody.new@example.com' });
    expect(tally(await Promise.all(times(8, open)))).toEqual({ 201: 8 });
    const people = await desk.rows<{ rid: number }>(
      `select rid from "user" where email_norm = 'somebody.new@example.com'`,
    );
    expect(people).toHaveLength(1);
    expect(await desk.rows('select 1 from ticket where requester_rid = ?', [people[0]?.rid])).toHaveLength(8);
  });

  it('who tag tickets, the same tags in any order: each tag counts its tickets', async () => {
    const tickets = await Promise.all(times(10, () => openTicket(desk, ana)));
    const sets = [['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'd'], ['d', 'a'], ['c']];
    const rounds = times(4, (round) =>
      tickets.map(({ id }, n) =>
        desk.as(agent).patch(`/tickets/${id}`, { tags: sets[(n + round) % sets.length] }),
      ),
    );
    expect(tally(await Promise.all(rounds.flat()))).toEqual({ 200: 40 });
    const counted = await desk.rows(`
      select name, ticket_count as n, (select count(*) from ticket_tag tt where tt.tag_rid = tag.rid) as carried from tag`);
    expect(counted).toHaveLength(4);
    for (const { n, carried } of counted as { n: number; carried: number }[]) expect(n).toBe(carried);
  });

  it('with one file for two replies: one takes it', async () => {
    const [file] = await stage(desk, agent);
    const reply = () =>
      desk.as(agent).post(`/tickets/${ticket.id}/messages`, { body: 'b', attachmentIds: [file?.id] });
    expect(tally(await Promise.all(times(6, reply)))).toEqual({ 201: 1, 400: 5 });
    expect((await now()).version).toBe(ticket.version + 1);
  });

  it('who remove one file: one does, the others find none', async () => {
    const [file] = await upload(desk, ana, ticket);
    const remove = () => desk.as(ana).delete(`/attachments/${file?.id}`);
    expect(tally(await Promise.all(times(6, remove)))).toEqual({ 204: 1, 404: 5 });
  });

  it('who put a file into a ticket and remove it: it is found where it is now, and goes', async () => {
    const [file] = await stage(desk, ana);
    let removed!: Promise<number>;
    await desk.database.transaction(async (manager) => {
      const join = 'update attachment set ticket_rid = ?, customer_visible = 1 where id = ?';
      await manager.query(join, [ticket.number, file?.id]);
      removed = statusOf(desk.as(ana).delete(`/attachments/${file?.id}`));
      // Time for it to wait for us; where it comes too late it finds the same.
      await pause(200);
    });
    expect(await removed).toBe(204);
    expect((await now()).version).toBe(ticket.version + 1);
  });

  it('who remove a file while somebody writes into its ticket: they wait for their turn and need no second try', async () => {
    const [file] = await upload(desk, ana, ticket);
    const load = jest.spyOn(desk.app.get(TicketWriter, { strict: false }), 'load');
    let removed!: Promise<number>;
    await desk.database.transaction(async (manager) => {
      const lock = dialectOf(manager).lock();
      await manager.query(`select 1 from ticket where rid = ? ${lock}`, [ticket.number]);
      removed = statusOf(desk.as(ana).delete(`/attachments/${file?.id}`));
      await pause(200);
      await manager.query('update attachment set customer_visible = 1 where id = ?', [file?.id]);
    });
    expect(await removed).toBe(204);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('with one link to a new password: it works once', async () => {
    await desk.rows('insert into password_reset (hash, user_rid, expires_at) values (?, ?, ?)', [
      secretHash('link'),
      ana.rid,
      desk.clock.now() + 60_000,
    ]);
    const reset = (n: number) =>
      desk.anonymous.post('/auth/password/reset', { token: 'link', password: `another password ${n}` });
    expect(tally(await Promise.all(times(5, reset)))).toEqual({ 204: 1, 400: 4 });
  });

  it('who sign in with a password while it is changed: none of them stays in by the old one', async () => {
    let { token, password } = ana;
    for (let round = 0; round < 4; round++) {
      const newPassword = `the next password ${round}`;
      const signIn = () => desk.anonymous.post('/auth/login', { email: ana.email, password });
      const [changed, ...signedIn] = await Promise.all([
        desk.as({ token }).post('/auth/password/change', { currentPassword: password, newPassword }),
        signIn(),
        signIn(),
      ]);
      expect(changed?.status).toBe(200);
      for (const { status, body } of signedIn)
        if (status === 200) await desk.as({ token: body.accessToken }).get('/auth/me').expect(401);
      [token, password] = [changed?.body.accessToken, newPassword];
      await desk.as({ token }).get('/auth/me').expect(200);
    }
  });
});
