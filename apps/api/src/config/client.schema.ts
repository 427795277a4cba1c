import { z } from 'zod';

/** A path of the client's own origin, or an address of another. */
const apiBase = z
  .string()
  .default('/api')
  .transform((text, context) => {
    const base = text.trim().replace(/\/+$/, '');
    if (/^\/[\w/-]+$/.test(base)) return base;
    if (/^https?:\/\//.test(base) && URL.canParse(base)) return base;
    context.addIssue({
      code: 'custom',
      message: 'expected a path such as /api, or https://api.example.com/api',
    });
    return z.NEVER;
  });

export const clientSchema = z.object({
  APP_NAME: z
    .string()
    .min(1)
    .max(60)
    .default('Liftdesk')
    .describe('What the desk is called, in the client and in mail'),
  CLIENT_API_BASE: apiBase.describe(
    'Where the client finds the API: a path of its own origin, or an address',
  ),
});
