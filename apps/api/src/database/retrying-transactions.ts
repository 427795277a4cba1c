import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import { DatabaseUnavailableError, collisionOf, inOurWords } from './database-errors';

export interface RetryOptions {
  /** Runs of one transaction that meets others, the first included. */
  conflicts: number;
  /** The same where a unique index refused it: the second run finds the other's row and answers with it. */
  duplicates: number;
  /** The longest pause before the second run, ms; it doubles from run to run. */
  pauseMs: number;
}

const RETRIES: RetryOptions = { conflicts: 8, duplicates: 3, pauseMs: 8 };
const LONGEST_PAUSE_MS = 250;

type Work<T> = (manager: EntityManager) => Promise<T>;

/**
 * Makes every `transaction()` of a PostgreSQL data source run again where it met another: a deadlock, a serialisation
 * failure, a unique index that another transaction came first in. Whatever is given to `transaction()` must therefore be
 * safe to run twice: what it tells the outside it says by its result.
 */
export function retryCollisions(dataSource: DataSource, options: RetryOptions = RETRIES): void {
  const { manager } = dataSource;
  const runOnce = manager.transaction.bind(manager) as <T>(work: Work<T>) => Promise<T>;
  // The isolation that may stand before it is ours for all.
  manager.transaction = (<T>(...given: (Work<T> | IsolationLevel | undefined)[]): Promise<T> => {
    const work = given.find((one) => typeof one === 'function') as Work<T>;
    return retry(() => runOnce(work), options);
  }) as EntityManager['transaction'];
}

async function retry<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const collision = collisionOf(error);
      if (collision === null) throw inOurWords(error);
      const limit = collision === 'duplicate' ? options.duplicates : options.conflicts;
      if (attempt >= limit) throw collision === 'duplicate' ? error : tooBusy(error);
      // By chance, so that those who met do not meet again.
      await pause(Math.random() * Math.min(options.pauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
    }
  }
}

const tooBusy = (cause: unknown): DatabaseUnavailableError =>
  new DatabaseUnavailableError('Too many changes meet here just now: try again in a moment', { cause });
