import type { DatabaseConfig } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { POSTGRES_MIGRATIONS } from '../database/migrations/postgres';
import { SQLITE_MIGRATIONS } from '../database/migrations/sqlite';
import {
  assertMigrated,
  assertNothingTakenAway,
  assertNotNewer,
  migrationState,
} from '../database/migration-state';
import { openDatabase } from '../database/open-database';
import { type DeskDigest, differingTables, digestDesk } from '../transfer/digest';
import { openRowSource } from '../transfer/open-row-source';
import type { TableShape } from '../transfer/tables';
import { DamagedBackupError } from './backup.errors';
import { checkSqlite } from './sqlite.copy';

/**
 * Looks at a database that was restored: sound, every row there, and brought to this build's version without losing any.
 * @param database is migrated by this
 * @param tables as they are in the backup
 * @param expected what they are to hold; undefined where that is what is asked
 * @param signal breaks it off
 * @returns what they hold
 * @throws DamagedBackupError that names the tables, and nothing of their rows
 */
export async function proveDatabase(
  database: DatabaseConfig,
  tables: readonly TableShape[],
  expected: DeskDigest | undefined,
  signal?: AbortSignal,
): Promise<DeskDigest> {
  const sound = database.type === 'sqlite' ? checkSqlite(database.path) : Promise.resolve();
  const [digest] = await Promise.all([digestOf(database, tables, signal), sound]);
  const differing = expected === undefined ? [] : differingTables(expected, digest);
  if (differing.length > 0) throw new DamagedBackupError(`Restored, it differs in ${differing.join(', ')}`);
  await migrateAndCount(database, tables, digest);
  return digest;
}

async function digestOf(
  database: DatabaseConfig,
  tables: readonly TableShape[],
  signal?: AbortSignal,
): Promise<DeskDigest> {
  const source = await openRowSource(database);
  try {
    return await digestDesk(source, tables, () => signal?.throwIfAborted());
  } finally {
    await source.close();
  }
}

async function migrateAndCount(
  database: DatabaseConfig,
  tables: readonly TableShape[],
  digest: DeskDigest,
): Promise<void> {
  if (await isOfThisBuild(database)) return;
  const dataSource = await openDatabase(database);
  try {
    const { pending, unknown } = await migrationState(dataSource);
    assertNothingTakenAway(unknown);
    if (pending.length === 0) return;
    assertNotNewer(unknown);
    await migrate(dataSource);
    await assertMigrated(dataSource);
  } finally {
    await dataSource.destroy();
  }
  const source = await openRowSource(database);
  try {
    for (const table of tables)
      if ((await source.count(table)) !== digest[table.name]?.rows)
        throw new DamagedBackupError(`Migrated, it has other rows in ${table.name}`);
  } finally {
    await source.close();
  }
}

/** Nothing is to be migrated: then it is not opened for writing, for which a file of SQLite would be synced as a whole. */
async function isOfThisBuild(database: DatabaseConfig): Promise<boolean> {
  const known = database.type === 'sqlite' ? SQLITE_MIGRATIONS : POSTGRES_MIGRATIONS;
  const source = await openRowSource(database);
  try {
    const names = await source.migrations();
    return names.length === known.length && known.every(({ name }) => names.includes(name));
  } finally {
    await source.close();
  }
}
