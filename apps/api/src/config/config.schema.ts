import { z } from 'zod';
import { duration } from './duration';
import { trustedProxies } from './trusted-proxies';

export const ENVIRONMENTS = ['development', 'test', 'staging', 'production'] as const;

const MIN_SECRET_LENGTH = 32;
/** Stands in .env.development; production refuses it. */
const DEVELOPMENT_SECRET = 'dev-secret-key-change-in-production';

export const appSchema = z.object({
  NODE_ENV: z
    .enum(ENVIRONMENTS)
    .default('development')
    .describe('Which .env file is read, and how strict the rest is'),
  APP_VERSION: z
    .string()
    .optional()
    .describe('Shown by /health; taken from the build when not set')
    .meta({ example: '2.4.0' }),
});

export const httpSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(5000).describe('Port of API and client'),
  HOST: z
    .string()
    .optional()
    .describe('Address to listen on; every one when not set')
    .meta({ example: '127.0.0.1' }),
  FRONTEND_URL: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim().replace(/\/$/, ''))
        .filter(Boolean),
    )
    .describe('Origins of clients served from elsewhere, separated by commas; the first is used in links')
    .meta({ example: 'https://support.example.com' }),
  TRUST_PROXY: trustedProxies.describe(
    'Whose X-Forwarded-For is believed: proxies by number, address, range or name',
  ),
  WEB_DIR: z.string().default('dist/apps/web/browser').describe('The built client; served when it is there'),
});

export { databaseSchema } from './database.schema';

export const authSchema = z.object({
  JWT_SECRET: z
    .string()
    .min(16, 'expected at least 16 characters')
    .describe('Signs access tokens and file links')
    .meta({ secret: true }),
  JWT_SECRET_PREVIOUS: z
    .string()
    .min(16, 'expected at least 16 characters')
    .optional()
    .describe('The JWT_SECRET before: what it signed still holds, for processes that start after a change')
    .meta({ secret: true }),
  JWT_EXPIRES_IN: duration('15m').describe('Life of an access token'),
  REFRESH_EXPIRES_IN: duration('30d').describe('Life of a session that is not used'),
  PASSWORD_RESET_EXPIRES_IN: duration('1h').describe('Life of a link to a new password'),
  REGISTRATION: z
    .enum(['open', 'closed'])
    .default('open')
    .describe('Whether customers may make themselves an account'),
});

export const uploadSchema = z.object({
  UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10 * 1024 * 1024)
    .describe('Largest file, bytes'),
  UPLOAD_STAGED_TTL: duration('24h')
    .refine((ms) => ms >= 600_000, 'expected 10m or more: shorter would take files from under their upload')
    .describe('How long a file waits for its message before it is swept'),
});

/** What production asks of values that are fine elsewhere; undefined where they are wrong anyway. */
export function productionProblems(
  env: Readonly<Record<string, string | undefined>>,
  origins: readonly string[] = [],
): { name: string; problem: string }[] {
  // The one before is believed as much as the one of now.
  const problems = ['JWT_SECRET', 'JWT_SECRET_PREVIOUS']
    .filter((name) => isWeak(env[name]))
    .map((name) => ({
      name,
      problem: `production needs a secret of its own of at least ${MIN_SECRET_LENGTH} characters`,
    }));
  if (origins.includes('*'))
    problems.push({ name: 'FRONTEND_URL', problem: 'production needs named origins, not *' });
  return problems;
}

const isWeak = (secret: string | undefined): boolean =>
  secret !== undefined && (secret.length < MIN_SECRET_LENGTH || secret === DEVELOPMENT_SECRET);

/**
 * SQLite serves one process. PM2 says in these two variables how many there are, and which this one is; the lock beside
 * the database file would refuse the second one too, but only after the first has said that all is well.
 */
export function processProblems(env: Readonly<Record<string, string | undefined>>): {
  name: string;
  problem: string;
}[] {
  if (env['DATABASE_URL']) return [];
  const problem = 'SQLite serves one process: set DATABASE_URL to a PostgreSQL, or start one instance';
  if (Number(env['instances']) > 1) return [{ name: 'instances', problem }];
  return Number(env['NODE_APP_INSTANCE']) > 0 ? [{ name: 'NODE_APP_INSTANCE', problem }] : [];
}
