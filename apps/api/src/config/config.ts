import { healthConfig } from '@liftdesk/health';
import { loggingConfig } from '@liftdesk/logging';
import { mailConfig } from '@liftdesk/mail';
import { pubSubConfig } from '@liftdesk/pubsub';
import { secretsConfig } from '@liftdesk/secrets';
import { storageConfig } from '@liftdesk/storage';
import { throttlingConfig } from '@liftdesk/throttling';
import { z } from 'zod';
import { StartupError } from '../common/startup-error';
import { backupSchema } from './backup.schema';
import { clientSchema } from './client.schema';
import {
  appSchema,
  authSchema,
  databaseSchema,
  httpSchema,
  processProblems,
  productionProblems,
  uploadSchema,
} from './config.schema';
import { eventsSchema } from './events.schema';
import { notificationSchema } from './notification.schema';
import { databaseProblems, placeholderProblems, platformSchema, withDefaults } from './platform';
import { problemLine } from './problem';
import { redisSchema } from './redis.schema';
import { type Variable, variablesOf } from './variables';

/** Everything that the environment decides, parsed and frozen. */
export interface Config {
  platform: z.output<typeof platformSchema>;
  app: z.output<typeof appSchema>;
  http: z.output<typeof httpSchema>;
  client: z.output<typeof clientSchema>;
  database: z.output<typeof databaseSchema>;
  secrets: z.output<typeof secretsConfig>;
  auth: z.output<typeof authSchema>;
  upload: z.output<typeof uploadSchema>;
  storage: z.output<typeof storageConfig>;
  mail: z.output<typeof mailConfig>;
  notifications: z.output<typeof notificationSchema>;
  logging: z.output<typeof loggingConfig>;
  redis: z.output<typeof redisSchema>;
  throttling: z.output<typeof throttlingConfig>;
  pubSub: z.output<typeof pubSubConfig>;
  events: z.output<typeof eventsSchema>;
  backup: z.output<typeof backupSchema>;
  health: z.output<typeof healthConfig>;
}

/** The schemas that read the environment, by the part of the config that each becomes. */
export const SLICES = {
  platform: platformSchema,
  app: appSchema,
  http: httpSchema,
  client: clientSchema,
  database: databaseSchema,
  secrets: secretsConfig,
  auth: authSchema,
  upload: uploadSchema,
  storage: storageConfig,
  mail: mailConfig,
  notifications: notificationSchema,
  logging: loggingConfig,
  redis: redisSchema,
  throttling: throttlingConfig,
  pubSub: pubSubConfig,
  events: eventsSchema,
  backup: backupSchema,
  health: healthConfig,
};

const described = Object.values(SLICES).flatMap((schema) => variablesOf(schema));

const BY_NAME: ReadonlyMap<string, Variable> = new Map(
  described.map((variable) => [variable.name, variable]),
);

/** Every variable that is read. */
export const VARIABLES: readonly string[] = described.map(({ name }) => name);

/** Those whose value nobody may see. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set(
  described.filter(({ secret }) => secret).map(({ name }) => name),
);

/**
 * @param env variables by name; others are ignored
 * @throws StartupError that lists every wrong variable and what was expected, never a value
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const input = withDefaults(env);
  const config: Record<string, unknown> = {};
  const problems = [...placeholderProblems(input, VARIABLES), ...databaseProblems(input)];
  for (const [name, schema] of Object.entries(SLICES)) {
    const result = schema.safeParse(input);
    if (result.success) config[name] = Object.freeze(result.data);
    else problems.push(...result.error.issues.map((issue) => problemLine(issue, BY_NAME)));
  }
  if (isStrict(input['NODE_ENV'])) {
    // Each by itself: another variable of its slice that is wrong must not hide it.
    const origins = httpSchema.shape.FRONTEND_URL.safeParse(input['FRONTEND_URL']).data;
    const strict = [...productionProblems(input, origins), ...processProblems(input)];
    problems.push(...strict.map(({ name, problem }) => `${name}: ${problem}`));
  }
  if (problems.length > 0)
    throw new StartupError(`The configuration is not right:\n  ${oneOfEach(problems).join('\n  ')}`);
  return Object.freeze(config) as unknown as Config;
}

/** Several slices may want the same variable: it is missing once. */
function oneOfEach(problems: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const problem of problems) {
    const name = problem.slice(0, problem.indexOf(':'));
    if (!byName.has(name)) byName.set(name, problem);
  }
  return [...byName.values()];
}

/** Staging is production in all that is refused. */
export const isStrict = (environment: string | undefined): boolean =>
  environment === 'production' || environment === 'staging';
