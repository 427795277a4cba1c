import Database from 'better-sqlite3';
import type { Command, CommanderError } from 'commander';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { claimToServe, InstanceLock } from '../database/instance-lock';
import { migrate } from '../database/migrate';
import { POSTGRES_MIGRATIONS } from '../database/migrations/postgres';
import { SQLITE_MIGRATIONS } from '../database/migrations/sqlite';
import { openDatabase } from '../database/open-database';
import { bareTestDatabase, describeOnSqlite, onPostgres, type TestDatabase } from '../testing/test-database';
import { migrationCommands } from './migrations';

type MigrationClass = new () => MigrationInterface;
const MIGRATIONS = (onPostgres ? POSTGRES_MIGRATIONS : SQLITE_MIGRATIONS) as MigrationClass[];
const ALL = [...MIGRATIONS];
const NAMES = ALL.map(({ name }) => name);
const NEWEST = NAMES.at(-1) as string;

class AddExtra9999999999998 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index extra on tag (ticket_count)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index extra');
  }
}

class ContractExtra9999999999999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table tag drop column ticket_count');
  }
  async down(): Promise<void> {}
}

class FailsHalfWay9999999999999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (rid integer primary key)');
    await runner.query('insert into nowhere values (1)');
  }
  async down(): Promise<void> {}
}

let folder: string;
let path: string;
let database: TestDatabase;
const before = { ...process.env };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-migrations-'));
  path = join(folder, 'desk.sqlite');
  database = onPostgres
    ? await bareTestDatabase()
    : { env: { DATABASE_PATH: path }, drop: async () => undefined };
  Object.assign(process.env, {
    JWT_SECRET: 'a secret for tests that is long enough for all',
    ...database.env,
  });
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  MIGRATIONS.splice(0, Infinity, ...ALL);
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** One of the commands as an operator calls it. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const listen = (stream: 'stdout' | 'stderr') =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    });
  const spies = [listen('stdout'), listen('stderr')];
  const [name, ...rest] = args;
  const command = migrationCommands().find((one) => one.name() === name) as Command;
  try {
    await command.exitOverride().parseAsync(rest, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...said };
  } catch (error) {
    return { code: (error as CommanderError).exitCode, ...said };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await run(...args, '--json')).stdout) as Record<string, unknown>;

async function sql<T>(statement: string, values: unknown[] = []): Promise<T[]> {
  const desk = await openDatabase(databaseSchema.parse(database.env));
  try {
    return await desk.query(statement, values);
  } finally {
    await desk.destroy();
  }
}

/** As if a newer version had migrated it. */
const had = (name: string) =>
  sql('insert into migrations (timestamp, name) values (9999999999999, ?)', [name]);

describe('the commands of migrations', () => {
  it('run what is missing, show it, take the newest back and run it again', async () => {
    const { code, stdout } = await run('migration:run');
    expect([code, stdout]).toEqual([
      0,
      [...NAMES.map((name) => `applied ${name}`), 'The database is up to date', ''].join('\n'),
    ]);
    expect(await json('migration:run')).toEqual({ ok: true, applied: [], unknown: [] });
    expect(await json('migration:revert')).toEqual({ ok: true, reverted: NEWEST, pending: [NEWEST] });
    expect((await run('migration:show')).stdout).toBe(
      [
        ...NAMES.slice(0, -1).map((name) => `[x] ${name}`),
        `[ ] ${NEWEST}`,
        '1 wait: run `npm run migration:run`',
        '',
      ].join('\n'),
    );
    expect(await json('migration:run')).toEqual({ ok: true, applied: [NEWEST], unknown: [] });
    expect(await json('migration:show')).toEqual({ ok: true, applied: NAMES, pending: [], unknown: [] });
    for (const _ of NAMES) await run('migration:revert');
    expect(await run('migration:revert')).toMatchObject({
      code: 0,
      stdout: 'There is nothing to take back\n',
    });
  });

  it('leave the schema of a newer version as it is, and say so', async () => {
    await run('migration:run');
    await had('AddTeams9999999999999');
    expect(await run('migration:run')).toEqual({
      code: 0,
      stdout: 'The database is of a newer version (it has AddTeams9999999999999)\n',
      stderr: '',
    });
    expect((await run('migration:show')).stdout).toMatch(
      /\[\?\] AddTeams9999999999999 \(of a newer version\)\nThis version runs on the database of a newer one\n$/,
    );
    expect(await json('migration:revert')).toMatchObject({
      ok: false,
      exitCode: 3,
      error: expect.stringMatching(/newer version .*AddTeams.*Nothing was changed/),
    });
    expect(await sql('select 1 from migrations')).toHaveLength(NAMES.length + 1);
  });

  it.each([
    ['something was taken away', 'ContractTags9999999999999', false],
    ['something older is missing', 'AddTeams9999999999999', true],
  ])('refuse to build upon the schema of a newer version where %s', async (_, name, revert) => {
    await run('migration:run');
    if (revert) await run('migration:revert');
    await had(name);
    expect(await run('migration:run')).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^The database is of a newer version .*Nothing was changed\n$/),
    });
    expect((await run('migration:show')).stdout).toMatch(
      revert
        ? /of the newer version\n$/
        : /taken something away\)\nThis version does not run on the database\n$/,
    );
  });

  it('say in a line which migration failed, keep what ran before it and nothing of it', async () => {
    MIGRATIONS.push(AddExtra9999999999998, FailsHalfWay9999999999999);
    const { code, stderr } = await run('migration:run');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^The migration FailsHalfWay9999999999999 failed and was taken back, .*nowhere.*\n$/,
      ),
    ]);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(await json('migration:show')).toMatchObject({ pending: ['FailsHalfWay9999999999999'] });
    await expect(sql('select * from half')).rejects.toThrow(/half/);
    MIGRATIONS.pop();
    expect(await json('migration:run')).toMatchObject({ applied: [] });
  });

  it('find that entities and schema agree, and where they do not', async () => {
    expect(await run('migration:check')).toMatchObject({ code: 0, stdout: 'Entities and schema agree\n' });
    MIGRATIONS.push(AddExtra9999999999998);
    expect(await run('migration:check')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('"extra"'),
    });
  });
});

