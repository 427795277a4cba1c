import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { type DatabaseConfig, type PostgresConfig, databaseSchema } from '../config/database.schema';
import { assertExactSchema } from '../database/migration-state';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { checkConsistency, rebuild } from '../search/search-maintenance';
import { readShape } from '../database/schema-shape';
import { fillDesk } from '../testing/filled-desk';
import { bareTestDatabase, describeOnPostgres, describeOnSqlite } from '../testing/test-database';
import { differingTables, digestDesk } from '../transfer/digest';
import { connectTo } from '../transfer/connect-postgres';
import { openRowSource } from '../transfer/open-row-source';
import { assertNotHalfMoved, draftOf } from './half-moved';
import { moveDesk, movedTables } from './move-desk';
import type { MoveOptions, MoveProgress } from './move-options';
import { joinBuilders } from './postgres.builders';
import { keepReport } from './report';

interface Place {
  config: DatabaseConfig;
  drop(): Promise<void>;
}

const patient = (env: Record<string, string>): DatabaseConfig =>
  databaseSchema.parse({ ...env, DATABASE_STATEMENT_TIMEOUT: '0' });

let folder: string;
let files = 0;
const sqlitePlace = async (): Promise<Place> => ({
  config: { type: 'sqlite', path: join(folder, `${(files += 1)}`, 'desk.sqlite') },
  drop: async () => undefined,
});
const postgresPlace = async (): Promise<Place> => {
  const { env, drop } = await bareTestDatabase();
  return { config: patient(env), drop };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-move-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function withDesk<T>(config: DatabaseConfig, work: (desk: DataSource) => Promise<T>): Promise<T> {
  const desk = await openDatabase(config);
  try {
    return await work(desk);
  } finally {
    await desk.destroy();
  }
}

const moving = (from: DatabaseConfig, to: DatabaseConfig, more: Partial<MoveOptions> = {}): MoveOptions => ({
  ...{ from, to, repair: false, mask: false, restart: false, reports: join(folder, 'reports') },
  ...{ onProgress: () => undefined, signal: new AbortController().signal, ...more },
});

/** Called off at the nth look at it. */
function offAfter(looks: number): AbortSignal {
  let seen = 0;
  const { signal } = new AbortController();
  return Object.defineProperty(signal, 'aborted', { get: () => (seen += 1) > looks });
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

function describeMove(
  name: string,
  makeSource: () => Promise<Place>,
  makeTarget: () => Promise<Place>,
): void {
  describe(name, () => {
    let source: Place;
    let target: Place;

    beforeEach(async () => {
      [source, target] = [await makeSource(), await makeTarget()];
      await withDesk(source.config, async (desk) => {
        await migrate(desk);
        await fillDesk(desk);
        await rebuild(desk);
      });
    });
    afterEach(async () => {
      await source.drop();
      await target.drop();
    });

    it('brings every row, the schema, the search and the numbering, and ends sessions', async () => {
      const report = await moveDesk(moving(source.config, target.config));
      const tables = await movedTables();
      const [from, to] = [await openRowSource(source.config), await openRowSource(target.config)];
      const digests = [await digestDesk(from, tables), await digestDesk(to, tables)] as const;
      expect(differingTables(...digests)).toEqual(['session']);
      expect(report.tables).toEqual(digests[1]);
      for (const table of tables) expect(await to.lastKeyGiven(table)).toBe(await from.lastKeyGiven(table));
      await Promise.all([from.close(), to.close()]);
      await withDesk(target.config, async (desk) => {
        await assertExactSchema(desk);
        await assertNotHalfMoved(desk);
        expect(await desk.query('select rid from session where ended_at is null')).toEqual([]);
        expect(await desk.query('select rid from session')).toHaveLength(5);
        expect(await checkConsistency(desk)).toEqual({
          tickets: 30,
          documents: 30,
          missing: [],
          orphaned: [],
        });
        const [user] = await desk.query<{ rid: number }[]>(
          `insert into "user" (id, email, email_norm, name, role, created_at) values ('n', 'n', 'n', 'n', 'agent', 1) returning rid`,
        );
        expect(user?.rid).toBe(7);
      });
    });

    it('leaves a schema that is that of a fresh one', async () => {
      await moveDesk(moving(source.config, target.config));
      const names = new Set((await movedTables()).map(({ name: table }) => table));
      const shape = (config: DatabaseConfig) => withDesk(config, (desk) => readShape(desk, names));
      const fresh = await makeTarget();
      await withDesk(fresh.config, migrate);
      expect(await shape(target.config)).toEqual(await shape(fresh.config));
      await fresh.drop();
    });

    it('goes on where it was called off, wherever that is', async () => {
      let wasOff = 0;
      for (let looks = 0; ; looks += 2) {
        try {
          await moveDesk(moving(source.config, target.config, { signal: offAfter(looks) }));
          break;
        } catch (error) {
          expect((error as Error).message).toMatch(/was interrupted.*Run the same command again/);
          wasOff += 1;
          await withDesk(target.config, (desk) =>
            expect(assertNotHalfMoved(desk)).rejects.toThrow(/half moved/),
          );
        }
      }
      expect(wasOff).toBeGreaterThan(8);
      await withDesk(target.config, async (desk) => {
        await assertNotHalfMoved(desk);
        expect(await checkConsistency(desk)).toMatchObject({ documents: 30, missing: [] });
      });
    });

    it('begins anew where the source has changed meanwhile, and only when told', async () => {
      await expect(
        moveDesk(moving(source.config, target.config, { signal: offAfter(12) })),
      ).rejects.toThrow();
      await withDesk(source.config, (desk) => desk.query(`delete from ticket_tag`));
      await expect(moveDesk(moving(source.config, target.config))).rejects.toMatchObject({
        message: expect.stringMatching(/source has changed.*ticket_tag.*--restart/s),
        exitCode: 3,
      });
      const { tables } = await moveDesk(moving(source.config, target.config, { restart: true }));
      expect(tables).toMatchObject({ ticket_tag: { rows: 0 }, ticket: { rows: 30 } });
    });

    it('finds what was changed in a row while it was away', async () => {
      await expect(
        moveDesk(moving(source.config, target.config, { signal: offAfter(25) })),
      ).rejects.toThrow();
      await withDesk(source.config, (desk) =>
        desk.query(`update ticket set subject = 'another' where rid = 7`),
      );
      await expect(moveDesk(moving(source.config, target.config))).rejects.toMatchObject({
        message: expect.stringMatching(/ticket, rid 7: subject differ.*--restart/s),
        exitCode: 4,
      });
      await withDesk(target.config, (desk) => expect(assertNotHalfMoved(desk)).rejects.toThrow(/half moved/));
    });

    it('takes an empty desk of this version, and no other database', async () => {
      await withDesk(target.config, migrate);
      await moveDesk(moving(source.config, target.config));
      await expect(moveDesk(moving(source.config, target.config))).rejects.toMatchObject({
        message: expect.stringMatching(/is not empty: it holds \w/),
        exitCode: 3,
      });
      const other = await makeTarget();
      await withDesk(other.config, (desk) => desk.query('create table notes (a integer)'));
      await expect(moveDesk(moving(source.config, other.config))).rejects.toThrow(/not Liftdesk’s \(notes\)/);
      await other.drop();
      await expect(moveDesk(moving(source.config, source.config))).rejects.toThrow(/are the same database/);
    });

    it('moves a desk without a row', async () => {
      const empty = await makeSource();
      await withDesk(empty.config, migrate);
      expect((await moveDesk(moving(empty.config, target.config))).rows).toBe(0);
      await empty.drop();
    });

    it('refuses a schema of another version', async () => {
      await withDesk(source.config, (desk) =>
        desk.query(`insert into migrations (timestamp, name) values (2, 'Later2')`),
      );
      await expect(moveDesk(moving(source.config, target.config))).rejects.toThrow(/newer version.*Later2/);
      await withDesk(source.config, (desk) =>
        desk.query(`delete from migrations where name like 'Maint%' or name = 'Later2'`),
      );
      await expect(moveDesk(moving(source.config, target.config))).rejects.toThrow(/lacks 1 migration/);
    });

    it('keeps a report that only its owner reads', async () => {
      const { file = '' } = await moveDesk(moving(source.config, target.config));
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'reports')).mode & 0o777).toBe(0o700);
      expect(readFileSync(file, 'utf8')).toMatch(/ticket +30 +[0-9a-f]{64}/);
      expect(JSON.parse(readFileSync(file.replace('.txt', '.json'), 'utf8'))).toMatchObject({
        resumed: false,
      });
    });
  });
}

