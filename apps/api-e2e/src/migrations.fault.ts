import { PostgresServer } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Client } from 'pg';
import { Installation } from './harness/built-api';
import { PausedCommand } from './harness/paused-command';

/** What a database holds: its schema, and the rows of each table. Numbers that a rolled back insert used up do not count. */
interface Contents {
  schema: unknown[];
  rows: Record<string, unknown>;
}

type Kept = 'old' | 'upgraded';

/** A desk on one of the engines, which can be put back to what it was. */
interface Desk {
  installation: Installation;
  /** Remembers what is there by this name. */
  keep(name: Kept): Promise<void>;
  /** Makes it what was kept, or an empty one. */
  reset(to: Kept | 'empty'): Promise<void>;
  contents(): Promise<Contents>;
  close(): Promise<void>;
}

async function deskOnSqlite(): Promise<Desk> {
  const installation = new Installation();
  const path = installation.databasePath;
  const kept = new Map<string, Buffer>();
  const remove = () => ['', '-wal', '-shm'].forEach((end) => rmSync(`${path}${end}`, { force: true }));
  const read = <T>(work: (database: Database.Database) => T): T => {
    const database = new Database(path);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    installation,
    keep: async (name) => {
      read((database) => database.pragma('wal_checkpoint(truncate)'));
      kept.set(name, readFileSync(path));
    },
    reset: async (to) => {
      remove();
      if (to !== 'empty') writeFileSync(path, kept.get(to) as Buffer);
    },
    contents: async () =>
      read((database) => {
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
        expect(database.pragma('foreign_key_check')).toEqual([]);
        const tables = database
          .prepare(
            `select name from sqlite_master where type = 'table' and name <> 'migrations' order by name`,
          )
          .pluck()
          .all() as string[];
        const all = (sql: string) => database.prepare(sql).all();
        const rowsOf = (name: string) =>
          all(
            `select * from "${name}" ${name === 'sqlite_sequence' ? `where name <> 'migrations'` : ''} order by 1, 2`,
          );
        const rows = tables.map((name) => [name, rowsOf(name)] as const);
        return {
          schema: all(`select name, sql from sqlite_master where name not like 'sqlite_stat%' order by name`),
          rows: {
            ...Object.fromEntries(rows),
            migrations: all('select name from migrations order by timestamp'),
          },
        };
      }),
    close: async () => installation.remove(),
  };
}

class InstallationOnPostgres extends Installation {
  constructor(readonly url: () => string) {
    super();
  }

  override env(given: Record<string, string> = {}): Record<string, string> {
    return super.env({ DATABASE_URL: this.url(), ...given });
  }
}

const SCHEMA = `
  select 'column ' || c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) || a.attnotnull::text ||
    a.attidentity::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as sql
  from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  union all select 'index ' || indexname, indexdef from pg_indexes where schemaname = 'public'
  union all select 'constraint ' || conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'relation ' || relname, relkind::text from pg_class where relnamespace = 'public'::regnamespace
  order by 1, 2`;

async function deskOnPostgres(): Promise<Desk & { server: PostgresServer }> {
  const server = await PostgresServer.start();
  const installation = new InstallationOnPostgres(() => server.url('desk'));
  await server.query('create database desk');
  return {
    server,
    installation,
    keep: async (name) => {
      await server.query(`create database ${name} template desk`);
    },
    reset: async (to) => {
      await server.query('drop database if exists desk with (force)');
      await server.query(`create database desk template ${to === 'empty' ? 'template1' : to}`);
    },
    contents: async () => {
      const ask = (sql: string) => server.query<Record<string, unknown>>(sql, [], 'desk');
      const tables = await ask(
        `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'migrations' order by 1`,
      );
      const rows: Contents['rows'] = {
        migrations: await ask('select name from migrations order by timestamp'),
      };
      for (const { name } of tables)
        rows[String(name)] = await ask(
          `select count(*)::int as rows, md5(string_agg(t::text, '|' order by t::text)) from "${String(name)}" t`,
        );
      return { schema: await ask(SCHEMA), rows };
    },
    close: async () => {
      installation.remove();
      await server.stop();
    },
  };
}

/** So many numbers from 1 to `last`, evenly, others at each run: few of them see every statement by and by. */
function spread(points: number, last: number): number[] {
  const step = Math.max(1, last / points);
  const from = 1 + Math.random() * (step - 1);
  return Array.from({ length: Math.min(points, last) }, (_, n) => Math.floor(from + n * step));
}

