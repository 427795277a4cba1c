import { z } from 'zod';

export const notificationSchema = z.object({
  MAIL_WORKER: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether this process sends what is queued; off where others do'),
  MAIL_MAX_PER_HOUR: z.coerce
    .number()
    .int()
    .min(1)
    .default(50)
    .describe('Mails in an hour to one customer; what is more is not sent'),
});