describeOnSqlite('a move', () => {
  describeMove('from SQLite to SQLite', sqlitePlace, sqlitePlace);
});
describeOnPostgres('a move', () => {
  describeMove('from SQLite to PostgreSQL', sqlitePlace, postgresPlace);
  describeMove('from PostgreSQL to SQLite', postgresPlace, sqlitePlace);
  describeMove('from PostgreSQL to PostgreSQL', postgresPlace, postgresPlace);
});

describeOnSqlite('a source in SQLite', () => {
  it('stays byte for byte as it was, its WAL too, and nothing is left beside it', async () => {
    const [source, target] = [await sqlitePlace(), await sqlitePlace()];
    const path = (source.config as { path: string }).path;
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
    });
    const before = sha256(path);
    const beside = readdirSync(join(path, '..'));
    await moveDesk(moving(source.config, target.config));
    expect(sha256(path)).toBe(before);
    expect(readdirSync(join(path, '..')).filter((name) => !name.endsWith('.lock'))).toEqual(beside);
  });

  it('with a WAL that a crash left is read with it, and keeps it', async () => {
    const [source, target] = [await sqlitePlace(), await sqlitePlace()];
    const path = (source.config as { path: string }).path;
    const desk = await openDatabase(source.config);
    await migrate(desk);
    await fillDesk(desk);
    const copy = join(folder, 'crashed.sqlite');
    const files = ['', '-wal'];
    for (const suffix of files) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    await desk.destroy();
    const before = files.map((suffix) => sha256(`${copy}${suffix}`));
    const { rows } = await moveDesk(moving({ type: 'sqlite', path: copy }, target.config));
    expect(rows).toBeGreaterThan(100);
    expect(files.map((suffix) => sha256(`${copy}${suffix}`))).toEqual(before);
    expect(existsSync(`${copy}-shm`)).toBe(false);
  });

  it('that is missing, something else, damaged or locked is refused in words, and nothing is written', async () => {
    const target = await sqlitePlace();
    const path = join(folder, 'source.sqlite');
    const refused = async (words: RegExp) => {
      await expect(moveDesk(moving({ type: 'sqlite', path }, target.config))).rejects.toMatchObject({
        message: expect.stringMatching(words),
        exitCode: 3,
      });
      expect(existsSync((target.config as { path: string }).path)).toBe(false);
    };
    await refused(/There is no database at/);
    writeFileSync(path, 'This is a letter to somebody.\n'.repeat(400));
    await refused(/not a database/);
    rmSync(path);
    await withDesk({ type: 'sqlite', path }, async (desk) => {
      await migrate(desk);
      await fillDesk(desk, 300);
    });
    const whole = readFileSync(path);
    for (let page = 4; page < whole.length / 4096; page += 7) whole.fill(0xa5, page * 4096, page * 4096 + 64);
    writeFileSync(path, whole);
    await refused(/damaged|malformed/);
  });

  it('that a server writes to is refused with what to do, and taken in maintenance', async () => {
    const [source, target] = [await sqlitePlace(), await sqlitePlace()];
    const { InstanceLock } = await import('../database/instance-lock');
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
      const server = InstanceLock.acquire((source.config as { path: string }).path);
      await expect(moveDesk(moving(source.config, target.config))).rejects.toThrow(
        /npm run maintenance -- on/,
      );
      await desk.query('insert into maintenance (id, since) values (1, 1)');
      await moveDesk(moving(source.config, target.config));
      server.release();
    });
  });

  it('whose maintenance ends before all has arrived keeps the target from being taken for the desk', async () => {
    const [source, target] = [await sqlitePlace(), await sqlitePlace()];
    const { InstanceLock } = await import('../database/instance-lock');
    const path = (source.config as { path: string }).path;
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
    });
    const maintain = (sql: string): void => void new Database(path).exec(sql).close();
    const server = InstanceLock.acquire(path);
    maintain('insert into maintenance (id, since) values (1, 1)');
    const onProgress = ({ phase }: MoveProgress): void =>
      void (phase === 'Proving' && maintain('delete from maintenance'));
    await expect(moveDesk(moving(source.config, target.config, { onProgress }))).rejects.toMatchObject({
      message: expect.stringMatching(/could be written to before all had arrived[^]*stays marked.*--restart/),
      exitCode: 4,
    });
    maintain('insert into maintenance (id, since) values (1, 2)');
    expect((await moveDesk(moving(source.config, target.config))).resumed).toBe(true);
    server.release();
  });

  it('with odd rows stops before anything is written, and is mended when told', async () => {
    const [source, target] = [await sqlitePlace(), await sqlitePlace()];
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
      await desk.query(`update message set body = 'a' || char(0) || 'b' where rid = 3`);
    });
    await expect(moveDesk(moving(source.config, target.config))).rejects.toMatchObject({
      message: expect.stringMatching(/message\.body: NUL in a text.*--repair.*rid 3/),
      exitCode: 3,
    });
    expect(existsSync((target.config as { path: string }).path)).toBe(false);
    const { repairs } = await moveDesk(moving(source.config, target.config, { repair: true }));
    expect(repairs?.counts).toEqual({ replace: 1 });
    expect(JSON.parse(readFileSync(repairs?.file ?? '', 'utf8'))).toMatchObject({
      table: 'message',
      key: [3],
    });
    expect(statSync(repairs?.file ?? '').mode & 0o777).toBe(0o600);
    const connection = new Database((target.config as { path: string }).path, { readonly: true });
    expect(connection.prepare('select body from message where rid = 3').pluck().get()).toBe('a\ufffdb');
    connection.close();
  });
});

