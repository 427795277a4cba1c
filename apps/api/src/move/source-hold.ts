import Database from 'better-sqlite3';
import { existsSync, rmSync, statSync } from 'node:fs';
import type { DatabaseConfig, PostgresConfig } from '../config/database.schema';
import { READ_MAINTENANCE } from '../database/maintenance';
import { InstanceLock } from '../database/instance-lock';
import { connectTo } from '../transfer/connect-postgres';
import { isServed } from './postgres.servers';

const OFFER = 'switch it to maintenance with `npm run maintenance -- on` (reading goes on), or stop it';

/** A source that nobody writes to meanwhile. */
export interface SourceHold {
  /** Why it cannot be had, in words; null where nobody writes. */
  obstacle: string | null;
  release(): void;
}

/** Keeps servers from the source, unless they only read. */
export async function holdSource(config: DatabaseConfig): Promise<SourceHold> {
  return config.type === 'sqlite' ? holdSqlite(config.path) : holdPostgres(config);
}

function holdSqlite(path: string): SourceHold {
  if (!existsSync(path)) return { obstacle: null, release: () => undefined };
  const leftovers = ['-wal', '-shm'].filter((suffix) => !existsSync(`${path}${suffix}`));
  try {
    const lock = InstanceLock.acquire(path);
    return {
      obstacle: null,
      release: () => {
        removeEmpty(path, leftovers);
        lock.release();
      },
    };
  } catch (error) {
    const isBusy = ((error as Error).cause as { code?: string } | undefined)?.code === 'SQLITE_BUSY';
    const obstacle = !isBusy
      ? (error as Error).message
      : inMaintenance(path)
        ? null
        : `A server writes to ${path}: ${OFFER}`;
    return { obstacle, release: () => undefined };
  }
}

/** A reader makes these beside a file in WAL mode, and may not take them away. Nobody else has the file: it is held. */
function removeEmpty(path: string, suffixes: readonly string[]): void {
  const wal = `${path}-wal`;
  if (suffixes.includes('-wal') && existsSync(wal) && statSync(wal).size > 0) return;
  for (const suffix of suffixes) rmSync(`${path}${suffix}`, { force: true });
}

function inMaintenance(path: string): boolean {
  const connection = new Database(path, { readonly: true, timeout: 5_000 });
  try {
    const isThere = connection.prepare(`select 1 from sqlite_master where name = 'maintenance'`).get();
    return isThere !== undefined && connection.prepare(READ_MAINTENANCE).get() !== undefined;
  } finally {
    connection.close();
  }
}

async function holdPostgres(config: PostgresConfig): Promise<SourceHold> {
  const client = await connectTo(config);
  try {
    const { rows } = await client.query<{ there: string | null }>(
      `select to_regclass('maintenance') as there`,
    );
    const isOn = rows[0]?.there != null && (await client.query(READ_MAINTENANCE)).rows.length > 0;
    const obstacle =
      !isOn && (await isServed(client)) ? `A server is connected to the source: ${OFFER}` : null;
    return { obstacle, release: () => undefined };
  } finally {
    await client.end();
  }
}
