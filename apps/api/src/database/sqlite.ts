import type Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { ENTITIES } from './entities';
import { installWriteGate } from './gated-query-runner';
import { SQLITE_MIGRATIONS } from './migrations/sqlite';

/** Older versions can corrupt a database when the WAL is reset under a reader. */
const OLDEST_SQLITE = '3.51.3';
/**
 * How long a statement waits for another process that has the file; its own process stands still meanwhile. A file is opened
 * with this patience in any case: whoever closes it last has it to himself for a moment.
 */
const BLOCK_MS = 1_000;

/**
 * @param path a file, or `:memory:`
 * @param blockMs moments only for a process that serves, or writes beside one: what writes is made to wait by the gate, which asks more often
 * @returns an initialised data source whose every call passes the write gate
 * @throws StartupError when the file cannot be opened or SQLite is too old
 */
export async function openSqlite(path: string, blockMs = BLOCK_MS): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    database: path,
    entities: ENTITIES,
    migrations: SQLITE_MIGRATIONS,
    migrationsTransactionMode: 'each',
    timeout: BLOCK_MS,
    prepareDatabase: (connection: Database.Database) => prepare(connection),
  });
  installWriteGate(dataSource);
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    await dataSource.initialize();
    await dataSource.query(`pragma busy_timeout = ${blockMs}`);
    return dataSource;
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`Cannot open the database ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function prepare(connection: Database.Database): void {
  const version = connection.prepare('select sqlite_version()').pluck().get() as string;
  if (compareVersions(version, OLDEST_SQLITE) < 0) {
    throw new StartupError(`SQLite ${version} is too old: ${OLDEST_SQLITE} or newer is needed`);
  }
  connection.pragma('journal_mode = WAL');
  // better-sqlite3 is built with NORMAL in WAL mode: a power cut would take acknowledged writes.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('temp_store = MEMORY');
  connection.pragma('journal_size_limit = 67108864');
  if (connection.pragma('synchronous', { simple: true }) !== 2) {
    throw new StartupError('SQLite did not accept synchronous=FULL: writes would not survive a power cut');
  }
}

/** Compares dotted numbers: negative, 0 or positive. */
export function compareVersions(a: string, b: string): number {
  const right = b.split('.').map(Number);
  for (const [index, part] of a.split('.').map(Number).entries()) {
    const difference = part - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
