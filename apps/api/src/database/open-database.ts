import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/database.schema';
import { type PostgresOptions, openPostgres } from './postgres';
import { openSqlite } from './sqlite';

/**
 * Opens the configured database; neither creates nor changes its schema.
 * @throws StartupError that says what to do
 */
export async function openDatabase(
  config: DatabaseConfig,
  options: PostgresOptions = {},
): Promise<DataSource> {
  switch (config.type) {
    case 'sqlite':
      return openSqlite(config.path);
    case 'postgres':
      return openPostgres(config, options);
  }
}