describe('migration:generate', () => {
  const generate = (name: string, ...more: string[]) =>
    run('migration:generate', name, '--dir', folder, '--time', '1800000000000', ...more);
  const written = () => readdirSync(folder).filter((file) => file.endsWith('.ts'));

  it('writes what the entities have and the schema lacks, and its way back', async () => {
    while (!MIGRATIONS.pop()?.name.startsWith('Maintenance'));
    expect(await generate('AddMaintenance')).toMatchObject({ code: 0, stderr: '' });
    const text = readFileSync(join(folder, '1800000000000-add-maintenance.ts'), 'utf8');
    expect(text).toContain('export class AddMaintenance1800000000000 implements MigrationInterface');
    expect(text).toMatch(/up[^}]*CREATE TABLE "maintenance" .*CHECK[^]*down[^}]*DROP TABLE "maintenance"/);
  });

  it('refuses what would take something from code that still runs, unless it is called Contract', async () => {
    MIGRATIONS.push(AddExtra9999999999998);
    const { code, stderr } = await generate('DropExtra');
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/tag: index extra is gone\n.*ContractDropExtra/),
    ]);
    expect(written()).toEqual([]);
    expect(await generate('ContractExtra')).toMatchObject({ code: 0 });
    expect(written()).toEqual(['1800000000000-contract-extra.ts']);
  });

  it('overwrites nothing, and refuses what it does not understand', async () => {
    expect(await generate('AddTeams')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('nothing to generate'),
    });
    MIGRATIONS.push(AddExtra9999999999998);
    writeFileSync(join(folder, '1800000000000-contract-extra.ts'), 'mine');
    expect(await generate('ContractExtra')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('EEXIST'),
    });
    for (const wrong of [['addTeams'], ['AddTeams', '--time', '12']])
      expect((await generate(...(wrong as [string]))).code).toBe(2);
  });
});

describeOnSqlite('the commands of migrations on a file', () => {
  it('make none by looking', async () => {
    expect(await run('migration:show')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no .*: run `npm run migration:run`\n$/),
    });
    expect(existsSync(path)).toBe(false);
  });

  it('are refused while a command uses it, and all but the run of what only adds while a server does', async () => {
    await run('migration:run');
    await run('migration:revert');
    const command = InstanceLock.acquire(path);
    for (const name of ['migration:run', 'migration:revert'])
      expect(await run(name)).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^Another Liftdesk.*\n$/),
      });
    command.release();
    const server = claimToServe({ type: 'sqlite', path });
    MIGRATIONS.push(ContractExtra9999999999999);
    expect(await run('migration:run')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^A server runs .*ContractExtra.*stop it first.*\n$/),
    });
    expect(await json('migration:show')).toMatchObject({ pending: [NEWEST, 'ContractExtra9999999999999'] });
    MIGRATIONS.pop();
    expect(await json('migration:run')).toMatchObject({ ok: true, applied: [NEWEST] });
    expect((await run('migration:revert')).code).toBe(3);
    server.release();
  });

  it('end in a line while somebody else writes to it, and whoever comes second finds nothing left to do', async () => {
    await run('migration:run');
    await run('migration:revert');
    const other = new Database(path);
    other.exec('begin immediate');
    expect(await run('migration:run')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The migration .* failed .*locked by another process.*\n$/),
    });
    other.close();
    const desks = await Promise.all([1, 2].map(() => openDatabase({ type: 'sqlite', path }, { blockMs: 5 })));
    const applied = await Promise.all(desks.map((desk) => migrate(desk)));
    expect(applied.flat()).toEqual([NEWEST]);
    await Promise.all(desks.map((desk) => desk.destroy()));
  }, 30_000);

  it.each([
    ['is none', 'hello, I am no database at all', 1, /^Cannot open the database .*not a database\n$/],
    ['lies where no folder can be', null, 3, /^The folder of the database cannot be made \(ENOTDIR\): .*\n$/],
  ])('say in a line that it %s', async (_, content, code, said) => {
    writeFileSync(content === null ? folder + '/file' : path, content ?? '');
    if (content === null) process.env['DATABASE_PATH'] = join(folder, 'file', 'below', 'desk.sqlite');
    expect(await run('migration:run')).toEqual({ code, stdout: '', stderr: expect.stringMatching(said) });
  });
});
