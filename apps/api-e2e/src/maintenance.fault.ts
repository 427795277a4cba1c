import { PostgresServer } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type BuiltApi, DIST, Installation } from './harness/built-api';
import { Client, type Ticket } from './harness/client';

const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };
const WRITERS = 16;
const ROUNDS = 4;
const TICKETS = 'select id, subject, updated_at from ticket order by rid';
const MESSAGES = 'select id, body from message order by rid';
const MAIL = 'select id, status, attempts, lease, due_at from outbox_mail order by rid';

/** A ticket that the nth writer opens, or tries to. */
interface Opening {
  n: number;
  key: string;
}

const ticketOf = ({ n, key }: Opening): [object, Record<string, string>] => [
  { subject: key, body: 'As you said.', requesterEmail: `somebody${n}@people.example` },
  { 'Idempotency-Key': key },
];

/** One engine: its rows as they are on disk, and how many processes serve it. */
interface Engine {
  name: string;
  processes: number;
  begin(): Promise<Record<string, string>>;
  rows(installation: Installation, sql: string): Promise<unknown[]>;
  end(): Promise<void>;
}

function sqlite(): Engine {
  return {
    name: 'SQLite',
    processes: 1,
    begin: async () => ({}),
    rows: async ({ databasePath }, sql) => {
      const database = new Database(databasePath, { readonly: sql.startsWith('select') });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
    end: async () => undefined,
  };
}

function postgres(): Engine {
  let server: PostgresServer;
  return {
    name: 'PostgreSQL',
    processes: 2,
    begin: async () => {
      server = await PostgresServer.start();
      await server.query('create database desk');
      return { DATABASE_URL: server.url('desk') };
    },
    rows: (_, sql) => server.query(sql, [], 'desk'),
    end: () => server.stop(),
  };
}

describe.each([sqlite(), postgres()])('maintenance under full writing, on $name', (engine) => {
  let installation: Installation;
  let servers: BuiltApi[];

  beforeAll(async () => {
    const where = await engine.begin();
    installation = new (class extends Installation {
      override env = (given: Record<string, string> = {}): Record<string, string> =>
        super.env({ ...where, ...given });
    })();
    installation.command('migration:run');
    installation.addUser('agent', AGENT.email, AGENT.password);
    servers = [];
    while (servers.length < engine.processes) servers.push(await installation.start());
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    installation.remove();
    await engine.end();
  });

  /** By a process of its own, while the writers of this one go on. */
  function start(...args: string[]): { child: ChildProcess; done: Promise<[number, object]> } {
    const child = spawn(process.execPath, [join(DIST, 'cli.js'), 'maintenance', ...args, '--json'], {
      cwd: installation.folder,
      env: installation.env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    const done = once(child, 'close').then(([code]) => [code, JSON.parse(said)] as [number, object]);
    return { child, done };
  }
  async function maintenance(...args: string[]): Promise<object> {
    const [code, said] = await start(...args).done;
    expect([code, said]).toEqual([0, expect.objectContaining({ ok: true })]);
    return said;
  }
  const clients = (): Promise<Client[]> =>
    Promise.all(servers.map(({ origin }) => new Client(origin).signIn(AGENT.email, AGENT.password)));
  const onDisk = async (): Promise<string> =>
    JSON.stringify(await Promise.all([TICKETS, MESSAGES, MAIL].map((sql) => engine.rows(installation, sql))));

  it('the desk is complete when the command returns, stays so, and what was refused is taken afterwards', async () => {
    const agents = await clients();
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = acknowledged.size;
      const writer = async (n: number): Promise<Opening> => {
        const agent = agents[n % agents.length] as Client;
        for (let i = 0; ; i += 1) {
          const key = `round-${round}-writer-${n}-ticket-${i}`;
          const answer = await agent.send('POST', '/api/tickets', ...ticketOf({ n, key }));
          const body = (await answer.json()) as Ticket & { maintenance?: object };
          if (answer.status === 201) acknowledged.add(body.id);
          else {
            expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
            expect(body.maintenance).toMatchObject({ message: 'We move house' });
            return { n, key };
          }
        }
      };
      let over = false;
      const writers = Promise.all(Array.from({ length: WRITERS }, (_, n) => writer(n)));
      const refusals = writers.finally(() => (over = true));
      while (!over && acknowledged.size < before + 100)
        await new Promise((resolve) => setTimeout(resolve, 10));
      // Before the switch is thrown nobody is refused.
      if (over) expect(await refusals).toEqual([]);

      expect(await maintenance('on', '--message', 'We move house')).toMatchObject({
        ok: true,
        maintenance: { message: 'We move house' },
      });
      const complete = await onDisk();
      expect(complete).not.toMatch(/"lease":"/);
      const refused = await refusals;
      expect(await onDisk()).toBe(complete);
      const ids = (await engine.rows(installation, TICKETS)).map((row) => (row as Ticket).id);
      expect(new Set(ids)).toEqual(acknowledged);

      for (const agent of agents) {
        await agent.get('/tickets?limit=50');
        expect((await agent.send('PATCH', `/api/tickets/${ids[0]}`, { priority: 'high' })).status).toBe(503);
      }
      expect(await onDisk()).toBe(complete);

      expect(await maintenance('off')).toEqual({ ok: true, maintenance: null });
      for (const write of refused) {
        const agent = agents[write.n % agents.length] as Client;
        const again = (): Promise<Ticket> => agent.post<Ticket>('/tickets', ...ticketOf(write));
        const { id } = await again();
        expect((await again()).id).toBe(id);
        expect(acknowledged).not.toContain(id);
        acknowledged.add(id);
      }
    }
    expect(await engine.rows(installation, TICKETS)).toHaveLength(acknowledged.size);
  });

  it('waits for a mail that somebody has in hand, and interrupted says what state things are in', async () => {
    const inHand = (dueAt: number): Promise<unknown[]> =>
      engine.rows(
        installation,
        `update outbox_mail set status = 'queued', lease = 'in hand', due_at = ${dueAt}
         where rid = (select min(rid) from outbox_mail) returning rid`,
      );
    const leases = async (): Promise<unknown[]> =>
      (await engine.rows(installation, 'select lease from outbox_mail where lease is not null')).map(
        (row) => (row as { lease: string }).lease,
      );
    expect(await inHand(Date.now() + 170_000)).toHaveLength(1);
    const { child, done } = start('on');
    let lines = '';
    child.stderr?.on('data', (piece: Buffer) => (lines += piece.toString()));
    // It may be two: the server sends mail, too.
    while (!/Waiting for \d mail/.test(lines))
      await Promise.race([
        once(child.stderr as NodeJS.ReadableStream, 'data'),
        done.then(() => Promise.reject(new Error(lines))),
      ]);
    child.kill('SIGINT');
    expect(await done).toEqual([
      130,
      { ok: false, exitCode: 130, error: expect.stringMatching(/no writes are taken.*Run the same again/) },
    ]);
    expect(await leases()).toContain('in hand');
    const origin = servers[0]?.origin ?? '';
    await expect(new Client(origin).signIn(AGENT.email, AGENT.password)).rejects.toThrow(/503/);
    await inHand(1);
    await maintenance('on');
    expect(await leases()).toEqual([]);
    await maintenance('off');
  });

  it('lasts over a restart, and commands work in it', async () => {
    await maintenance('on', '--until', '2099-01-01T00:00Z');
    await Promise.all(servers.map((server) => server.stop()));
    expect(installation.command('migration:run')).toMatch(/up to date/);
    installation.addUser('customer', 'ana@people.example', AGENT.password);
    expect(installation.command('maintenance', 'status')).toMatch(
      /^Maintenance since .*\nIt is meant to end at 2099-01-01T00:00:00.000Z\n/,
    );
    servers = [await installation.start()];
    const origin = servers[0]?.origin ?? '';
    expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    const client = new Client(origin);
    await expect(client.signIn(AGENT.email, AGENT.password)).rejects.toThrow(/503.*maintenance/);
    expect(await client.get('/status')).toMatchObject({ maintenance: { message: null } });
    expect(installation.command('maintenance', 'off')).toBe('No maintenance: writes are taken\n');
    await client.signIn(AGENT.email, AGENT.password);
  });
});
