import type { Test } from 'supertest';
import { aFile, openTicket, stage, upload } from '../testing/builders';
import type { Person } from '../testing/caller';
import { FailingStatements, everything } from '../testing/failing-statements';
import { UnsettledObjects } from '../attachments/unsettled-objects';
import { IdleMerge } from '../search/idle-merge';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from './ticket.dto';

/** A write, prepared anew before each try. */
type Prepare = (given: { ana: Person; agent: Person; ticket: TicketDto }) => Promise<() => Test>;

describe('a write that fails at any of its statements', () => {
  let desk: TestDesk;
  let statements: FailingStatements;
  let ana: Person;
  let agent: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    // Its statements come when they please and would be counted among those of the write.
    await desk.app.get(IdleMerge, { strict: false }).onModuleDestroy();
    statements = new FailingStatements(desk.database);
    ana = await desk.signIn('customer');
    agent = await desk.signIn('agent');
  });
  afterAll(() => desk.close());

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of desk.storage.list('')) keys.push(key);
    return keys.sort();
  }

  const writes: Record<string, Prepare> = {
    'opening a follow-up with tags and a file': async () => {
      const closed = await openTicket(desk, ana);
      await desk.as(ana).patch(`/tickets/${closed.id}`, { status: 'closed' }).expect(200);
      const [file] = await stage(desk, ana);
      const body = {
        subject: 's',
        body: 'b',
        tags: ['a', 'b'],
        attachmentIds: [file?.id],
        followUpOf: closed.id,
      };
      return () => desk.as(ana).post('/tickets', body).set('Idempotency-Key', closed.id);
    },
    'opening a ticket for somebody new': async ({ ticket }) => {
      const body = {
        subject: 's',
        body: 'b',
        requesterEmail: `${ticket.id}@example.com`,
        assigneeId: agent.id,
      };
      return () => desk.as(agent).post('/tickets', body);
    },
    'replying with a file and a status': async ({ ticket }) => {
      const [file] = await stage(desk, agent);
      const body = { body: 'b', status: 'solved', attachmentIds: [file?.id] };
      return () =>
        desk.as(agent).post(`/tickets/${ticket.id}/messages`, body).set('Idempotency-Key', ticket.id);
    },
    noting: async ({ ticket }) => {
      const body = { body: 'b', kind: 'note' };
      return () => desk.as(agent).post(`/tickets/${ticket.id}/messages`, body);
    },
    'changing everything': async ({ ticket }) => {
      const change = { status: 'open', priority: 'low', assigneeId: agent.id, tags: ['x'], subject: 'y' };
      return () =>
        desk.as(agent).patch(`/tickets/${ticket.id}`, { ...change, dueAt: '2027-01-01T00:00:00Z' });
    },
    'marking as read':
      async ({ ticket }) =>
      () =>
        desk.as(agent).put(`/tickets/${ticket.id}/read`),
    'uploading two files':
      async ({ ticket }) =>
      () => {
        const test = desk
          .as(ana)
          .post(`/tickets/${ticket.id}/attachments`)
          .set('Idempotency-Key', `up ${ticket.id}`.replace(' ', ''));
        return test
          .attach('attachments', aFile().content, 'a.pdf')
          .attach('attachments', aFile().content, 'b.pdf');
      },
    'removing a file': async ({ ticket }) => {
      const [file] = await upload(desk, ana, ticket);
      return () => desk.as(ana).delete(`/attachments/${file?.id}`);
    },
    'changing the password': async () => {
      const person = await desk.signIn('customer');
      const body = { currentPassword: person.password, newPassword: 'another long password' };
      return () => desk.as(person).post('/auth/password/change', body);
    },
    'disabling a user': async () => {
      const admin = await desk.signIn('admin');
      const person = await desk.signIn('customer');
      return () => desk.as(admin).patch(`/users/${person.id}`, { disabled: true });
    },
  };

  /** Statements after the write's own transaction, which cross out a note: the write is done, whatever becomes of them. */
  const afterwards: Record<string, number> = { 'removing a file': 2 };

  it.each(Object.entries(writes))('leaves nothing behind: %s', async (name, prepare) => {
    const send = async (failAt: number) => {
      const ticket = await openTicket(desk, ana, { tags: ['w'] });
      const write = await prepare({ ana, agent, ticket });
      const before = { rows: await everything(desk.database), objects: await objects() };
      statements.arm(failAt);
      const { status, body } = await write();
      const { count } = statements;
      statements.arm(0);
      // A COMMIT that fails may have gone through all the same: what is left is noted, and the sweeper finds out.
      if (failAt > 0 && failAt === count)
        await desk.app.get(UnsettledObjects, { strict: false }).sweep(Number.MAX_SAFE_INTEGER);
      const after = { rows: await everything(desk.database), objects: await objects() };
      return { status, body, count, before, after };
    };

    const whole = await send(0);
    expect(whole.status).toBeLessThan(300);
    expect(whole.after.rows).not.toEqual(whole.before.rows);
    expect(whole.count).toBeGreaterThan(1);
    for (let n = 1; n <= whole.count - (afterwards[name] ?? 0); n++) {
      const failed = await send(n);
      expect(failed.status).toBe(500);
      expect(JSON.stringify(failed.body)).not.toContain('disk');
      expect(failed.after).toEqual(failed.before);
    }
  });
});
