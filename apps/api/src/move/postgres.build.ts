import type { PostgresConfig } from '../config/database.schema';
import { connectTo } from '../transfer/connect-postgres';
import type { Course } from './move-target';
import { joinBuilders } from './postgres.builders';

/** At once: more would wait for each other's disk. */
const LANES = 2;
/** What one connection is told. */
export interface Task {
  sql: string;
}

/**
 * Does each stage after the one before, the tasks of one side by side on connections of their own. Each is a transaction: a
 * kill loses the one at hand. Foreign keys are validated as they are made.
 * @param memory of each connection: an index that is sorted in memory is made in one go
 */
export async function buildAll(
  config: PostgresConfig,
  stages: readonly (readonly Task[])[],
  memory: string,
  course: Course,
): Promise<void> {
  course.meter.start('Making indexes and keys', stages.flat().length);
  for (const stage of stages) {
    const queue = [...stage];
    const lanes = Array.from({ length: Math.min(LANES, queue.length) }, () =>
      buildSome(config, queue, memory, course),
    );
    const failed = (await Promise.allSettled(lanes)).find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function buildSome(
  config: PostgresConfig,
  queue: Task[],
  memory: string,
  { meter, goOn }: Course,
): Promise<void> {
  const client = await connectTo(config);
  try {
    await joinBuilders(client);
    await client.query('set synchronous_commit = off');
    await client.query(`set maintenance_work_mem = '${memory}'`);
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
