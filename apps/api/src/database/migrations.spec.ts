import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { contentsOf, fillTables } from '../testing/any-rows';
import { describeOnPostgres, onPostgres, openTestDatabase } from '../testing/test-database';
import { migrate, revertLast } from './migrate';
import { takesAway } from './migration-state';
import { POSTGRES_MIGRATIONS } from './migrations/postgres';
import { SQLITE_MIGRATIONS } from './migrations/sqlite';
import { type Catalogue, readCatalogue, withoutSearchIndex } from './schema-catalogue';
import { takenAway } from './schema-expansion';
import { openSqlite } from './sqlite';

const ENGINES = { sqlite: SQLITE_MIGRATIONS, postgres: POSTGRES_MIGRATIONS } as const;
const RULE = resolve(__dirname, '../../../../docs/decisions/0019-migrations-only-expand.md');
const EMPTY: Catalogue = { tables: {}, engine: [] };

/** Of the engine that this run of tests is for, with their places. */
const MIGRATIONS = ENGINES[onPostgres ? 'postgres' : 'sqlite'].map(({ name }, place) => ({ name, place }));

/** Does it as the build that had the first so many of the migrations. */
async function asBuild(
  desk: DataSource,
  count: number,
  step: (desk: DataSource) => Promise<unknown>,
): Promise<void> {
  const all = desk.migrations;
  Object.assign(desk, { migrations: all.slice(0, count) });
  await step(desk);
  Object.assign(desk, { migrations: all });
}

describe('the migrations of both engines', () => {
  it.each(['sqlite', 'postgres'] as const)('are in the index of their folder, in order: %s', (engine) => {
    const files = readdirSync(join(__dirname, 'migrations', engine)).filter((file) => /^\d{13}-/.test(file));
    const classes = ENGINES[engine].map((Migration) => new Migration().name);
    expect(classes).toEqual(ENGINES[engine].map(({ name }) => name));
    expect(classes).toEqual(
      files.sort().map((file) => {
        const [, time, words] = /^(\d{13})-(.*)\.ts$/.exec(file) as unknown as [string, string, string];
        return `${words.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}${time}`;
      }),
    );
  });

  it('have the same names', () => {
    expect(POSTGRES_MIGRATIONS.map(({ name }) => name)).toEqual(SQLITE_MIGRATIONS.map(({ name }) => name));
  });
});

describe.each(MIGRATIONS)('the migration $name', ({ name, place }) => {
  let desk: DataSource;
  let before: Catalogue;
  beforeEach(async () => {
    desk = await openTestDatabase({ bare: true });
    if (place > 0) await asBuild(desk, place, migrate);
    before = place === 0 ? EMPTY : await readCatalogue(desk);
  });
  afterEach(() => desk.destroy());

  const up = () => asBuild(desk, place + 1, migrate);
  const down = () => asBuild(desk, place + 1, revertLast);

  it('goes up, down and up again with rows in every table, and takes none with it but its own', async () => {
    await fillTables(desk, before);
    const rows = await contentsOf(desk, before);
    await up();
    const after = await readCatalogue(desk);
    expect(after).not.toEqual(before);
    // What an older build reads is what it wrote.
    expect(await contentsOf(desk, before)).toEqual(rows);
    await fillTables(desk, after);
    await down();
    expect(await readCatalogue(desk)).toEqual(before);
    expect(await contentsOf(desk, before)).toEqual(rows);
    await up();
    expect(await readCatalogue(desk)).toEqual(after);
    expect(await contentsOf(desk, before)).toEqual(rows);
  });

  it(takesAway(name) ? 'is known to take something away' : 'only adds', async () => {
    await up();
    const lost = takenAway(before, await readCatalogue(desk));
    if (takesAway(name)) expect(readFileSync(RULE, 'utf8')).toContain(name);
    else expect(lost).toEqual([]);
  });
});

describe('the schema', () => {
  let desk: DataSource;
  beforeEach(async () => (desk = await openTestDatabase({ bare: true })));
  afterEach(() => desk.destroy());

  it('of an old desk that was upgraded, full of rows, is that of a fresh one', async () => {
    for (let count = 1; count <= MIGRATIONS.length; count += 1) {
      await asBuild(desk, count, migrate);
      await fillTables(desk, await readCatalogue(desk));
    }
    const fresh = await openTestDatabase({ bare: true });
    await migrate(fresh);
    expect(await readCatalogue(desk)).toEqual(await readCatalogue(fresh));
    await fresh.destroy();
  });

  it('is what the entities describe: columns, defaults, keys, indexes, checks, foreign keys', async () => {
    await migrate(desk);
    const entities = await openTestDatabase({ bare: true });
    await entities.synchronize();
    expect(withoutSearchIndex(await readCatalogue(desk))).toEqual(
      withoutSearchIndex(await readCatalogue(entities)),
    );
    await entities.destroy();
  });

  it('gets a row with a value into every column that the tests of migrations fill', async () => {
    await migrate(desk);
    const { tables } = await readCatalogue(desk);
    expect(Object.keys(tables)).toEqual(expect.arrayContaining(['user', 'ticket', 'outbox_mail']));
    await fillTables(desk, { tables, engine: [] });
    for (const [table, { columns }] of Object.entries(tables))
      for (const column of Object.keys(columns))
        expect(
          await desk.query(`select 1 from "${table}" where "${column}" is not null limit 1`),
        ).toHaveLength(1);
  });
});

describeOnPostgres('the schema of PostgreSQL and that of SQLite', () => {
  it('are the same: tables, columns, lengths, keys, indexes, checks, foreign keys', async () => {
    const [postgres, sqlite] = [await openTestDatabase({ bare: true }), await openSqlite(':memory:')];
    for (const desk of [postgres, sqlite]) await migrate(desk);
    expect(withoutSearchIndex(await readCatalogue(postgres))).toEqual(
      withoutSearchIndex(await readCatalogue(sqlite)),
    );
    for (const desk of [postgres, sqlite]) await desk.destroy();
  });
});
