import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/database.schema';
import { type PostgresOptions, openPostgres } from './postgres';
import { openSqlite } from './sqlite';

export interface OpenOptions extends PostgresOptions {
  /** SQLite: how long a statement may keep this process standing still while another has the file; 1,000 ms by default. */
  blockMs?: number;
}

/**
 * Opens the configured database; neither creates nor changes its schema.
 * @throws StartupError that says what to do
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<DataSource> {
  switch (config.type) {
    case 'sqlite':
      return openSqlite(config.path, options.blockMs);
    case 'postgres':
      return openPostgres(config, options);
  }
}
