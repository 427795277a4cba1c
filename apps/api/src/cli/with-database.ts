import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import { Config, parseConfig } from '../config/config';
import { readEnvironment } from '../config/environment';
import { InstanceLock } from '../database/instance-lock';
import { openSqlite } from '../database/sqlite';

/** Opens the configured database for one command and closes it whatever happens. */
export async function withDatabase<T>(
  work: (dataSource: DataSource, config: Config) => Promise<T>,
): Promise<T> {
  const config = parseConfig(readEnvironment());
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
  const path = parseConfig(readEnvironment()).database.DATABASE_PATH;
  mkdirSync(dirname(path), { recursive: true });
  const lock = InstanceLock.acquire(path);
  try {
    return await withDatabase(work);
  } finally {
    lock.release();
  }
}
