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
    const rows: { name: string }[] = exists ? await runner.query('select name from migrations') : [];
    const applied = new Set(rows.map((row) => row.name));
    return {
      pending: known.filter((name) => !applied.has(name)),
      unknown: [...applied].filter((name) => !known.includes(name)),
    };
  } finally {
    await runner.release();
  }
}

/** @throws StartupError when the schema is not exactly this build's */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const { pending, unknown } = await migrationState(dataSource);
  assertNotNewer(unknown);
  if (pending.length > 0) {
    throw new StartupError(
      `The database lacks ${pending.length} migration(s): run \`npm run migration:run\``,
    );
  }
}

/** @throws StartupError when the database knows migrations that this build does not */
export function assertNotNewer(unknown: string[]): void {
  if (unknown.length === 0) return;
  throw new StartupError(
    `The database is of a newer version of Liftdesk (it has ${unknown.join(', ')}): start that version, or restore a backup made before it`,
  );
}
