import { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';

export interface MigrationState {
  /** Names of migrations of this build that the database has not had, oldest first. */
  pending: string[];
  /** Names that the database has had and this build does not know: it is newer than the code. */
  unknown: string[];
}

/** Compares the build's migrations with the table that TypeORM keeps; a database without that table is empty. */
export async function migrationState(dataSource: DataSource): Promise<MigrationState> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const runner = dataSource.createQueryRunner();
  try {
    const exists = await runner.hasTable('migrations');
    const rows: { name: string }[] = exists
      ? await runner.query('select name from migrations order by timestamp')
      : [];
    const applied = new Set(rows.map((row) => row.name));
    return {
      pending: known.filter((name) => !applied.has(name)),
      unknown: [...applied].filter((name) => !known.includes(name)),
    };
  } finally {
    await runner.release();
  }
}

/** Migrations only add, but for those of this name, which take away what a release before them ceased to use. */
export const takesAway = (name: string): boolean => name.startsWith('Contract');

/**
 * A schema of a newer version is one that this build runs on, as long as nothing was taken away.
 * @returns the migrations that this build does not know, so that somebody can be told
 * @throws StartupError when a migration is missing, or one that this build does not know has taken something away
 */
export async function assertMigrated(dataSource: DataSource): Promise<string[]> {
  const { pending, unknown } = await migrationState(dataSource);
  assertNothingTakenAway(unknown);
  assertNonePending(pending);
  return unknown;
}

/** @throws StartupError when the schema is not exactly this build's: for what carries a desk as a whole */
export async function assertExactSchema(dataSource: DataSource): Promise<void> {
  const { pending, unknown } = await migrationState(dataSource);
  if (unknown.length > 0) throw newer(unknown, 'do this with that version');
  assertNonePending(pending);
}

/** @throws StartupError when the database has migrations that this build does not know, and would have to build upon */
export function assertNotNewer(unknown: string[]): void {
  if (unknown.length > 0)
    throw newer(unknown, 'change it with that version, or restore a backup made before it');
}

/** @throws StartupError when what this build may need is gone */
export function assertNothingTakenAway(unknown: string[]): void {
  const takers = unknown.filter(takesAway);
  if (takers.length > 0) throw newer(takers, 'start that version, or restore a backup made before it');
}

function assertNonePending(pending: string[]): void {
  if (pending.length === 0) return;
  throw new StartupError(`The database lacks ${pending.length} migration(s): run \`npm run migration:run\``);
}

const newer = (unknown: string[], advice: string): StartupError =>
  new StartupError(
    `The database is of a newer version of Liftdesk (it has ${unknown.join(', ')}): ${advice}`,
  );
