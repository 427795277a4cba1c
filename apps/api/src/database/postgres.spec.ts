import { POSTGRES_GUEST, PostgresServer, selfSigned } from '@liftdesk/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { type DataSource, type EntityManager, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { databaseSchema } from '../config/database.schema';
import {
  bareTestDatabase,
  describeOnPostgres,
  openTestDatabase,
  type TestDatabase,
} from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { migrate } from './migrate';
import { POSTGRES_MIGRATIONS } from './migrations/postgres';
import { SQLITE_MIGRATIONS } from './migrations/sqlite';
import { openDatabase } from './open-database';

const open = (env: Record<string, string | undefined>) => openDatabase(databaseSchema.parse(env));

/** Why it cannot be opened. */
async function refusal(env: Record<string, string | undefined>): Promise<string> {
  const error: unknown = await open(env).then(
    (opened) => opened.destroy(),
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(StartupError);
  return (error as StartupError).message;
}

describe('the migrations of both databases', () => {
  it('have equal names in the same order', () => {
    const names = (migrations: readonly { name: string }[]) => migrations.map(({ name }) => name);
    expect(names(POSTGRES_MIGRATIONS)).toEqual(names(SQLITE_MIGRATIONS));
  });
});

describeOnPostgres('a PostgreSQL that is open', () => {
  let desk: DataSource;
  beforeAll(async () => (desk = await openTestDatabase()));
  afterAll(() => desk.destroy());

  const one = async (sql: string, ...values: unknown[]) =>
    (await desk.query<Record<string, unknown>[]>(sql, values))[0];

  it('answers counts and instants as numbers, and leaves other users of pg as they are', async () => {
    expect(
      await one('select count(*) as n, 1795305600000::bigint as at, 2.5::numeric as x from tag'),
    ).toEqual({
      n: 0,
      at: 1795305600000,
      x: 2.5,
    });
    const { types } = await import('pg');
    expect(types.getTypeParser(20)('1')).toBe('1');
  });

  it('answers the rows of a change, as SQLite does', async () => {
    await desk.query(`insert into tag (name) values ('a'), ('b')`);
    expect(await desk.query(`update tag set ticket_count = 1 where name = 'a' returning name`)).toEqual([
      { name: 'a' },
    ]);
    expect(await desk.query('delete from tag returning ticket_count as n')).toHaveLength(2);
    expect(await desk.query('delete from tag')).toEqual([]);
  });

  it('orders texts by code point, whatever the database is set to', async () => {
    await desk.query(`insert into tag (name) values ('b'), ('B'), ('ä'), ('a'), ('_')`);
    const rows = await desk.query<{ name: string }[]>('select name from tag order by name');
    expect(rows.map(({ name }) => name)).toEqual(['B', '_', 'a', 'b', 'ä']);
    expect((await one(`select 'b' < 'B' as "byLanguage"`))?.['byLanguage']).toBe(true);
  });

  it('takes every character that a text may have', async () => {
    expect(await one('select cast(? as text) as text', 'a\0b')).toEqual({ text: 'a\uFFFDb' });
  });

  it('lets nothing that comes after a transaction into the next one of its connection', async () => {
    let late: EntityManager | undefined;
    await desk.transaction(async (manager) => void (late = manager));
    await expect(late?.query('select 1')).rejects.toThrow(QueryRunnerAlreadyReleasedError);
  });

  it('commits each transaction to disk before it says so', async () => {
    expect(await one('show synchronous_commit')).toEqual({ synchronous_commit: 'on' });
  });
});

describeOnPostgres('a PostgreSQL that takes too long', () => {
  it('is answered for with 503 and when to come again, and serves the next request', async () => {
    const desk = await TestDesk.start({ env: { DATABASE_STATEMENT_TIMEOUT: '1s' } });
    try {
      const ana = await desk.signIn('customer');
      const ticket = await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(201);
      const send = () => desk.as(ana).post(`/tickets/${ticket.body.id}/messages`, { body: 'later' });
      await desk.database.transaction(async (manager) => {
        await manager.query('select 1 from ticket for update');
        const { body, headers } = await send().expect(503);
        expect(body).toMatchObject({ type: expect.stringContaining('database-unavailable') });
        expect(headers['retry-after']).toBe('5');
        await desk.as(ana).get(`/tickets/${ticket.body.id}`).expect(200);
      });
      await send().expect(201);
    } finally {
      await desk.close();
    }
  });
});

describeOnPostgres('a PostgreSQL that takes no writes, as after a fail-over', () => {
  it('is unhealthy, refuses what would write with 503, and still shows what it has', async () => {
    const desk = await TestDesk.start();
    // Its one connection is from before, and goes on writing.
    const operator = await openDatabase(desk.config.database);
    try {
      const ana = await desk.signIn('customer');
      const readOnly = `alter database "${String(desk.database.options.database)}" set default_transaction_read_only`;
      await operator.query(`${readOnly} = on`);
      const ended = await operator.query<{ pid: number }[]>(
        'select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      // They end after the answer: what asks on one of them meanwhile would hear of that.
      const left = `select 1 from pg_stat_activity where pid in (${ended.map(({ pid }) => pid).join()})`;
      while ((await operator.query<unknown[]>(left)).length > 0);
      await desk.as(ana).get('/tickets');
      await desk.as(ana).post('/tickets', { subject: 's', body: 'b' }).expect(503).expect('Retry-After', '5');
      await desk.as(ana).get('/tickets').expect(200);
      const { body } = await request(desk.server).get('/health').expect(503);
      expect(body.status).toBe('unhealthy');
      await operator.query(`${readOnly} = off`);
    } finally {
      await operator.destroy();
      await desk.close();
    }
  });
});

describeOnPostgres('migrations on PostgreSQL', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await bareTestDatabase()));
  afterEach(() => database.drop());

  it('run once however many processes begin at the same moment', async () => {
    const desks = await Promise.all([1, 2, 3].map(() => open(database.env)));
    const applied = await Promise.all(desks.map((desk) => migrate(desk)));
    expect(applied.map(({ length }) => length).sort()).toEqual([0, 0, POSTGRES_MIGRATIONS.length]);
    for (const desk of desks) await desk.destroy();
  });
});

