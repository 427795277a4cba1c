import { z } from 'zod';

/** Read whatever is switched on: the capabilities that use Redis share one, each with connections of its own. */
export const redisSchema = z.object({
  REDIS_HOST: z
    .string()
    .min(1)
    .default('localhost')
    .describe('Where Redis is, for THROTTLE_STORE and PUBSUB'),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).default(6379).describe('Port of Redis'),
  REDIS_USERNAME: z
    .string()
    .min(1)
    .optional()
    .describe('User of Redis; its default user when not set')
    .meta({ example: 'liftdesk' }),
  REDIS_PASSWORD: z
    .string()
    .min(1)
    .optional()
    .describe('Password for Redis; none when not set')
    .meta({ secret: true }),
  REDIS_TLS: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether Redis is spoken to over TLS, as ElastiCache wants with encryption in transit'),
  REDIS_PREFIX: z
    .string()
    .max(50)
    .default('liftdesk:')
    .describe('What our keys in Redis begin with, so that several desks can share one'),
});

/** As the capabilities take it. */
export function redisConnection(config: z.output<typeof redisSchema>) {
  const { REDIS_HOST, REDIS_PORT, REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS, REDIS_PREFIX } = config;
  return {
    host: REDIS_HOST,
    port: REDIS_PORT,
    username: REDIS_USERNAME,
    password: REDIS_PASSWORD,
    tls: REDIS_TLS === 'true',
    keyPrefix: REDIS_PREFIX,
  };
}