describe.each([
  ['SQLite', deskOnSqlite],
  ['PostgreSQL', deskOnPostgres],
] as const)('migration:run on %s, killed before a statement and run again', (_, open) => {
  let desk: Desk;
  let fresh: Contents;
  let upgraded: Contents;

  beforeAll(async () => {
    desk = await open();
    const { installation } = desk;
    installation.command('migration:run');
    fresh = await desk.contents();
    installation.command('seed', '--demo-if-empty');
    for (let left = (fresh.rows['migrations'] as unknown[]).length; left > 1; left -= 1)
      installation.command('migration:revert');
    await desk.keep('old');
    installation.command('migration:run');
    await desk.keep('upgraded');
    upgraded = await desk.contents();
  });
  afterAll(() => desk.close());

  it('has an old desk with rows, whose upgraded schema is that of a fresh one', async () => {
    expect(upgraded.schema).toEqual(fresh.schema);
    expect(upgraded.rows['ticket']).not.toEqual(fresh.rows['ticket']);
  });

  it.each([
    ['an old desk with rows', 'old', 8],
    ['an empty database', 'empty', 6],
  ] as const)('finishes the work on %s', async (_, from, points) => {
    const { installation } = desk;
    await desk.reset(from);
    const last = await PausedCommand.count(installation, 'migration:run');
    expect(await desk.contents()).toEqual(from === 'old' ? upgraded : fresh);
    for (const statement of spread(points, last)) {
      await desk.reset(from);
      await (await PausedCommand.at(statement, installation, 'migration:run')).kill();
      installation.command('migration:run');
      const contents = await desk.contents();
      expect({ statement, ...contents }).toEqual({ statement, ...(from === 'old' ? upgraded : fresh) });
    }
  });

  it('takes the newest back whole or not at all, when migration:revert is killed', async () => {
    const { installation } = desk;
    await desk.reset('upgraded');
    const last = await PausedCommand.count(installation, 'migration:revert');
    for (const statement of spread(3, last)) {
      await desk.reset('upgraded');
      await (await PausedCommand.at(statement, installation, 'migration:revert')).kill();
      installation.command('migration:run');
      expect({ statement, ...(await desk.contents()) }).toEqual({ statement, ...upgraded });
    }
  });
});

describe('migration:run on a PostgreSQL that goes away', () => {
  let desk: Desk & { server: PostgresServer };
  let done: Contents;
  let last: number;

  beforeAll(async () => {
    desk = await deskOnPostgres();
    last = await PausedCommand.count(desk.installation, 'migration:run');
    done = await desk.contents();
  });
  afterAll(() => desk.close());

  it.each<[string, () => Promise<unknown>]>([
    [
      'ends its connections',
      () =>
        desk.server.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'liftdesk'`,
        ),
    ],
    ['crashes and comes back', () => desk.server.restart('immediate')],
    ['is stopped and started', () => desk.server.restart('fast')],
  ])('says so in a line and is finished by the next: the server %s', async (_, fault) => {
    for (const statement of spread(3, last)) {
      await desk.reset('empty');
      const command = await PausedCommand.at(statement, desk.installation, 'migration:run');
      await fault();
      const { code, stderr } = await command.goOn();
      expect({ statement, code, stderr }).toEqual({
        statement,
        code: 1,
        stderr: expect.stringMatching(/^.*(connection|reached).*\n$/i),
      });
      desk.installation.command('migration:run');
      expect({ statement, ...(await desk.contents()) }).toEqual({ statement, ...done });
    }
  });

  it('gives way to whoever holds a table, says so, and goes on when that is over', async () => {
    await desk.reset('empty');
    desk.installation.command('migration:run');
    // All but the first, which makes the table: one of them changes it.
    for (let left = (done.rows['migrations'] as unknown[]).length; left > 1; left -= 1)
      desk.installation.command('migration:revert');
    const holder = new Client({ connectionString: desk.server.url('desk') });
    await holder.connect();
    await holder.query('begin; lock table "user" in access share mode');
    const command = await PausedCommand.at(1, desk.installation, 'migration:run');
    const ended = command.goOn();
    await command.says(' waits: somebody else holds a table');
    // Whoever reads comes behind what waits for the table: it is answered all the same.
    await desk.server.query('select 1 from "user"', [], 'desk');
    await holder.end();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(await desk.contents()).toEqual(done);
  });
});