describeOnSqlite('a target in SQLite', () => {
  const pathOf = ({ config }: Place): string => (config as { path: string }).path;
  let source: Place;
  let target: Place;

  beforeEach(async () => {
    [source, target] = [await sqlitePlace(), await sqlitePlace()];
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
    });
  });

  it('that somebody begins to use while the source is looked through is refused', async () => {
    const { signal } = new AbortController();
    signal.throwIfAborted = () => {
      if (existsSync(pathOf(target))) return;
      mkdirSync(dirname(pathOf(target)), { recursive: true });
      new Database(pathOf(target)).exec('create table bought (what text)').close();
    };
    await expect(moveDesk(moving(source.config, target.config, { signal }))).rejects.toThrow(
      /tables that are not Liftdesk’s/,
    );
  });

  it('that took its place and was killed before its marker went is ended by the same command', async () => {
    await expect(moveDesk(moving(source.config, target.config, { signal: offAfter(45) }))).rejects.toThrow(
      /interrupted/,
    );
    renameSync(draftOf(pathOf(target)), pathOf(target));
    await withDesk(target.config, (desk) =>
      expect(assertNotHalfMoved(desk)).rejects.toThrow(/half moved from sqlite/),
    );
    expect(await moveDesk(moving(source.config, target.config))).toMatchObject({ resumed: true });
    await withDesk(target.config, assertNotHalfMoved);
    expect(readdirSync(join(pathOf(target), '..')).filter((name) => /moving|journal/.test(name))).toEqual([]);
  });

  it('is for its owner alone, or has the rights of the file whose place it takes', async () => {
    const modeOf = (path: string) => statSync(path).mode & 0o777;
    await expect(moveDesk(moving(source.config, target.config, { signal: offAfter(12) }))).rejects.toThrow(
      /interrupted/,
    );
    expect(modeOf(draftOf(pathOf(target)))).toBe(0o600);
    await moveDesk(moving(source.config, target.config));
    expect(modeOf(pathOf(target))).toBe(0o600);
    const empty = await sqlitePlace();
    await withDesk(empty.config, migrate);
    chmodSync(pathOf(empty), 0o640);
    await moveDesk(moving(source.config, empty.config));
    expect(modeOf(pathOf(empty))).toBe(0o640);
  });

  it('holds nothing of anybody when it is masked, nor what it was masked by', async () => {
    await expect(
      moveDesk(moving(source.config, target.config, { mask: true, signal: offAfter(12) })),
    ).rejects.toThrow(/interrupted/);
    await expect(moveDesk(moving(source.config, target.config))).rejects.toThrow(/begun with --mask/);
    const connection = new Database(draftOf(pathOf(target)));
    const begun = connection.prepare(`select value from liftdesk_move where name = 'begun'`).pluck().get();
    const { mask } = JSON.parse(begun as string) as { mask: string };
    connection.close();
    const report = await moveDesk(moving(source.config, target.config, { mask: true }));
    expect(report).toMatchObject({ masked: true, tables: { session: { rows: 0 }, ticket: { rows: 30 } } });
    const file = readFileSync(pathOf(target)).toString('latin1');
    for (const word of [mask, 'Subject 7', 'Person.2', '$argon2id$1', 'gone@example.com', folder])
      expect(file.includes(word)).toBe(false);
  });

  it('leaves the rights of a folder for reports that was there, and writes over nothing in it', async () => {
    chmodSync(folder, 0o755);
    const reports = folder;
    const { file = '' } = await moveDesk(moving(source.config, target.config, { reports }));
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => keepReport(folder, JSON.parse(readFileSync(file.replace('.txt', '.json'), 'utf8')))).toThrow(
      /EEXIST/,
    );
  });

  it('is not begun where its report could not be kept', async () => {
    writeFileSync(join(folder, 'file'), '');
    const reports = join(folder, 'file', 'reports');
    await expect(moveDesk(moving(source.config, target.config, { reports }))).rejects.toMatchObject({
      message: expect.stringMatching(/for reports cannot be written/),
      exitCode: 3,
    });
    expect(existsSync(draftOf(pathOf(target)))).toBe(false);
  });
});

