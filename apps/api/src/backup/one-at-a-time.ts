import { RefusedError } from '../common/operator-errors';
import type { DatabaseConfig } from '../config/database.schema';
import { dialectOf } from '../database/dialect';
import { InstanceLock } from '../database/instance-lock';
import { openDatabase } from '../database/open-database';

/**
 * Does the work while no other backup of this desk is made, on this machine or, with PostgreSQL, on any.
 * @throws RefusedError where one is under way
 */
export async function oneAtATime<T>(database: DatabaseConfig, work: () => Promise<T>): Promise<T> {
  if (database.type === 'sqlite') {
    const lock = holdBackups(database.path);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
  const dataSource = await openDatabase({ ...database, poolSize: 2 });
  try {
    let done: { result: T } | undefined;
    await dialectOf(dataSource).unlessDoneElsewhere(dataSource, 'backup', async () => {
      done = { result: await work() };
    });
    if (!done) throw underWay();
    return done.result;
  } finally {
    await dataSource.destroy();
  }
}

/** No backup of this file of SQLite is made until it is released. @throws RefusedError where one is under way */
export function holdBackups(path: string): InstanceLock {
  try {
    return InstanceLock.acquire(`${path}.backup`);
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code === 'SQLITE_BUSY') throw underWay();
    throw error;
  }
}

const underWay = (): RefusedError =>
  new RefusedError('Another backup of this desk is under way: let it end. Nothing was written');
