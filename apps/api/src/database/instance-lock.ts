import Database from 'better-sqlite3';
import { existsSync, realpathSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '../common/startup-error';
import type { DatabaseConfig } from '../config/database.schema';
import { undoHalfSwap } from './sqlite.swap';

/** While somebody looks whether a server has the mark it is not to be had: a moment. */
const LOOK_MS = 1_000;
/** A process that ends takes half as long at most, and is killed then. */
const LEAVING_MS = 60_000;
const ASK_MS = 20;

/** What a process holds while it serves, or changes, a database. */
export interface DatabaseClaim {
  release(): void;
}

/**
 * SQLite serves one process, which holds its file; PostgreSQL serves as many as there are. What a restore left that was ended
 * in its midst is put right first.
 * @throws StartupError when another process serves the same file
 */
export function claimDatabase(database: DatabaseConfig): DatabaseClaim {
  if (!isFile(database)) return { release: () => undefined };
  const lock = InstanceLock.acquire(database.path);
  undoHalfSwap(realPath(database.path));
  return lock;
}

/**
 * As claimDatabase(), for a process that serves: it is known by this, and a migration that only adds may run beside it.
 * @throws StartupError when another process uses the same file
 */
export function claimToServe(database: DatabaseConfig): DatabaseClaim {
  const claim = claimDatabase(database);
  if (!isFile(database)) return claim;
  try {
    const mark = InstanceLock.acquire(markOf(database.path), LOOK_MS);
    return {
      release: () => {
        mark.release();
        claim.release();
      },
    };
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Whether a process serves this file of SQLite just now, and does not only use it for a command. */
export const isServed = (database: DatabaseConfig): boolean =>
  isFile(database) && InstanceLock.isHeld(markOf(database.path));

/**
 * As claimToServe(), but waits until who serves it has ended.
 * @throws StartupError when it has not by then
 */
export async function claimWhenLeft(database: DatabaseConfig): Promise<DatabaseClaim> {
  const deadline = performance.now() + LEAVING_MS;
  for (;;) {
    try {
      return claimToServe(database);
    } catch (error) {
      if (!isInUse(error) || performance.now() > deadline) throw error;
    }
    await pause(ASK_MS);
  }
}

const isFile = (database: DatabaseConfig): database is Extract<DatabaseConfig, { type: 'sqlite' }> =>
  database.type === 'sqlite' && database.path !== ':memory:';

const markOf = (path: string): string => `${path}.server`;

/** Whether it was thrown because another process uses the database. */
export const isInUse = (error: unknown): boolean =>
  ((error as Error).cause as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY';

/** Where the file is that a name leads to, or would be. */
export const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/**
 * Holds the database for this process until it ends, however it ends: an exclusive lock on a file beside
 * it, which the operating system drops with the process.
 * @throws StartupError when another process serves the same database
 */
export class InstanceLock implements DatabaseClaim {
  private constructor(private readonly connection: Database.Database) {}

  /** @param waitMs how long the process may stand still until it is to be had */
  static acquire(databasePath: string, waitMs = 0): InstanceLock {
    const connection = open(`${databasePath}.lock`, waitMs);
    try {
      connection.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      connection.close();
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw cannotLock(databasePath, error);
      throw new StartupError(
        `Another Liftdesk process is using ${databasePath}: stop it first (SQLite serves one process; use PostgreSQL for more)`,
        { cause: error },
      );
    }
    return new InstanceLock(connection);
  }

  /** Whether somebody has it. Who looks is in nobody's way who looks, too. */
  static isHeld(databasePath: string): boolean {
    if (!existsSync(`${databasePath}.lock`)) return false;
    const connection = open(`${databasePath}.lock`, 0);
    try {
      connection.prepare('select 1 from sqlite_master').get();
      return false;
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw cannotLock(databasePath, error);
      return true;
    } finally {
      connection.close();
    }
  }

  release(): void {
    this.connection.close();
  }
}

function open(path: string, timeout: number): Database.Database {
  try {
    return new Database(path, { timeout });
  } catch (error) {
    throw cannotLock(path, error);
  }
}

function cannotLock(path: string, cause: unknown): StartupError {
  return new StartupError(
    `Cannot lock ${path}: ${(cause as Error).message}. Check the rights of its folder`,
    { cause },
  );
}
