import { z } from 'zod';

export const platformSchema = z.object({
  PLATFORM: z
    .enum(['local', 'aws'])
    .default('local')
    .describe('Sets the default of every switch below; each can still be set on its own'),
});

export type Platform = z.output<typeof platformSchema>['PLATFORM'];

/** What each switch is unless it is set, by platform. The database is chosen by DATABASE_URL, which nobody can guess. */
export const SWITCHES: Readonly<Record<string, Readonly<Record<Platform, string>>>> = {
  STORAGE_TYPE: { local: 'local', aws: 's3' },
  SECRETS_PROVIDER: { local: 'env', aws: 'aws' },
  MAIL_TRANSPORT: { local: 'log', aws: 'ses' },
  THROTTLE_STORE: { local: 'memory', aws: 'redis' },
  PUBSUB: { local: 'memory', aws: 'redis' },
  LOG_TRANSPORT: { local: 'file', aws: 'cloudwatch' },
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables with every switch filled in. An empty value is no value: `NAME=` in a file of variables means that it is
 * not set. What is no platform sets no defaults: its own schema reports it.
 */
export function withDefaults(env: Environment): Record<string, string | undefined> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== '' && value !== undefined),
  );
  const platform = platformSchema.safeParse(given).data?.PLATFORM ?? 'local';
  const defaults = Object.entries(SWITCHES).map(([name, byPlatform]) => [name, byPlatform[platform]]);
  return { ...(Object.fromEntries(defaults) as Record<string, string>), ...given };
}

/** On AWS somebody has to say where rows are kept: a file that nobody asked for would be found out about too late. */
export function databaseProblems(env: Environment): string[] {
  if (env['PLATFORM'] !== 'aws' || env['DATABASE_URL'] || env['DATABASE_PATH']) return [];
  return ['DATABASE_URL: expected postgres://…, or DATABASE_PATH for SQLite on one machine'];
}

/**
 * What a profile, or the example of a variable, has until its operator writes something else: better refused at once than
 * found out by a customer. Not all that begins with `your-`: `mail.your-server.de` is a host that many desks send by.
 */
const PLACEHOLDER =
  /\byour-(?:app|(?:custom-|cloudfront-)?domain|redis-endpoint|redis-password|super-secure|production-secret)\b|^i-\w+-instance-id$/;

/** @returns a problem for each variable that still holds a placeholder of the profiles */
export function placeholderProblems(env: Environment, names: Iterable<string>): string[] {
  return [...names]
    .filter((name) => PLACEHOLDER.test(env[name] ?? ''))
    .map((name) => `${name}: still the placeholder of the profile: set it to your own`);
}
