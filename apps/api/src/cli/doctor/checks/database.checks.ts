import { existsSync } from 'node:fs';
import type { DataSource, EntityManager } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { IdempotencyKey } from '../../../common/idempotency-key.entity';
import { migrationState, takesAway } from '../../../database/migration-state';
import { openDatabase } from '../../../database/open-database';
import {
  CheckFailedError,
  type DoctorCheck,
  type DoctorContext,
  failure,
  type Finding,
  ok,
  skipped,
  warning,
} from '../check';

const MIGRATE = {
  cause: 'the code is newer than the schema',
  fix: 'run: npm run migration:run (expand-only: the old version may still run)',
};

const NEWER = {
  cause: 'the schema is newer than the code',
  fix: 'start the newer version, or restore the backup that was made before it',
};

/** Ends the transaction without a trace. */
class TakeBack extends Error {}

/** Writes a row, reads it, and takes it back. */
export const databaseCheck: DoctorCheck = {
  name: 'database',
  guide: '5. Database locked errors',
  // Who wants to write waits for whoever has the file for 10 s, and then says so.
  timeoutMs: 15_000,
  run: async (context) => {
    const away = notThere(context);
    if (away) return away;
    return withDatabase(context, async (database) => {
      if ((await migrationState(database)).pending.length > 0)
        return ok(`answers (${database.options.type}); nothing is written before its migrations have run`);
      const key = `doctor ${randomUUID()}`;
      await database
        .transaction((manager) => writeAndRead(manager, key))
        .catch((error: unknown) => {
          if (!(error instanceof TakeBack)) throw error;
        });
      if (await database.manager.existsBy(IdempotencyKey, { key }))
        throw new CheckFailedError('a row that was taken back is still there', {
          cause: 'the database does not roll back',
          fix: 'a proxy in front of PostgreSQL must pool by session or transaction',
        });
      return ok(`a row was written, read and taken back (${database.options.type})`);
    });
  },
};

export const migrationsCheck: DoctorCheck = {
  name: 'migrations',
  run: async (context) => {
    const away = notThere(context);
    if (away) return { ...away, verdict: 'skipped' };
    return withDatabase(context, async (database) => {
      const { pending, unknown } = await migrationState(database);
      const newer = `the database has ${unknown.join(', ')}, which this version does not know`;
      if (unknown.some(takesAway)) return failure(newer, NEWER);
      if (pending.length > 0) return failure(`${pending.length} wait: ${pending.join(', ')}`, MIGRATE);
      if (unknown.length > 0) return warning(newer, NEWER);
      return ok(`all ${database.migrations.length} have run`);
    });
  },
};

/** Opening a SQLite file that is not there would make it. */
function notThere({ config: { app, database }, secret }: DoctorContext): Finding | null {
  if (database.type !== 'sqlite') return null;
  if (secret.failure !== null)
    return skipped('DATABASE_URL may stand in the secret, which could not be read');
  if (existsSync(database.path)) return null;
  const verdict = app.NODE_ENV === 'development' || app.NODE_ENV === 'test' ? 'warning' : 'failure';
  return {
    verdict,
    message: `there is no ${database.path} yet`,
    cause: 'nothing was started here before, or DATABASE_PATH names another place',
    fix: 'npm start makes it; in production: npm run migration:run',
  };
}

async function writeAndRead(manager: EntityManager, key: string): Promise<never> {
  const row = { userRid: 0, key, fingerprint: '0'.repeat(64), answer: '{}', createdAt: Date.now() };
  await manager.insert(IdempotencyKey, row);
  const found = await manager.findOneBy(IdempotencyKey, { key });
  if (found?.answer !== row.answer)
    throw new CheckFailedError('a row that was written was not read again', {
      cause: 'reads go elsewhere than writes, as to a replica',
      fix: 'set DATABASE_URL to the primary endpoint',
    });
  throw new TakeBack();
}

async function withDatabase(
  { config }: DoctorContext,
  work: (database: DataSource) => Promise<Finding>,
): Promise<Finding> {
  const database = await openDatabase(config.database);
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
