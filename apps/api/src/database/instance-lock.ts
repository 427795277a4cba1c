import Database from 'better-sqlite3';
import { existsSync, realpathSync } from 'node:fs';
import { StartupError } from '../common/startup-error';
import type { DatabaseConfig } from '../config/database.schema';
import { undoHalfSwap } from './sqlite.swap';

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
  if (database.type === 'postgres' || database.path === ':memory:') return { release: () => undefined };
  const lock = InstanceLock.acquire(database.path);
  undoHalfSwap(realPath(database.path));
  return lock;
}

/** Where the file is that a name leads to, or would be. */
export const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

/**
 * Holds the database for this process until it ends, however it ends: an exclusive lock on a file beside
 * it, which the operating system drops with the process.
 * @throws StartupError when another process serves the same database
 */
export class InstanceLock implements DatabaseClaim {
  private constructor(private readonly connection: Database.Database) {}

  static acquire(databasePath: string): InstanceLock {
    const connection = open(`${databasePath}.lock`);
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

  release(): void {
    this.connection.close();
  }
}

function open(path: string): Database.Database {
  try {
    return new Database(path, { timeout: 0 });
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
