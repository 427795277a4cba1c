import { setTimeout as pause } from 'node:timers/promises';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { dialectOf } from './dialect';

/** Behind a statement that waits for a table every request to that table waits too: it gives way soon, and tries again. */
const LOCK_WAIT_MS = 2_000;
const TRIES = 60;
const PAUSE_MS = 1_000;
/** PostgreSQL: somebody else held a table for too long. */
const LOCK_NOT_AVAILABLE = '55P03';

export interface MigrateOptions {
  /** Called as each has come to an end. */
  onDone?: (name: string) => void;
  /** Called each time somebody else held a table for too long, such as a backup. */
  onWaiting?: (name: string) => void;
}

/**
 * Brings the schema to this build's, one process at a time, on SQLite a migration at a time: who comes second finds nothing left to do.
 * Each migration is one transaction, so that whatever ends the work leaves whole ones behind, and the next run goes on from there.
 * @returns the names of the migrations that were applied
 * @throws StartupError that says which one failed, and why
 */
export async function migrate(dataSource: DataSource, options: MigrateOptions = {}): Promise<string[]> {
  return alone(dataSource, async (executor, runner) => {
    const applied: string[] = [];
    for (const migration of await executor.getPendingMigrations()) {
      const isApplied = await oneOf(runner, migration.name, options, async () => {
        // On SQLite the transaction alone keeps others out: one of them may have been here since.
        if (await isExecuted(executor, migration.name)) return false;
        await executor.executeMigration(migration);
        return true;
      });
      if (!isApplied) continue;
      applied.push(migration.name);
      options.onDone?.(migration.name);
    }
    return applied;
  });
}

/**
 * Takes the newest migration back, one process at a time.
 * @returns its name; null where there is none
 * @throws StartupError where this build does not know it, or it failed
 */
export async function revertLast(
  dataSource: DataSource,
  options: MigrateOptions = {},
): Promise<string | null> {
  return alone(dataSource, async (executor, runner) => {
    const [newest] = await executor.getExecutedMigrations();
    if (newest === undefined) return null;
    const known = dataSource.migrations.find(
      ({ name, constructor }) => (name ?? constructor.name) === newest.name,
    );
    if (known === undefined) throw new StartupError(`This version of Liftdesk does not know ${newest.name}`);
    await oneOf(runner, newest.name, options, async () => {
      await known.down(runner);
      await executor.deleteMigration(newest);
    });
    options.onDone?.(newest.name);
    return newest.name;
  });
}

async function isExecuted(executor: MigrationExecutor, name: string): Promise<boolean> {
  const executed = await executor.getExecutedMigrations();
  return executed.some((migration) => migration.name === name);
}

function alone<T>(
  dataSource: DataSource,
  work: (executor: MigrationExecutor, runner: QueryRunner) => Promise<T>,
): Promise<T> {
  return dialectOf(dataSource).alone(dataSource, 'migration', async () => {
    const runner = dataSource.createQueryRunner();
    try {
      return await work(new MigrationExecutor(dataSource, runner), runner);
    } finally {
      await runner.release();
    }
  });
}

async function oneOf<T>(
  runner: QueryRunner,
  name: string,
  { onWaiting }: MigrateOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await inTransaction(runner, work);
    } catch (error) {
      if (!isLocked(error) || tried === TRIES) throw failed(name, error as Error);
      onWaiting?.(name);
      await pause(PAUSE_MS);
    }
  }
}

async function inTransaction<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  // SQLite lets nobody switch its foreign keys off inside of a transaction.
  await runner.beforeMigration();
  try {
    await runner.startTransaction();
    try {
      await dialectOf(runner.manager).waitAtMost(runner.manager, LOCK_WAIT_MS);
      const done = await work();
      await runner.commitTransaction();
      return done;
    } catch (error) {
      // Where the connection is gone, so is the transaction, and the first error is the one to tell.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  } finally {
    await runner.afterMigration();
  }
}

const codeOf = (error: unknown): unknown =>
  ((error as { driverError?: { code?: unknown } }).driverError ?? (error as { code?: unknown })).code;

function isLocked(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE || codeOf((error as Error).cause ?? {}) === LOCK_NOT_AVAILABLE;
}

function failed(name: string, error: Error): StartupError {
  const why = isLocked(error)
    ? 'somebody else holds a table that it changes: a backup, or a long transaction'
    : error.message;
  return new StartupError(
    `The migration ${name} failed and was taken back, what ran before it stays: ${why}. Mend that, and run the same command again`,
    { cause: error },
  );
}
