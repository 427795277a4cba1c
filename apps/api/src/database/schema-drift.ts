import type { DataSource } from 'typeorm';
import { SchemaShape, readShape } from './schema-shape';
import { openSqlite } from './sqlite';

/** A statement that would bring the schema to the entities, and one that takes it back. */
export interface Statement {
  up: string;
  down: string;
}

export interface SchemaDrift {
  statements: Statement[];
  /** Checks that differ, in words: SQLite changes none in place, so somebody must build the table anew. */
  checks: string[];
}

/** What a freshly migrated, empty database lacks of what the entities describe; nothing when they agree. */
export async function schemaDrift(): Promise<SchemaDrift> {
  const dataSource = await openSqlite(':memory:');
  try {
    await dataSource.runMigrations();
    return await driftOf(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** The same of a database that is open and migrated. */
export async function driftOf(migrated: DataSource): Promise<SchemaDrift> {
  const { upQueries, downQueries } = await migrated.driver.createSchemaBuilder().log();
  const statements = upQueries.map(({ query }, index) => ({
    up: query,
    down: downQueries[index]?.query ?? '',
  }));
  const tables = new Set(migrated.entityMetadatas.map(({ tableName }) => tableName));
  const described = await openSqlite(':memory:');
  try {
    await described.synchronize();
    const wanted = await readShape(described, tables);
    const found = await readShape(migrated, tables);
    return {
      statements: [...statements, ...indexDrift(wanted, found, statements)],
      checks: checkDrift(wanted, found),
    };
  } finally {
    await described.destroy();
  }
}

function indexDrift(wanted: SchemaShape, found: SchemaShape, known: readonly Statement[]): Statement[] {
  const isKnown = (name: string) =>
    known.some(({ up, down }) =>
      [up, down].some((sql) => /\bINDEX\b/i.test(sql) && sql.includes(`"${name}"`)),
    );
  const drop = (name: string) => `DROP INDEX "${name}"`;
  return namesOf(wanted.indexes, found.indexes)
    .filter((name) => !isKnown(name))
    .flatMap((name) => {
      const [now, then] = [found.indexes.get(name), wanted.indexes.get(name)];
      const removal = now === undefined ? [] : [{ up: drop(name), down: now }];
      const creation = then === undefined ? [] : [{ up: then, down: drop(name) }];
      return [...removal, ...creation];
    });
}

function checkDrift(wanted: SchemaShape, found: SchemaShape): string[] {
  return namesOf(wanted.checks, found.checks).map(
    (name) =>
      `CHECK ${name}: the entity has ${wanted.checks.get(name) ?? 'none'}, the schema ${found.checks.get(name) ?? 'none'}`,
  );
}

/** Those whose texts differ. */
function namesOf(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (name) => wanted.get(name) !== found.get(name),
  );
}
