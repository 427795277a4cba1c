import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `15m`, `7d`, `500ms`, or a number of seconds. Parses to milliseconds. */
export const duration = (fallback: string) =>
  z
    .string()
    .meta({ type: 'duration' })
    .default(fallback)
    .transform((text, context) => {
      const match = /^(\d+)(ms|s|m|h|d)?$/.exec(text.trim());
      const unit = (match?.[2] ?? 's') as keyof typeof UNITS;
      if (match) return Number(match[1]) * UNITS[unit];
      context.addIssue({
        code: 'custom',
        message: 'expected a duration such as 15m, 7d or a number of seconds',
      });
      return z.NEVER;
    });
