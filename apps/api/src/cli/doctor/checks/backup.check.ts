import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describePlace, isThere, newestBackup, openBackupPlace } from '../../../backup/backup-place';
import { pgPrograms } from '../../../backup/pg-programs';
import { ageOf } from '../../../backup/words';
import type { BackupConfig } from '../../../config/backup.schema';
import type { PostgresConfig } from '../../../config/database.schema';
import { connectTo } from '../../../transfer/connect-postgres';
import { denied } from '../causes/aws';
import { reasonOf } from '../causes/explain';
import { CheckFailedError, type DoctorCheck, failure, ok, type Reason, skipped, warning } from '../check';

const S3_ACTIONS = 's3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject on the bucket of backups';
const NONE = {
  cause: 'no backup was made yet, or those that were are not in this place',
  fix: 'npm run backup; then have it made every night: deploy/machine',
};

/** The place takes what is put there, what makes backups of PostgreSQL is here, and the last one is not too old. */
export const backupCheck: DoctorCheck = {
  name: 'backup',
  // Each call to a bucket has the storage's own deadline.
  timeoutMs: 30_000,
  run: async ({ config, now }) => {
    const { backup, database, app } = config;
    if (!backup.isOn) {
      if (app.NODE_ENV !== 'production') return skipped('backups are off: BACKUPS=on has them watched');
      return warning('nobody watches whether backups are made', {
        cause: 'BACKUPS is off, and S3_BACKUPS_BUCKET is not set',
        fix: 'set BACKUPS=on, and have npm run backup run every night: deploy/machine',
      });
    }
    if (database.type === 'postgres') await assertCanProve(database, backup);
    const where = describePlace(backup);
    if (!isThere(backup)) return warning(`the ${where} is not there`, NONE);
    const newest = await roundTrip(backup, now());
    if (newest === undefined) return warning(`there is no backup in the ${where}`, NONE);
    const age = now() - Date.parse(newest.provenAt);
    if (age > backup.maxAgeMs)
      return failure(`the last proven backup is ${ageOf(age)} old (${where})`, {
        cause: 'whatever makes backups does not run, or fails',
        fix: 'npm run backup says why; systemctl status liftdesk-backup.timer, or the mail of cron',
      });
    const key =
      backup.encryptionKey === undefined ? 'not encrypted: DATABASE_ENCRYPTION_KEY is not set' : 'encrypted';
    return ok(`proven ${ageOf(age)} ago (${where}), ${key}; an object was put, read and deleted`);
  },
  explain: (error, { config: { backup } }): Reason | null =>
    backup.place.type === 's3' ? reasonOf(error, { AccessDenied: denied(S3_ACTIONS) }) : null,
};

async function roundTrip(backup: BackupConfig, now: number) {
  const place = await openBackupPlace(backup, { existing: true });
  const key = `doctor-${randomBytes(12).toString('hex')}.txt`;
  const content = randomBytes(1024);
  try {
    await place.put(key, Readable.from([content]));
    const { stream } = await place.get(key);
    if (!(await buffer(stream)).equals(content))
      throw new CheckFailedError('what was read is not what was put', {
        cause: 'something between here and the store changes what it carries',
        fix: 'take proxies out of the way; for a store that is not AWS set S3_CHECKSUMS=when-required',
      });
  } catch (error) {
    // What went wrong first is told; what could not be put cannot be deleted either.
    await place.delete(key).catch(() => undefined);
    throw error;
  }
  await place.delete(key);
  return newestBackup(place, now);
}

/** pg_dump of the server's version, and the right to make the database that a backup is restored to. */
export async function assertCanProve(database: PostgresConfig, backup: BackupConfig): Promise<void> {
  const { version } = await about(database);
  try {
    await pgPrograms(backup, Number.parseInt(version, 10));
  } catch (error) {
    throw new CheckFailedError('pg_dump and pg_restore are not here', {
      cause: (error as Error).message,
      fix: `install postgresql-client-${Number.parseInt(version, 10)}, or set PG_BIN_DIR`,
    });
  }
  const prover = backup.scratch ?? database;
  if (!(await about(prover)).mayCreate)
    throw new CheckFailedError(`${prover.user} may not create databases`, {
      cause: 'each backup is restored to a database of its own, to prove it',
      fix: `alter role "${prover.user}" createdb; or set BACKUP_SCRATCH_URL to a server and user that may`,
    });
}

async function about(server: PostgresConfig): Promise<{ version: string; mayCreate: boolean }> {
  const client = await connectTo(server);
  try {
    const { rows } = await client.query<{ version: string; mayCreate: boolean }>(
      `select current_setting('server_version') as version, rolcreatedb or rolsuper as "mayCreate"
       from pg_roles where rolname = current_user`,
    );
    return rows[0] as { version: string; mayCreate: boolean };
  } finally {
    await client.end();
  }
}
