import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/database.schema';
import { openDatabase } from '../database/open-database';
import { readCatalogue } from '../database/schema-catalogue';
import { type TableShape, tablesOf } from '../transfer/tables';

export interface Present {
  /** Of the engine. */
  version: string;
  tables: TableShape[];
  /** Names of the migrations of this build. */
  known: string[];
}

/**
 * The tables of a desk that are there, with the columns that are there: it may lack migrations of this build.
 * @param askVersion the statement whose one value is the engine's version
 */
export async function readPresent(config: DatabaseConfig, askVersion: string): Promise<Present> {
  const dataSource = await openDatabase(config);
  try {
    const [row] = await dataSource.query<Record<string, string>[]>(askVersion);
    return {
      version: Object.values(row ?? {})[0] ?? '',
      tables: await presentTables(dataSource),
      known: dataSource.migrations.map(({ name }) => name ?? ''),
    };
  } finally {
    await dataSource.destroy();
  }
}

async function presentTables(dataSource: DataSource): Promise<TableShape[]> {
  const { tables } = await readCatalogue(dataSource);
  return tablesOf(dataSource)
    .filter(({ name }) => tables[name] !== undefined)
    .map((table) => ({
      ...table,
      columns: table.columns.filter(({ name }) => tables[table.name]?.columns[name] !== undefined),
    }));
}
