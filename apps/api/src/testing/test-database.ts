import { ThrowAwayDatabases, testDatabaseUrl } from '@liftdesk/testing';
import { createHash, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { POSTGRES_MIGRATIONS } from '../database/migrations/postgres';
import { openDatabase } from '../database/open-database';

/** An empty database for one test, on the engine that this run of tests is for. */
export interface TestDatabase {
  /** The variables that choose it. */
  env: Record<string, string>;
  drop(): Promise<void>;
}

const SERVER = testDatabaseUrl();
export const onPostgres = SERVER !== null;
const databases = new ThrowAwayDatabases(SERVER ?? 'postgres://nowhere');

/** Migrations decide what it holds, so that a server that outlives a run serves the next one too. */
const TEMPLATE = `liftdesk_test_${createHash('sha256')
  .update(POSTGRES_MIGRATIONS.map(String).join('\n'))
  .digest('hex')
  .slice(0, 16)}`;
let template: Promise<void> | undefined;

/**
 * On PostgreSQL it has every table, on SQLite none yet: migrate() brings both to the same.
 * @param file where SQLite keeps it, and whoever made the folder removes it
 */
export async function testDatabase(file = ':memory:'): Promise<TestDatabase> {
  if (!onPostgres) return { env: { DATABASE_PATH: file }, drop: async () => undefined };
  await (template ??= databases.ensure(TEMPLATE, prepare));
  const name = await databases.take(TEMPLATE);
  return { env: { DATABASE_URL: databases.url(name) }, drop: () => databases.giveBack(name, TEMPLATE) };
}

/** One without any table, for tests that make and change them. */
export async function bareTestDatabase(): Promise<TestDatabase> {
  if (!onPostgres) return testDatabase();
  const name = `liftdesk_test_${randomUUID()}`;
  await databases.create(name);
  return { env: { DATABASE_URL: databases.url(name) }, drop: () => databases.drop(name) };
}

/** Opened, migrated unless `bare`, for tests that need no application. Destroying the data source drops it. */
export async function openTestDatabase({ bare = false } = {}): Promise<DataSource> {
  const { env, drop } = await (bare ? bareTestDatabase() : testDatabase());
  const dataSource = await openDatabase(databaseSchema.parse(env));
  if (!bare && !onPostgres) await migrate(dataSource);
  const destroy = dataSource.destroy.bind(dataSource);
  dataSource.destroy = async () => {
    await destroy();
    await drop();
  };
  return dataSource;
}

/** What is about SQLite itself: on PostgreSQL it is left out, and named so that everybody sees it. */
export const describeOnSqlite = (name: string, tests: () => void): void =>
  onPostgres ? describe.skip(`SQLite ONLY, left out on PostgreSQL: ${name}`, tests) : describe(name, tests);

/** What is about PostgreSQL itself: `npm run test:postgres` runs it. */
export const describeOnPostgres = (name: string, tests: () => void): void =>
  onPostgres
    ? describe(name, tests)
    : describe.skip(`PostgreSQL ONLY, run by \`npm run test:postgres\`: ${name}`, tests);

async function prepare(url: string): Promise<void> {
  const dataSource = await openDatabase(
    databaseSchema.parse({ DATABASE_URL: url, DATABASE_STATEMENT_TIMEOUT: '0' }),
  );
  await migrate(dataSource);
  await dataSource.destroy();
}
