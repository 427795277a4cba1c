import type { DatabaseConfig } from '../config/database.schema';
import { PostgresRowSource } from './postgres.row-source';
import type { RowSource } from './row-source';
import { SqliteRowSource } from './sqlite.row-source';

/** @throws StartupError where the database cannot be read */
export async function openRowSource(config: DatabaseConfig): Promise<RowSource> {
  switch (config.type) {
    case 'sqlite':
      return SqliteRowSource.open(config.path);
    case 'postgres':
      return PostgresRowSource.open(config);
  }
}
