import type { DataSource, Migration } from 'typeorm';
import { dialectOf } from './dialect';

/**
 * Brings the schema to this build's, one process at a time: who comes second finds nothing left to do.
 * @returns the migrations that were applied
 */
export async function migrate(dataSource: DataSource): Promise<Migration[]> {
  return dialectOf(dataSource).alone(dataSource, 'migration', () =>
    dataSource.runMigrations({ transaction: 'each' }),
  );
}

/** Takes the newest migration back, one process at a time. */
export async function revertLast(dataSource: DataSource): Promise<void> {
  await dialectOf(dataSource).alone(dataSource, 'migration', () =>
    dataSource.undoLastMigration({ transaction: 'each' }),
  );
}
