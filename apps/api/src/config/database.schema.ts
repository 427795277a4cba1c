import { z } from 'zod';
import { duration } from './duration';

export interface SqliteConfig {
  type: 'sqlite';
  /** A file, or `:memory:`. */
  path: string;
}

export interface PostgresConfig {
  type: 'postgres';
  host: string;
  port: number;
  user: string;
  /** Undefined where the server asks for none, as over a socket. */
  password: string | undefined;
  database: string;
  poolSize: number;
  /** A statement that takes longer is ended by the server; 0 for no limit. */
  statementTimeoutMs: number;
  /** False for a connection in the clear; else the server's certificate is verified, by these authorities if given. */
  tls: false | { caFile: string | undefined };
}

export type DatabaseConfig = SqliteConfig | PostgresConfig;

const EXPECTED_URL =
  'expected postgres://user:password@host:5432/database, with special characters of the password written as %40';

/** DATABASE_URL chooses PostgreSQL; without it the desk lives in one SQLite file. */
export const databaseSchema = z
  .object({
    DATABASE_URL: z
      .string()
      .optional()
      .describe('PostgreSQL: where it is and who signs in. When set, DATABASE_PATH is not used')
      .meta({ example: 'postgres://liftdesk:password@db.example.com:5432/liftdesk', secret: true }),
    DATABASE_PATH: z
      .string()
      .min(1)
      .default('./database.sqlite')
      .describe('The SQLite file; it serves one process'),
    DATABASE_POOL_SIZE: z.coerce
      .number()
      .int()
      .min(2)
      .max(500)
      .default(10)
      .describe('PostgreSQL: connections that each process keeps at most'),
    DATABASE_STATEMENT_TIMEOUT: duration('10s').describe(
      'PostgreSQL: the server ends a statement that takes longer; the request is answered with 503',
    ),
    DATABASE_SSL: z
      .enum(['off', 'verify'])
      .optional()
      .describe(
        'PostgreSQL: verify encrypts and checks the certificate. verify unless the host is this machine',
      )
      .meta({ example: 'verify' }),
    DATABASE_CA_FILE: z
      .string()
      .min(1)
      .optional()
      .describe(
        'PostgreSQL: file with the certificate authorities that are trusted, such as the bundle of RDS',
      )
      .meta({ example: '/etc/liftdesk/rds-global-bundle.pem' }),
  })
  .transform((env, context): DatabaseConfig => {
    if (env.DATABASE_URL === undefined) return { type: 'sqlite', path: env.DATABASE_PATH };
    const server = serverOf(env.DATABASE_URL);
    if (typeof server === 'string') {
      context.addIssue({ code: 'custom', path: ['DATABASE_URL'], message: server });
      return z.NEVER;
    }
    const verifies = env.DATABASE_SSL === undefined ? !isLocal(server.host) : env.DATABASE_SSL === 'verify';
    return {
      type: 'postgres',
      ...server,
      poolSize: env.DATABASE_POOL_SIZE,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT,
      tls: verifies && { caFile: env.DATABASE_CA_FILE },
    };
  });

type Server = Pick<PostgresConfig, 'host' | 'port' | 'user' | 'password' | 'database'>;

/** @returns the problem in words where it is no such address; no part of the address is in them */
function serverOf(url: string): Server | string {
  let parsed: URL;
  try {
    parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) return EXPECTED_URL;
    for (const name of parsed.searchParams.keys())
      if (name !== 'host') return `the parameter ${name} is not known: use DATABASE_SSL and its neighbours`;
    const host =
      parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname).replace(/^\[|\]$/g, '');
    const [user, database] = [
      decodeURIComponent(parsed.username),
      decodeURIComponent(parsed.pathname.slice(1)),
    ];
    if (host === '' || user === '' || database === '') return EXPECTED_URL;
    return {
      host,
      port: parsed.port === '' ? 5432 : Number(parsed.port),
      user,
      password: parsed.password === '' ? undefined : decodeURIComponent(parsed.password),
      database,
    };
  } catch {
    return EXPECTED_URL;
  }
}

/** This machine, by name, address or the folder of a socket. */
const isLocal = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host) || host.startsWith('/');
