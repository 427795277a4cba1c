import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { readEnvironment } from '../config/environment';
import type { DatabaseConfig } from '../config/database.schema';
import { loadConfigOnce } from '../config/load-config';
import { claimDatabase, type DatabaseClaim, isServed } from '../database/instance-lock';
import { openDatabase } from '../database/open-database';
import { assertNotHalfMoved } from '../move/half-moved';
import { RefusedError } from '../common/operator-errors';

/**
 * A server under load leaves the file to others for moments: SQLite itself would ask for it ten times a second, the gate asks
 * all the time.
 */
const BESIDE_BLOCK_MS = 5;

type Work<T> = (dataSource: DataSource, config: Config) => Promise<T>;

/**
 * Opens the configured database for one command and closes it whatever happens.
 * @throws StartupError where there is none, and makes none
 */
export async function withDatabase<T>(work: Work<T>): Promise<T> {
  const config = await loadConfigOnce(readEnvironment());
  const { database } = config;
  if (database.type === 'sqlite' && database.path !== ':memory:' && !existsSync(database.path))
    throw new StartupError(`There is no ${database.path} yet: run \`npm run migration:run\``);
  return opened(config, work);
}

/**
 * As withDatabase(), but on SQLite refuses while a server uses the file, and keeps one from starting meanwhile. PostgreSQL
 * itself keeps the command and the servers apart.
 */
export async function withDatabaseAlone<T>(work: Work<T>): Promise<T> {
  const config = await loadConfigOnce(readEnvironment());
  const claim = claimed(config.database);
  try {
    return await opened(config, work);
  } finally {
    claim.release();
  }
}

/**
 * As withDatabaseAlone(), but where a server uses the file of SQLite it goes on, and the work is told that it is not alone:
 * for what a server need not be stopped for.
 */
export async function withDatabaseBeside<T>(
  work: (dataSource: DataSource, isAlone: boolean) => Promise<T>,
): Promise<T> {
  const config = await loadConfigOnce(readEnvironment());
  if (isServed(config.database))
    return opened(config, (dataSource) => work(dataSource, false), BESIDE_BLOCK_MS);
  return withDatabaseAlone((dataSource) => work(dataSource, true));
}

/** @throws RefusedError where another process uses the file, or the folder for it cannot be made */
function claimed(database: DatabaseConfig): DatabaseClaim {
  try {
    if (database.type === 'sqlite') mkdirSync(dirname(database.path), { recursive: true });
    return claimDatabase(database);
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    throw new RefusedError(
      syscall === 'mkdir'
        ? `The folder of the database cannot be made (${code}): set DATABASE_PATH to another place, or change the rights of what is above it`
        : message,
      { cause: error },
    );
  }
}

async function opened<T>(config: Config, work: Work<T>, blockMs?: number): Promise<T> {
  const dataSource = await openDatabase(patient(config.database), { blockMs });
  try {
    await assertNotHalfMoved(dataSource);
    return await work(dataSource, config);
  } finally {
    await dataSource.destroy();
  }
}

/** An operator's command may take the time it needs; nobody waits for its answer but the operator. */
export const patient = (database: DatabaseConfig): DatabaseConfig =>
  database.type === 'postgres' ? { ...database, statementTimeoutMs: 0 } : database;
