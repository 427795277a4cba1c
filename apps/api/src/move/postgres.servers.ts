import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';

const LOOKS = 20;
const PAUSE_MS = 50;

/** Each process of the API calls itself so. */
const SERVERS = `
  select count(*) as count from pg_stat_activity
  where datname = current_database() and application_name = 'liftdesk' and pid <> pg_backend_pid()`;

/** Whether a server is connected to this database. Connections of one that has just ended are seen for a moment yet. */
export async function isServed(client: Client): Promise<boolean> {
  for (let looks = 1; ; looks += 1) {
    const { rows } = await client.query<{ count: string }>(SERVERS);
    if (Number(rows[0]?.count) === 0) return false;
    if (looks === LOOKS) return true;
    await pause(PAUSE_MS);
  }
}
