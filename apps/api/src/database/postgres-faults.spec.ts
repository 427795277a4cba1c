import { PostgresServer } from '@liftdesk/testing';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { checkConsistency } from '../search/search-maintenance';
import type { Person } from '../testing/caller';
import { describeOnPostgres, testDatabase } from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { User } from '../users/user.entity';
import { DatabaseUnavailableError } from './database-errors';
import { migrate } from './migrate';
import { openDatabase } from './open-database';

const KILL = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'liftdesk' and pid <> pg_backend_pid()`;
const HALF_TICKETS = `
  select rid from ticket t where not exists (select 1 from message m where m.ticket_rid = t.rid)
    or not exists (select 1 from ticket_event e where e.ticket_rid = t.rid and e.type = 'created')`;
const WRITERS = 6;
const BACK_WITHIN_MS = 30_000;

// It may be so long more than once in a test.
jest.setTimeout(120_000);

interface Answer {
  status: number;
  id: string | undefined;
  retryAfter: string | undefined;
}

/** Lets bytes through until it is told to swallow them, as a network does that fails without a word. */
class Swallowing {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private on = false;

  constructor(port: number) {
    this.server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      const pass = (from: Socket, to: Socket) => {
        this.sockets.add(from);
        from.on('data', (bytes) => this.on || to.write(bytes));
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      };
      pass(client, upstream);
      pass(upstream, client);
    });
  }

  async listen(): Promise<number> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  swallow(on: boolean): void {
    this.on = on;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

describeOnPostgres('a network that fails without a word between the API and PostgreSQL', () => {
  it('is answered for with 503 in time, and all works when it is back', async () => {
    const { env, drop } = await testDatabase();
    const url = new URL(env['DATABASE_URL'] as string);
    const network = new Swallowing(Number(url.port));
    url.port = String(await network.listen());
    const desk = await TestDesk.start({
      env: { DATABASE_URL: url.href, DATABASE_STATEMENT_TIMEOUT: '1s', DATABASE_POOL_SIZE: '3' },
    });
    try {
      const ana = await desk.signIn('customer');
      await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(201);
      network.swallow(true);
      const calls = [1, 2, 3, 4].flatMap(() => [
        desk.as(ana).get('/tickets'),
        desk.as(ana).post('/tickets', { subject: 's', body: 'b' }),
      ]);
      for (const { status, headers } of await Promise.all(calls))
        expect([status, headers['retry-after']]).toEqual([503, '5']);
      network.swallow(false);
      await desk.as(ana).get('/tickets').expect(200);
      await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(201);
    } finally {
      network.swallow(false);
      await desk.close();
      await network.close();
      await drop();
    }
  });
});

describeOnPostgres('a connection of which nothing was heard in time', () => {
  it.each<[string, (desk: DataSource) => Promise<unknown>]>([
    ['a read of its own', (desk) => desk.query('select 1')],
    ['a read by a runner', (desk) => desk.manager.findOneBy(User, { rid: 1 })],
    ['the beginning of a transaction', (desk) => desk.transaction(async () => undefined)],
  ])('is given to nobody again: after %s', async (_, work) => {
    const { env, drop } = await testDatabase();
    const url = new URL(env['DATABASE_URL'] as string);
    const network = new Swallowing(Number(url.port));
    url.port = String(await network.listen());
    const variables = { DATABASE_URL: url.href, DATABASE_STATEMENT_TIMEOUT: '1s', DATABASE_POOL_SIZE: '2' };
    const desk = await openDatabase(databaseSchema.parse(variables));
    try {
      network.swallow(true);
      await expect(work(desk)).rejects.toThrow(DatabaseUnavailableError);
      network.swallow(false);
      await work(desk);
    } finally {
      await desk.destroy();
      await network.close();
      await drop();
    }
  });
});

describeOnPostgres('a PostgreSQL that fails while tickets are opened', () => {
  let server: PostgresServer;
  let desk: TestDesk;
  let ana: Person;

  beforeAll(async () => {
    server = await PostgresServer.start();
    const env = { DATABASE_URL: server.url() };
    const fresh = await openDatabase(databaseSchema.parse(env));
    await migrate(fresh);
    await fresh.destroy();
    desk = await TestDesk.start({ env });
    ana = await desk.signIn('customer');
  });
  afterAll(async () => {
    await desk.close();
    await server.stop();
  });

  /** Opens tickets, some at a time, until `work` is done. */
  async function whileWriting(work: () => Promise<void>): Promise<Answer[]> {
    const answers: Answer[] = [];
    let on = true;
    const write = async (writer: number) => {
      for (let n = 0; on; n += 1) {
        const { status, body, headers } = await desk
          .as(ana)
          .post('/tickets', { subject: `Ticket ${writer}-${n}`, body: 'text', tags: ['a', 'b'] });
        answers.push({ status, id: body.id as string, retryAfter: headers['retry-after'] });
        // Who is told to come again later does.
        if (status !== 201) await pause(20);
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
    try {
      await work();
    } finally {
      on = false;
      await Promise.all(writers);
    }
    return answers;
  }

  const acknowledged = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 201);

  async function until(what: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + BACK_WITHIN_MS; !(await what());) {
      if (Date.now() > end) throw new Error('It did not come back');
      await pause(20);
    }
  }

  /** Some tickets more than now: writing goes on. */
  async function someMore(): Promise<void> {
    const count = async () => (await server.query<{ n: string }>('select count(*) as n from ticket'))[0]?.n;
    const before = Number(await count());
    await until(async () => Number(await count()) >= before + WRITERS);
  }

  async function nothingIsLostOrHalf(answers: readonly Answer[]): Promise<void> {
    for (const { status, retryAfter } of answers) {
      expect([201, 503]).toContain(status);
      if (status === 503) expect(retryAfter).toBe('5');
    }
    const ids = await desk.rows<{ id: string }>('select id from ticket');
    const there = new Set(ids.map(({ id }) => id));
    expect(acknowledged(answers).filter(({ id }) => !there.has(id as string))).toEqual([]);
    expect(await desk.rows(HALF_TICKETS)).toEqual([]);
    expect(await checkConsistency(desk.database)).toMatchObject({ missing: [], orphaned: [] });
    const [tags] = await desk.rows<{ wrong: number }>(`
      select count(*) as wrong from tag
      where ticket_count <> (select count(*) from ticket_tag tt where tt.tag_rid = tag.rid)`);
    expect(tags).toEqual({ wrong: 0 });
  }

  it('by a crash and a restart: every acknowledged ticket is there, none is half, and the API goes on by itself', async () => {
    const answers = await whileWriting(async () => {
      for (let round = 0; round < 2; round++) {
        await someMore();
        await server.restart('immediate');
        await until(async () => (await desk.as(ana).get('/tickets')).status === 200);
      }
      await someMore();
    });
    await nothingIsLostOrHalf(answers);
    await request(desk.server).get('/health/ready').expect(200);
  });

  it('by killed connections: the same', async () => {
    const answers = await whileWriting(async () => {
      for (let round = 0; round < 5; round++) {
        await someMore();
        await server.query(KILL);
      }
      await someMore();
    });
    expect(acknowledged(answers).length).toBeGreaterThan(5 * WRITERS);
    await nothingIsLostOrHalf(answers);
  });

  it('by being away: reads and writes are told when to come again, sign-in is no 500, and all works afterwards', async () => {
    await server.halt('fast');
    const { body } = await desk.as(ana).get('/tickets').expect(503).expect('Retry-After', '5');
    expect(body).toMatchObject({ type: expect.stringContaining('database-unavailable'), status: 503 });
    expect(JSON.stringify(body)).not.toMatch(/ECONN|127\.0\.0\.1|postgres:/);
    await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(503);
    const { email, password } = ana;
    await desk.anonymous.post('/auth/login', { email, password }).expect(503).expect('Retry-After', '5');
    await request(desk.server).get('/health/live').expect(200);
    await until(async () => (await request(desk.server).get('/health/ready')).status === 503);
    await server.resume();
    await desk.as(ana).get('/tickets').expect(200);
    await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(201);
    await until(async () => (await request(desk.server).get('/health/ready')).status === 200);
  });
});
