import { type LocalStorageConfig, type S3StorageConfig, storageConfig } from '@liftdesk/storage';
import { z } from 'zod';
import { databaseSchema, type PostgresConfig } from './database.schema';
import { duration } from './duration';

export interface BackupConfig {
  /** Whether somebody counts on them: then /health tells when there is none of late. They can be made in any case. */
  isOn: boolean;
  place: Pick<LocalStorageConfig, 'type' | 'uploadDir'> | S3StorageConfig;
  /** On this machine: where backups are made and proven before they go to their place. */
  folder: string;
  retentionDays: number;
  /** So many of the newest stay, whatever their age. */
  keepAtLeast: number;
  maxAgeMs: number;
  /** Undefined: backups are not encrypted. */
  encryptionKey: string | undefined;
  /** A server of PostgreSQL where backups are proven; undefined for the desk's own. */
  scratch: PostgresConfig | undefined;
  /** Where pg_dump and pg_restore are; undefined to look for them. */
  pgBinDir: string | undefined;
  /** Folders of programs, as PATH has them. */
  searchPath: string;
}

const count = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).max(36_500).default(byDefault).describe(what);

/** Loose: the bucket's neighbours, such as AWS_REGION, are those of the storage. */
export const backupSchema = z
  .looseObject({
    BACKUPS: z
      .enum(['on', 'off'])
      .optional()
      .describe(
        'on: /health tells when the last proven backup is too old. Off unless S3_BACKUPS_BUCKET is set; npm run backup works either way',
      )
      .meta({ example: 'on' }),
    BACKUP_DIR: z
      .string()
      .min(1)
      .default('./backups')
      .describe('The folder of backups; with S3_BACKUPS_BUCKET, of those that are being made'),
    S3_BACKUPS_BUCKET: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
      .optional()
      .describe(
        'The bucket of backups, instead of a folder. AWS_REGION and the S3_… settings hold for it too',
      )
      .meta({ example: 'your-app-backups-production' }),
    BACKUP_RETENTION_DAYS: count(30, 'Days that a backup is kept'),
    BACKUP_KEEP_AT_LEAST: count(7, 'How many of the newest backups are kept whatever their age'),
    BACKUP_MAX_AGE: duration('26h').describe('Age of the last proven backup from which /health is degraded'),
    DATABASE_ENCRYPTION_KEY: z
      .string()
      .min(32, 'expected at least 32 characters')
      .optional()
      .describe('Encrypts backups; what it encrypted can be opened by it alone, so keep it elsewhere too')
      .meta({ secret: true }),
    BACKUP_SCRATCH_URL: z
      .string()
      .optional()
      .describe(
        'PostgreSQL: a server on which backups are restored to prove them, by a user who may create databases; DATABASE_URL when not set',
      )
      .meta({ example: 'postgres://prover:password@db.example.com:5432/postgres', secret: true }),
    PG_BIN_DIR: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of pg_dump and pg_restore; looked for on PATH and where Debian has them when not set')
      .meta({ example: '/usr/lib/postgresql/17/bin' }),
  })
  .transform((env, context): BackupConfig => {
    const { BACKUP_DIR: folder, S3_BACKUPS_BUCKET: bucket, BACKUP_SCRATCH_URL: scratchUrl } = env;
    const wanted = bucket === undefined ? undefined : { bucket, folder };
    const place = wanted && storageConfig.safeParse(ofBackups(env, wanted));
    const scratch =
      scratchUrl === undefined ? undefined : databaseSchema.safeParse({ ...env, DATABASE_URL: scratchUrl });
    for (const issue of place?.error?.issues ?? []) context.addIssue({ ...issue, code: 'custom' });
    for (const { message } of scratch?.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: ['BACKUP_SCRATCH_URL'], message });
    return {
      isOn: env.BACKUPS === undefined ? bucket !== undefined : env.BACKUPS === 'on',
      place: (place?.data as S3StorageConfig | undefined) ?? { type: 'local', uploadDir: folder },
      folder,
      retentionDays: env.BACKUP_RETENTION_DAYS,
      keepAtLeast: env.BACKUP_KEEP_AT_LEAST,
      maxAgeMs: env.BACKUP_MAX_AGE,
      encryptionKey: env.DATABASE_ENCRYPTION_KEY,
      scratch: scratch?.data as PostgresConfig | undefined,
      pgBinDir: env.PG_BIN_DIR,
      searchPath: typeof env['PATH'] === 'string' ? env['PATH'] : '',
    };
  });

/** The settings of a store, with the bucket of backups in the place of that of attachments. */
function ofBackups(env: Record<string, unknown>, wanted: { bucket: string; folder: string }): object {
  return {
    ...env,
    STORAGE_TYPE: 's3',
    UPLOAD_DIR: wanted.folder,
    S3_ATTACHMENTS_BUCKET: wanted.bucket,
    S3_KEY_PREFIX: `${typeof env['S3_KEY_PREFIX'] === 'string' ? env['S3_KEY_PREFIX'] : ''}backups/`,
  };
}
