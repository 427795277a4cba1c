import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseConfig, PostgresConfig } from '../config/database.schema';
import { connectTo } from '../transfer/connect-postgres';

/** Whether both are one database, by whatever names they go. */
export async function isSamePlace(one: DatabaseConfig, other: DatabaseConfig): Promise<boolean> {
  if (one.type === 'sqlite' && other.type === 'sqlite') return real(one.path) === real(other.path);
  if (one.type === 'postgres' && other.type === 'postgres') return (await mark(one)) === (await mark(other));
  return false;
}

const real = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

/** A database of a server that has started once: no two have the same. */
async function mark(config: PostgresConfig): Promise<string> {
  const client = await connectTo(config);
  try {
    const { rows } = await client.query<{ mark: string }>(
      `select oid || ' ' || extract(epoch from pg_postmaster_start_time()) as mark from pg_database where datname = current_database()`,
    );
    return rows[0]?.mark ?? '';
  } finally {
    await client.end();
  }
}