describeOnPostgres('a source in PostgreSQL', () => {
  it('that a server is connected to is refused with what to do, and taken in maintenance', async () => {
    const [source, target] = [await postgresPlace(), await sqlitePlace()];
    const server = await openDatabase(source.config);
    await migrate(server);
    await fillDesk(server);
    await expect(moveDesk(moving(source.config, target.config))).rejects.toThrow(/npm run maintenance -- on/);
    await server.query('insert into maintenance (id, since) values (1, 1)');
    const onProgress = ({ phase, done }: MoveProgress): void =>
      void (phase === 'Proving' && done === 0 && (ended = server.query('delete from maintenance')));
    let ended: Promise<unknown> | undefined;
    await expect(moveDesk(moving(source.config, target.config, { onProgress }))).rejects.toThrow(
      /could be written to before all had arrived/,
    );
    await ended;
    await server.query('insert into maintenance (id, since) values (1, 2)');
    expect((await moveDesk(moving(source.config, target.config))).rows).toBeGreaterThan(100);
    await server.destroy();
    await source.drop();
  });
});

describeOnPostgres('a target in PostgreSQL', () => {
  let source: Place;
  let target: Place;

  beforeEach(async () => {
    [source, target] = [await sqlitePlace(), await postgresPlace()];
    await withDesk(source.config, async (desk) => {
      await migrate(desk);
      await fillDesk(desk);
    });
  });
  afterEach(() => target.drop());

  it('that a server is connected to is refused, though it is empty', async () => {
    const server = await openDatabase(target.config);
    await migrate(server);
    await expect(moveDesk(moving(source.config, target.config))).rejects.toMatchObject({
      message: expect.stringMatching(/A server is connected to postgres:.*stop it/),
      exitCode: 3,
    });
    await server.destroy();
    await moveDesk(moving(source.config, target.config));
  });

  it('waits for the index that a killed run had begun to make', async () => {
    const off = new AbortController();
    const onProgress = ({ phase }: MoveProgress) => phase === 'Making indexes and keys' && off.abort();
    await expect(
      moveDesk(moving(source.config, target.config, { onProgress, signal: off.signal })),
    ).rejects.toThrow(/interrupted/);
    const [killed, looking] = await Promise.all([0, 1].map(() => connectTo(target.config as PostgresConfig)));
    await joinBuilders(killed as Client);
    const aside = await killed?.query<{ value: string }>(
      `select value from liftdesk_move where name = 'aside'`,
    );
    const [index] = (JSON.parse(aside?.rows[0]?.value ?? '[]') as { name: string; sql: string }[]).filter(
      ({ name }) => name.includes('ticket'),
    );
    await killed?.query('begin');
    await killed?.query(index?.sql ?? '');
    let isOver = false;
    const again = moveDesk(moving(source.config, target.config)).finally(() => (isOver = true));
    again.catch(() => undefined);
    const waiting = `select 1 from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`;
    while (!isOver && (await looking?.query(waiting))?.rowCount === 0) await pause(5);
    await killed?.query('commit');
    await killed?.end();
    expect(await again).toMatchObject({ resumed: true });
    await looking?.end();
  });

  it('that is begun anew keeps what newer migrations have made there meanwhile', async () => {
    await expect(moveDesk(moving(source.config, target.config, { signal: offAfter(12) }))).rejects.toThrow(
      /interrupted/,
    );
    await withDesk(target.config, (desk) => desk.query('create index later on ticket (subject)'));
    await moveDesk(moving(source.config, target.config, { restart: true }));
    await withDesk(target.config, async (desk) =>
      expect(await desk.query(`select 1 from pg_indexes where indexname = 'later'`)).toHaveLength(1),
    );
  });
});
