import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/database.schema';
import { migrate } from './migrate';
import { openDatabase } from './open-database';
import { readCatalogue, withoutSearchIndex } from './schema-catalogue';
import { takenAway } from './schema-expansion';
import { SchemaShape, readShape } from './schema-shape';

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

/**
 * What a freshly migrated, empty database lacks of what the entities describe; nothing when they agree.
 * @param config whose engine is meant: SQLite does it in memory, PostgreSQL in schemas of its own that go again
 */
export async function schemaDrift(config: DatabaseConfig): Promise<SchemaDrift> {
  return inScratch(config, async (migrated) => {
    await migrate(migrated);
    return driftOf(migrated, config);
  });
}

/** The same of a database that is open and migrated. */
export async function driftOf(migrated: DataSource, config: DatabaseConfig): Promise<SchemaDrift> {
  const { upQueries, downQueries } = await migrated.driver.createSchemaBuilder().log();
  const statements = upQueries.map(({ query }, index) => ({
    up: query,
    down: downQueries[index]?.query ?? '',
  }));
  const tables = new Set(migrated.entityMetadatas.map(({ tableName }) => tableName));
  return inScratch(config, async (described) => {
    await described.synchronize();
    const wanted = await readShape(described, tables);
    const found = await readShape(migrated, tables);
    return {
      statements: [...statements, ...indexDrift(wanted, found, statements)],
      checks: checkDrift(wanted, found, statements),
    };
  });
}

/**
 * What the entities have no longer, or narrower, of a freshly migrated schema: a migration to them would take it from code
 * that still runs. A line each.
 */
export async function takenAwayByEntities(config: DatabaseConfig): Promise<string[]> {
  return inScratch(config, async (migrated) => {
    await migrate(migrated);
    const before = await readCatalogue(migrated);
    return inScratch(config, async (described) => {
      await described.synchronize();
      return takenAway(withoutSearchIndex(before), await readCatalogue(described));
    });
  });
}

/** Works on an empty database of the same engine, which is gone afterwards. */
async function inScratch<T>(
  config: DatabaseConfig,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  if (config.type === 'sqlite') return using(await openDatabase({ ...config, path: ':memory:' }), work);
  return using(await openDatabase(config), async (owner) => {
    const schema = `liftdesk_check_${randomUUID().replaceAll('-', '')}`;
    await owner.query(`create schema ${schema}`);
    try {
      return await using(await openDatabase(config, { schema }), work);
    } finally {
      await owner.query(`drop schema ${schema} cascade`);
    }
  });
}

async function using<T>(dataSource: DataSource, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
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

/** Those of a table that is not there yet come with it. */
function checkDrift(wanted: SchemaShape, found: SchemaShape, known: readonly Statement[]): string[] {
  const isNew = (name: string) =>
    known.some(({ up }) => up.startsWith(`CREATE TABLE "${name.slice(0, name.indexOf('.'))}"`));
  return namesOf(wanted.checks, found.checks)
    .filter((name) => !isNew(name))
    .map(
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
