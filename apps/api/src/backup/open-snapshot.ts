import type { BackupConfig } from '../config/backup.schema';
import type { DatabaseConfig } from '../config/database.schema';
import type { DeskSnapshot } from './desk-snapshot';
import { PostgresSnapshot } from './postgres.desk-snapshot';
import { SqliteSnapshot } from './sqlite.desk-snapshot';

/**
 * @param folder for what is copied, removed by whoever made it
 * @throws StartupError where the database cannot be read, or what reads it is missing
 */
export function openSnapshot(
  database: DatabaseConfig,
  config: BackupConfig,
  folder: string,
): Promise<DeskSnapshot> {
  return database.type === 'sqlite'
    ? SqliteSnapshot.open(database, folder)
    : PostgresSnapshot.open(database, config);
}
