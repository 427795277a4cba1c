import type { PostgresConfig } from '../config/database.schema';
import { connectTo } from '../transfer/connect-postgres';
import type { Course } from './move-target';
import type { Definition } from './set-aside';

/** At once: more would wait for each other's disk. */
const LANES = 2;
/** Of each: an index sorted in memory is made in one go; small beside the memory of any server that is worth its name. */
const MEMORY = '128MB';

/**
 * Makes indexes, then foreign keys, on connections of their own. Each is a transaction: a kill loses the one at hand.
 * Foreign keys are validated as they are made.
 */
export async function buildAll(
  config: PostgresConfig,
  definitions: readonly Definition[],
  course: Course,
): Promise<void> {
  course.meter.start('Making indexes and keys', definitions.length);
  for (const kind of ['index', 'key'] as const) {
    const queue = definitions.filter((one) => one.kind === kind);
    const lanes = Math.min(LANES, queue.length);
    const ends = await Promise.allSettled(
      Array.from({ length: lanes }, () => buildSome(config, queue, course)),
    );
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function buildSome(
  config: PostgresConfig,
  queue: Definition[],
  { meter, goOn }: Course,
): Promise<void> {
  const client = await connectTo(config);
  try {
    await client.query(`set synchronous_commit = off`);
    await client.query(`set maintenance_work_mem = '${MEMORY}'`);
    for (let next = queue.shift(); next; next = queue.shift()) {
      goOn();
      await client.query(next.sql);
      meter.add(1, false);
    }
  } catch (error) {
    queue.length = 0;
    throw error;
  } finally {
    await client.end();
  }
}