describeOnPostgres('a PostgreSQL that cannot be opened', () => {
  let server: PostgresServer;
  let folder: string;
  const own = selfSigned(['localhost'], []);
  const { user, password } = POSTGRES_GUEST;
  const guest = (changed: { password?: string; database?: string; host?: string } = {}) =>
    `postgres://${user}:${encodeURIComponent(changed.password ?? password)}@${changed.host ?? 'localhost'}:${server.port}/${changed.database ?? 'postgres'}`;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-ca-'));
    server = await PostgresServer.start({ tls: { certificate: own.certificate, key: own.privateKey } });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('is opened where the certificate is of an authority that we were given, in TLS', async () => {
    const caFile = file('own.pem', own.certificate);
    const desk = await open({ DATABASE_URL: guest(), DATABASE_SSL: 'verify', DATABASE_CA_FILE: caFile });
    expect(await desk.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toEqual([
      { ssl: true },
    ]);
    await desk.destroy();
  });

  it.each<[string, (env: { caFile: string }) => Record<string, string>, RegExp]>([
    [
      'no authority',
      () => ({ DATABASE_URL: guest() }),
      /certificate is of no authority we trust: set DATABASE_CA_FILE/,
    ],
    [
      'another authority',
      () => ({ DATABASE_URL: guest(), DATABASE_CA_FILE: file('other.pem', selfSigned().certificate) }),
      /certificate is of no authority we trust/,
    ],
    [
      'a certificate of another host',
      ({ caFile }) => ({ DATABASE_URL: guest({ host: '127.0.0.1' }), DATABASE_CA_FILE: caFile }),
      /certificate is not for 127\.0\.0\.1/,
    ],
    [
      'a file of authorities that is not there',
      () => ({ DATABASE_URL: guest(), DATABASE_CA_FILE: '/nowhere.pem' }),
      /Cannot read DATABASE_CA_FILE \/nowhere\.pem \(ENOENT\)/,
    ],
    [
      'the wrong password',
      ({ caFile }) => ({ DATABASE_URL: guest({ password: 'hidden-pw' }), DATABASE_CA_FILE: caFile }),
      /the password of guest is wrong/,
    ],
    [
      'no such database',
      ({ caFile }) => ({ DATABASE_URL: guest({ database: 'nothing' }), DATABASE_CA_FILE: caFile }),
      /there is no database nothing/,
    ],
    ['no TLS', () => ({ DATABASE_URL: guest(), DATABASE_SSL: 'off' }), /guest may not sign in there/],
    [
      'nothing that answers',
      () => ({ DATABASE_URL: `postgres://${user}:hidden-pw@127.0.0.1:9/d`, DATABASE_SSL: 'off' }),
      /nothing answers there/,
    ],
    [
      'no such host',
      () => ({ DATABASE_URL: `postgres://${user}:hidden-pw@no-such-host.invalid/d` }),
      /there is no such host|cannot be reached/,
    ],
  ])('says so in one line without the password: %s', async (_, env, expected) => {
    const caFile = file('own.pem', own.certificate);
    const message = await refusal({ DATABASE_SSL: 'verify', ...env({ caFile }) });
    expect(message).toMatch(expected);
    expect(message).not.toMatch(/hidden-pw|p@ss|\n/);
  });
});
