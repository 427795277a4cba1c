import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';

/** The table that marks the target of a move until it is whole and proven. */
export const MARKER = 'liftdesk_move';

/** Whichever of the commands it was. */
const SAME = 'run the same command again (`npm run db:move`, `lift` or `land`)';

/** Where a file of SQLite is built, beside the place that it takes when it is whole. */
export const draftOf = (path: string): string => `${path}.moving`;

/**
 * For whoever would serve or change a desk.
 * @throws StartupError where a move into this database has begun and not ended
 */
export async function assertNotHalfMoved(dataSource: DataSource): Promise<void> {
  const { type, database } = dataSource.options;
  if (type === 'better-sqlite3' && existsSync(draftOf(database)))
    throw new StartupError(
      `A desk is half moved into ${database}: ${SAME}, or remove ${draftOf(database)} to give it up`,
    );
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await runner.hasTable(MARKER))) return;
    const rows = (await runner.query(`select value from ${MARKER} where name = 'begun'`)) as {
      value: string;
    }[];
    const { from = 'another database' } = JSON.parse(rows[0]?.value ?? '{}') as { from?: string };
    throw new StartupError(`This database is half moved from ${from}: ${SAME}, which ends it`);
  } finally {
    await runner.release();
  }
}
