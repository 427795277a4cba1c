import { openSqlite } from './sqlite';

/** A statement that would bring the schema to the entities, and one that takes it back. */
export interface Drift {
  up: string;
  down: string;
}

/** What a freshly migrated, empty database lacks of what the entities describe; nothing when they agree. */
export async function schemaDrift(): Promise<Drift[]> {
  const dataSource = await openSqlite(':memory:');
  try {
    await dataSource.runMigrations();
    const { upQueries, downQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }, index) => ({ up: query, down: downQueries[index]?.query ?? '' }));
  } finally {
    await dataSource.destroy();
  }
}
