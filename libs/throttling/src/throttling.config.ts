import { z } from 'zod';

const count = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).default(byDefault).describe(what);

const limits = {
  RATE_LIMIT_WINDOW: count(900, 'Seconds in which the two limits of requests hold'),
  RATE_LIMIT_ANONYMOUS: count(100, 'Requests in a window by one address that is not signed in'),
  RATE_LIMIT_USER: count(3_000, 'Requests in a window by one signed-in user'),
  RATE_LIMIT_UPLOAD_WINDOW: count(3_600, 'Seconds in which the two limits of uploads hold'),
  RATE_LIMIT_UPLOADS_CUSTOMER: count(20, 'Uploads in their window by one customer'),
  RATE_LIMIT_UPLOADS_AGENT: count(200, 'Uploads in their window by one agent or admin'),
  SIGN_IN_FAILURE_WINDOW: count(900, 'Seconds for which a failed sign-in counts'),
  SIGN_IN_FAILURES_PER_ACCOUNT: count(5, 'Failed sign-ins in their window for one account, existing or not'),
  SIGN_IN_FAILURES_PER_ADDRESS: count(5, 'Failed sign-ins in their window from one address'),
};

/** Counters live in this process: right for one process, and each further one would count for itself. */
const memoryThrottling = z.object({
  THROTTLE_STORE: z
    .literal('memory')
    .default('memory')
    .describe('Where requests are counted: memory (of this process) or redis (for all processes)'),
  ...limits,
});

/** Where Redis is, the application says: it is not of this capability alone. */
const redisThrottling = z.object({
  THROTTLE_STORE: z.literal('redis').describe('All processes count in one Redis'),
  ...limits,
});

/** Keys are the names of the environment variables. */
export const throttlingConfig = z.discriminatedUnion('THROTTLE_STORE', [memoryThrottling, redisThrottling]);

export type ThrottlingConfig = z.infer<typeof throttlingConfig>;
