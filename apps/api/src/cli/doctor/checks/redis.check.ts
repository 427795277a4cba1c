import { randomUUID } from 'node:crypto';
import { redisConnection } from '../../../config/redis.schema';
import { CheckFailedError, type DoctorCheck, type DoctorContext, ok, skipped } from '../check';

const COMMAND_MS = 3_000;
/** What is not deleted goes by itself. */
const KEY_LIFE_S = 60;

/** A key set, read and deleted. */
export const redisCheck: DoctorCheck = {
  name: 'redis',
  run: async (context, signal) => {
    const users = usersOf(context);
    if (users.length === 0) return skipped('nothing is configured to use it');
    const { keyPrefix, tls, ...connection } = redisConnection(context.config.redis);
    const { Redis } = await import('ioredis');
    const redis = new Redis({
      ...connection,
      ...(tls && { tls: {} }),
      lazyConnect: true,
      connectTimeout: COMMAND_MS,
      commandTimeout: COMMAND_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      disconnectTimeout: 100,
      disableClientInfo: true,
    });
    let lost: unknown;
    redis.on('error', (error) => (lost = error));
    signal.addEventListener('abort', () => redis.disconnect());
    try {
      // What connect() rejects with says only that the connection was closed.
      await redis.connect().catch((error: unknown) => Promise.reject(lost ?? error));
      await roundTrip(redis, `${keyPrefix}doctor:${randomUUID()}`);
      return ok(
        `a key was set, read and deleted at ${connection.host}:${connection.port}, for ${users.join(' and ')}`,
      );
    } finally {
      redis.disconnect();
    }
  },
};

interface Commands {
  set(key: string, value: string, expiry: 'EX', seconds: number): Promise<unknown>;
  get(key: string): Promise<string | null>;
  del(key: string): Promise<number>;
}

async function roundTrip(redis: Commands, key: string): Promise<void> {
  const value = randomUUID();
  await redis.set(key, value, 'EX', KEY_LIFE_S);
  const got = await redis.get(key);
  const deleted = await redis.del(key);
  if (got === value && deleted === 1) return;
  throw new CheckFailedError('a key that was set was not read again', {
    cause: 'Redis forgets at once: it is full, or writes and reads go to different servers',
    fix: 'raise its memory; set REDIS_HOST to the primary endpoint',
  });
}

function usersOf({ config: { throttling, pubSub } }: DoctorContext): string[] {
  return [
    ...(throttling.THROTTLE_STORE === 'redis' ? ['rate limits'] : []),
    ...(pubSub.PUBSUB === 'redis' ? ['events'] : []),
  ];
}
