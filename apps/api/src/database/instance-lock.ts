import Database from 'better-sqlite3';
import { StartupError } from '../common/startup-error';
import type { DatabaseConfig } from '../config/database.schema';

/** What a process holds while it serves, or changes, a database. */
export interface DatabaseClaim {
  release(): void;
}

/**
 * SQLite serves one process, which holds its file; PostgreSQL serves as many as there are.
 * @throws StartupError when another process serves the same file
 */
export function claimDatabase(database: DatabaseConfig): DatabaseClaim {
  return database.type === 'sqlite' && database.path !== ':memory:'
    ? InstanceLock.acquire(database.path)
    : { release: () => undefined };
}

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
