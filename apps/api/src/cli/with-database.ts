import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { InstanceLock } from '../database/instance-lock';
import { openSqlite } from '../database/sqlite';

/** Opens the configured database for one command and closes it whatever happens. */
export async function withDatabase<T>(
  work: (dataSource: DataSource, config: Config) => Promise<T>,
): Promise<T> {
  const config = await loadConfigOnce(readEnvironment());
  const dataSource = await openSqlite(config.database.DATABASE_PATH);
  try {
    return await work(dataSource, config);
  } finally {
    await dataSource.destroy();
  }
}

/** As withDatabase(), but refuses while a server uses the database, and keeps one from starting meanwhile. */
export async function withDatabaseAlone<T>(
  work: (dataSource: DataSource, config: Config) => Promise<T>,
): Promise<T> {
  const { DATABASE_PATH: path } = (await loadConfigOnce(readEnvironment())).database;
  mkdirSync(dirname(path), { recursive: true });
  const lock = InstanceLock.acquire(path);
  try {
    return await withDatabase(work);
  } finally {
    lock.release();
  }
}
