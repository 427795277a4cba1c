import { z } from 'zod';

const kept = {
  PUBSUB_HISTORY: z.coerce
    .number()
    .int()
    .min(100)
    .max(20_000)
    .default(5_000)
    .describe('How many events a client that was away can still be told; beyond, it reloads'),
};

const memoryPubSub = z.object({
  PUBSUB: z
    .literal('memory')
    .default('memory')
    .describe('How events reach clients: memory (those of this process) or redis (of all processes)'),
  ...kept,
});

/** Where Redis is, the application says: it is not of this capability alone. */
const redisPubSub = z.object({
  PUBSUB: z.literal('redis').describe('Events go through one Redis'),
  ...kept,
});

/** Keys are the names of the environment variables. */
export const pubSubConfig = z.discriminatedUnion('PUBSUB', [memoryPubSub, redisPubSub]);

export type PubSubConfig = z.output<typeof pubSubConfig>;
