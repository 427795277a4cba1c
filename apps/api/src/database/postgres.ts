import { readFileSync } from 'node:fs';
import type { CustomTypesConfig } from 'pg';
import { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { ENTITIES } from './entities';
import { POSTGRES_MIGRATIONS } from './migrations/postgres';
import { installPooledRunner } from './pooled-query-runner';
import { retryCollisions } from './retrying-transactions';

/** Older ones lack what we lean on, and their support has ended. */
export const OLDEST_POSTGRES = 13;
/** How long a request waits for a connection, new or from the pool. */
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** The server ends what takes too long. If nothing is heard so much later, the way to it is broken, and nobody says so. */
const NETWORK_MS = 2_000;
/** A transaction that awaits anything but the database this long is a mistake of ours: the server ends it. */
const IDLE_TRANSACTION_MS = 10_000;

/** Object identifiers of PostgreSQL's int8 and numeric, which pg hands over as text lest digits get lost. */
const INT8 = 20;
const NUMERIC = 1700;

export interface PostgresOptions {
  /** Of this database, instead of `public`: it must be there. */
  schema?: string;
  /** A connection that waited in the pool broke; the next request gets a new one. */
  onConnectionLost?: (error: Error) => void;
}

/**
 * @returns an initialised data source: a pool, transactions that run again where they met others
 * @throws StartupError when the server cannot be reached or is too old; never with the password
 */
export async function openPostgres(
  config: PostgresConfig,
  options: PostgresOptions = {},
): Promise<DataSource> {
  const pg = await import('pg');
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg.default ?? pg,
    host: config.host,
    port: config.port,
    username: config.user,
    // pg's own way of asking for one, so that it stands in no options that something may print.
    password: config.password === undefined ? undefined : () => config.password as string,
    database: config.database,
    ssl: tlsOf(config),
    applicationName: 'liftdesk',
    entities: ENTITIES,
    migrations: POSTGRES_MIGRATIONS,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    poolSize: config.poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: (error: Error) => options.onConnectionLost?.(error),
    extra: {
      keepAlive: true,
      ...(options.schema !== undefined && { options: `-c search_path=${options.schema}` }),
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      statement_timeout: config.statementTimeoutMs,
      ...(config.statementTimeoutMs > 0 && { query_timeout: config.statementTimeoutMs + NETWORK_MS }),
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      types: numbersAsNumbers(pg.types),
    },
  });
  installPooledRunner(dataSource);
  retryCollisions(dataSource);
  try {
    await dataSource.initialize();
    await assertNewEnough(dataSource);
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    if (error instanceof StartupError) throw error;
    throw new StartupError(whyNot(config, error as Error), { cause: error });
  }
  orderTextsByCodePoint(dataSource);
  return dataSource;
}

/** Counts and instants fit into a number; for this data source only, and not for all of the process. */
function numbersAsNumbers(types: CustomTypesConfig): CustomTypesConfig {
  return {
    getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
      oid === INT8 || oid === NUMERIC
        ? Number
        : types.getTypeParser(oid, format as 'text')) as CustomTypesConfig['getTypeParser'],
  };
}

/**
 * Every text column of the schema is `COLLATE "C"`, and every key an identity: what TypeORM compares entities by, and
 * makes migrations of, must say so too. SQLite orders so by itself, and knows no such collation.
 */
function orderTextsByCodePoint({ entityMetadatas, driver }: DataSource): void {
  for (const { columns } of entityMetadatas) {
    for (const column of columns) {
      if (/^(text|character varying)$/.test(driver.normalizeType(column))) column.collation = 'C';
      if (column.isGenerated)
        Object.assign(column, { generationStrategy: 'identity', generatedIdentity: 'BY DEFAULT' });
    }
  }
}

export function tlsOf({ tls }: PostgresConfig): { ca?: string; rejectUnauthorized: true } | false {
  if (tls === false) return false;
  if (tls.caFile === undefined) return { rejectUnauthorized: true };
  try {
    return { ca: readFileSync(tls.caFile, 'utf8'), rejectUnauthorized: true };
  } catch (error) {
    throw new StartupError(
      `Cannot read DATABASE_CA_FILE ${tls.caFile} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      { cause: error },
    );
  }
}

async function assertNewEnough(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ server_version: string }[]>('show server_version');
  const version = row?.server_version ?? '0';
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return;
  throw new StartupError(`PostgreSQL ${version} is too old: ${OLDEST_POSTGRES} or newer is needed`);
}

/** pg's messages name neither host nor, ever, the password. */
export function whyNot({ host, port, database, user }: PostgresConfig, error: Error): string {
  const cause = error.cause instanceof Error && error.name !== 'error' ? error.cause : error;
  const { code, message } = cause as Error & { code?: string };
  const place = host.startsWith('/') ? host : `${host}:${port}`;
  const advice: Record<string, string> = {
    ECONNREFUSED: 'nothing answers there: is PostgreSQL running, and is DATABASE_URL right?',
    ENOTFOUND: 'there is no such host: is DATABASE_URL right?',
    '28P01': `the password of ${user} is wrong: check DATABASE_URL`,
    '28000': `${user} may not sign in there: ${message}`,
    '3D000': `there is no database ${database}: make it, owned by ${user}`,
    SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of no authority we trust: set DATABASE_CA_FILE',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is of no authority we trust: set DATABASE_CA_FILE',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of no authority we trust: set DATABASE_CA_FILE',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of no authority we trust: set DATABASE_CA_FILE',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: `its certificate is not for ${host}`,
  };
  return `Cannot open the database ${database} at ${place}: ${advice[code ?? ''] ?? message}`;
}
