import Database from 'better-sqlite3';
import { existsSync, rmSync, statSync } from 'node:fs';
import type { Client } from 'pg';
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
  /** Whether nobody can have written to it until now. */
  isHeld(): Promise<boolean>;
  release(): void;
}

/** Keeps servers from the source, unless they only read. */
export async function holdSource(config: DatabaseConfig): Promise<SourceHold> {
  return config.type === 'sqlite' ? holdSqlite(config.path) : holdPostgres(config);
}

const refused = (obstacle: string | null): SourceHold => ({
  obstacle,
  isHeld: async () => false,
  release: () => undefined,
});

function holdSqlite(path: string): SourceHold {
  if (!existsSync(path)) return refused(null);
  const leftovers = ['-wal', '-shm'].filter((suffix) => !existsSync(`${path}${suffix}`));
  try {
    const lock = InstanceLock.acquire(path);
    return {
      obstacle: null,
      isHeld: async () => true,
      release: () => {
        removeEmpty(path, leftovers);
        lock.release();
      },
    };
  } catch (error) {
    const isBusy = ((error as Error).cause as { code?: string } | undefined)?.code === 'SQLITE_BUSY';
    if (!isBusy) return refused((error as Error).message);
    const since = maintenanceOf(path);
    if (since === null) return refused(`A server writes to ${path}: ${OFFER}`);
    return { ...refused(null), isHeld: async () => maintenanceOf(path) === since };
  }
}

/** A reader makes these beside a file in WAL mode, and may not take them away. Nobody else has the file: it is held. */
function removeEmpty(path: string, suffixes: readonly string[]): void {
  const wal = `${path}-wal`;
  if (suffixes.includes('-wal') && existsSync(wal) && statSync(wal).size > 0) return;
  for (const suffix of suffixes) rmSync(`${path}${suffix}`, { force: true });
}

/** @returns since when it lasts; null where there is none */
function maintenanceOf(path: string): number | null {
  const connection = new Database(path, { readonly: true, timeout: 5_000 });
  try {
    const isThere = connection.prepare(`select 1 from sqlite_master where name = 'maintenance'`).get();
    if (isThere === undefined) return null;
    return (connection.prepare(READ_MAINTENANCE).get() as Since | undefined)?.since ?? null;
  } finally {
    connection.close();
  }
}

interface Since {
  since: number;
}

/**
 * A server that is not there cannot be kept away: what holds is that none is connected at both ends, or the same maintenance.
 * One that came and went between them is not seen.
 */
async function holdPostgres(config: PostgresConfig): Promise<SourceHold> {
  const before = await asked(config, maintenanceThere);
  if (before !== null)
    return { ...refused(null), isHeld: async () => (await asked(config, maintenanceThere)) === before };
  if (await asked(config, isServed)) return refused(`A server is connected to the source: ${OFFER}`);
  return { ...refused(null), isHeld: async () => !(await asked(config, isServed)) };
}

/** @returns since when it lasts; null where there is none */
async function maintenanceThere(client: Client): Promise<number | null> {
  const { rows } = await client.query<{ there: string | null }>(`select to_regclass('maintenance') as there`);
  const [found] = rows[0]?.there == null ? [] : (await client.query<Since>(READ_MAINTENANCE)).rows;
  return found === undefined ? null : Number(found.since);
}

async function asked<T>(config: PostgresConfig, question: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTo(config);
  try {
    return await question(client);
  } finally {
    await client.end();
  }
}
