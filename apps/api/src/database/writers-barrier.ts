import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

export const BEGIN = 'begin isolation level read committed';

/**
 * Begins a transaction on PostgreSQL that looks whether there is a maintenance, in one round trip; not what it says, which
 * would cost half as much again. `for key share` holds the table in a way that nobody else does (a dump does not), from before
 * the look until the transaction ends: writersEnded() goes by it. EXECUTE of a prepared statement is no shorter way: it takes
 * its snapshot before its lock, and who is in between would write unseen.
 */
export const BEGIN_AND_LOOK = `${BEGIN}; select from maintenance for key share`;

const WRITERS = `
  select virtualtransaction as writer from pg_locks
  where locktype = 'relation' and relation = 'maintenance'::regclass and mode = 'RowShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())`;
const PAUSE_MS = 10;

/** After the row is committed: whoever looked before has the table until its end, wherever its process runs. */
export async function writersEnded(dataSource: DataSource): Promise<void> {
  let left = await writersOf(dataSource);
  while (left.length > 0) {
    await pause(PAUSE_MS);
    const present = new Set(await writersOf(dataSource));
    // Those that began meanwhile have seen the row.
    left = left.filter((writer) => present.has(writer));
  }
}

async function writersOf(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ writer: string }[]>(WRITERS);
  return rows.map(({ writer }) => writer);
}
