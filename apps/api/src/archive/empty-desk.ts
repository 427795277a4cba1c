import { setTimeout as pause } from 'node:timers/promises';
import { RefusedError } from '../common/operator-errors';
import type { DatabaseConfig } from '../config/database.schema';
import type { SqlSource } from '../search/search-document';
import { connectTo } from '../transfer/connect-postgres';
import { type TableShape, quoted } from '../transfer/tables';

/** What an import that was interrupted leaves, and the next one removes. */
const MAY_HOLD_ROWS = 'unsettled_object';

/** @throws RefusedError where anybody or anything is in the desk */
export async function assertEmpty(source: SqlSource, shapes: readonly TableShape[]): Promise<void> {
  for (const { name } of shapes) {
    if (name === MAY_HOLD_ROWS) continue;
    const rows: unknown[] = await source.query(`select 1 from ${quoted(name)} limit 1`);
    if (rows.length > 0)
      throw new RefusedError(
        `The desk is not empty (table ${name} has rows), and nothing was written: import into a new database`,
      );
  }
}

const SERVERS = `
  select count(*) as n from pg_stat_activity
  where datname = current_database() and application_name = 'liftdesk' and pid <> pg_backend_pid()`;

/** PostgreSQL notices a moment later that a client has gone: a server that was just stopped is waited for, so many ms. */
const GOES_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 50;

/**
 * A server on PostgreSQL is found by its connections, so this is to be asked before we have any; on SQLite the lock of the
 * file tells.
 * @throws RefusedError
 */
export async function assertNoServer(config: DatabaseConfig): Promise<void> {
  if (config.type === 'sqlite') return;
  const client = await connectTo(config);
  try {
    const isThere = async (): Promise<boolean> =>
      Number((await client.query<{ n: string }>(SERVERS)).rows[0]?.n) > 0;
    for (const end = performance.now() + GOES_WITHIN_MS; await isThere(); await pause(LOOK_EVERY_MS))
      if (performance.now() > end)
        throw new RefusedError(
          'A Liftdesk server is connected to this database, and nothing was written: stop it first',
        );
  } finally {
    await client.end();
  }
}
