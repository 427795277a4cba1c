import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { StartupError } from '../../../common/startup-error';
import { openSqlite } from '../../sqlite';
import { BulkWriter } from './bulk-writer';
import { DeskAccount, DeskPlan, DeskSize } from './plan-desk';
import { dropIndexes, makeIndex } from './secondary-indexes';

/** Tickets in one transaction, and between two words to whoever watches. */
const BATCH = 2_000;
/** Memory of the search for words not yet written: larger pieces need less merging. Its own default comes back at the end. */
const SEARCH_MEMORY = 128 << 20;
const SEARCH_MEMORY_DEFAULT = 1 << 20;

export interface SeedProgress {
  /** What is being done, as in "Writing tickets". */
  phase: string;
  done: number;
  total: number;
  /** Rows of all tables so far. */
  rows: number;
}

export interface SeededDesk {
  tickets: number;
  rows: number;
}

/**
 * Makes a new database file with an invented desk. It is built beside its place, without a journal, and takes it only when
 * it is whole and on disk: whatever happens before, the place keeps what it had.
 *
 * @param path must not be open anywhere; what is there is replaced
 * @throws StartupError when `signal` ended it
 */
export async function seedDesk(
  path: string,
  size: DeskSize,
  accounts: readonly DeskAccount[],
  onProgress: (progress: SeedProgress) => void,
  signal?: AbortSignal,
): Promise<SeededDesk> {
  const draft = `${path}.seeding`;
  removeDatabase(draft);
  try {
    await migrate(draft);
    const seeded = await fill(draft, size, accounts, onProgress, signal);
    sync(draft);
    removeDatabase(path);
    renameSync(draft, path);
    sync(dirname(path));
    return seeded;
  } catch (error) {
    removeDatabase(draft);
    throw error;
  }
}

async function migrate(path: string): Promise<void> {
  const dataSource = await openSqlite(path);
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

async function fill(
  path: string,
  size: DeskSize,
  accounts: readonly DeskAccount[],
  onProgress: (progress: SeedProgress) => void,
  signal?: AbortSignal,
): Promise<SeededDesk> {
  const connection = new Database(path);
  try {
    for (const pragma of [
      'journal_mode = OFF',
      'synchronous = OFF',
      'locking_mode = EXCLUSIVE',
      'cache_size = -400000',
    ])
      connection.pragma(pragma);
    connection.pragma('foreign_keys = OFF');
    const indexes = dropIndexes(connection);
    setSearchMemory(connection, SEARCH_MEMORY);
    const writer = new BulkWriter(connection, size.seed + 1);
    const report = (phase: string, done: number, total: number): void => {
      if (signal?.aborted)
        throw new StartupError('Seeding was interrupted: the database is as it was before');
      onProgress({ phase, done, total, rows: writer.rows });
    };
    await writeDesk(connection, writer, new DeskPlan(size, accounts), size, report);
    for (const [index, entry] of indexes.entries()) {
      report('Making indexes', index, indexes.length);
      await setImmediate();
      makeIndex(connection, entry);
    }
    report('Tidying the search index', 0, 1);
    await setImmediate();
    connection.exec(`insert into ticket_fts(ticket_fts) values('optimize')`);
    setSearchMemory(connection, SEARCH_MEMORY_DEFAULT);
    connection.exec('pragma analysis_limit = 1000; analyze');
    report('Tidying the search index', 1, 1);
    connection.pragma('journal_mode = WAL');
    return { tickets: writer.tickets, rows: writer.rows };
  } finally {
    connection.close();
  }
}

async function writeDesk(
  connection: Database.Database,
  writer: BulkWriter,
  plan: DeskPlan,
  { tickets: total }: DeskSize,
  report: (phase: string, done: number, total: number) => void,
): Promise<void> {
  connection.exec('begin');
  for (const person of plan.everybody()) writer.person(person, plan.start);
  for (const ticket of plan.tickets()) {
    await writer.ticket(ticket);
    if (writer.tickets % BATCH !== 0) continue;
    connection.exec('commit; begin');
    report('Writing tickets', writer.tickets, total);
    await setImmediate();
  }
  writer.end();
  connection.exec('commit');
  report('Writing tickets', total, total);
}

function setSearchMemory(connection: Database.Database, bytes: number): void {
  connection.exec(`insert into ticket_fts(ticket_fts, rank) values('hashsize', ${bytes})`);
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Refuses where somebody's data would be lost: a desk with tickets, or with people. */
export async function assertNobodyThere(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const dataSource = await openSqlite(path);
  try {
    const tables = `select name from sqlite_master where type = 'table' and name in ('user', 'ticket')`;
    for (const { name } of (await dataSource.query(tables)) as { name: string }[]) {
      const rows: unknown[] = await dataSource.query(`select 1 from "${name}" limit 1`);
      if (rows.length > 0)
        throw new StartupError(
          `${path} holds ${name}s already and is left alone: set DATABASE_PATH to a new file, or remove this one first`,
        );
    }
  } finally {
    await dataSource.destroy();
  }
}
