import { type StorageConfig, storageConfig } from '@liftdesk/storage';
import { StartupError } from '../common/startup-error';
import { type DatabaseConfig, databaseSchema } from '../config/database.schema';

type Environment = Readonly<Record<string, string | undefined>>;

/** What an operator may write for a place, for the help of commands. */
export const DATABASE_PLACES =
  'sqlite:<file>, postgres://user:password@host:5432/database, or env:<variable>';
export const STORAGE_PLACES = 'local:<folder>, s3://<bucket>[/<prefix>], or env:<variable>';

/**
 * The database that is meant by `sqlite:./database.sqlite`, by an address of PostgreSQL, or by `env:NAME`, a variable that
 * holds one of these, so that no password stands in the list of processes. How it is reached (DATABASE_SSL and its
 * neighbours) comes from the environment. It may take the time it needs: there is no limit on statements.
 * @throws StartupError
 */
export function databasePlace(text: string, env: Environment): DatabaseConfig {
  const place = meant(text, env, DATABASE_PLACES);
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(place)?.[1];
  if (path === undefined && !/^postgres(ql)?:/.test(place))
    throw new StartupError(`A database is written as ${DATABASE_PLACES}`);
  const result = databaseSchema.safeParse({
    ...env,
    DATABASE_URL: path === undefined ? place : undefined,
    DATABASE_STATEMENT_TIMEOUT: '0',
    ...(path !== undefined && { DATABASE_PATH: path }),
  });
  if (result.success) return result.data;
  throw new StartupError(
    result.error.issues.map(({ message }) => `A database is written as: ${message}`).join('\n'),
  );
}

/**
 * The storage that is meant by `local:./uploads`, by `s3://bucket/prefix`, or by `env:NAME`. Region, endpoint, encryption
 * and the like come from the environment.
 * @throws StartupError
 */
export function storagePlace(text: string, env: Environment): StorageConfig {
  const place = meant(text, env, STORAGE_PLACES);
  const folder = /^local:(.+)$/.exec(place)?.[1];
  const [, bucket, prefix] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(place) ?? [];
  if (folder === undefined && bucket === undefined)
    throw new StartupError(`A place of files is written as ${STORAGE_PLACES}`);
  const result = storageConfig.safeParse({
    ...env,
    ...(folder === undefined
      ? { STORAGE_TYPE: 's3', S3_ATTACHMENTS_BUCKET: bucket, S3_KEY_PREFIX: folderOf(prefix ?? '') }
      : { STORAGE_TYPE: 'local', UPLOAD_DIR: folder }),
  });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new StartupError(`This place of files cannot be used:\n  ${problems.join('\n  ')}`);
}

/** As people read it, without the password. */
export function describeDatabase(config: DatabaseConfig): string {
  if (config.type === 'sqlite') return `sqlite:${config.path}`;
  const { user, host, port, database } = config;
  return `postgres://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

export const describeStorage = (config: StorageConfig): string =>
  config.type === 'local' ? `local:${config.uploadDir}` : `s3://${config.bucket}/${config.keyPrefix}`;

function meant(text: string, env: Environment, expected: string): string {
  const name = /^env:(.*)$/.exec(text)?.[1];
  if (name === undefined) return text;
  const place = env[name];
  if (place === undefined || place === '')
    throw new StartupError(`The variable ${name} is to hold ${expected}`);
  return place;
}

const folderOf = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
