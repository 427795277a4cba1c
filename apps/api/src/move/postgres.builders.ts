import type { Client } from 'pg';

/** "Lift" in ASCII, as in the dialect, and a name nobody else has. */
const BUILDERS = `${0x4c696674}, hashtext('move builders')`;

/**
 * For each connection that builds beside the move's own. PostgreSQL ends a statement that it has begun, and only then sees that
 * whoever sent it was killed.
 */
export async function joinBuilders(client: Client): Promise<void> {
  await client.query(`select pg_advisory_lock_shared(${BUILDERS})`);
}

/** Until what a killed run had begun to build has come to its end. */
export async function awaitBuilders(client: Client): Promise<void> {
  await client.query(`select pg_advisory_lock(${BUILDERS})`);
  await client.query(`select pg_advisory_unlock(${BUILDERS})`);
}
