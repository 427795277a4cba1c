import { z } from 'zod';

const count = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).default(byDefault).describe(what);

/** Keys are the names of the environment variables. */
export const healthConfig = z.object({
  HEALTH_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Bearer token that shows /metrics and the details of /health; without it only callers on this machine see them',
    )
    .meta({ secret: true }),
  HEALTH_MEMORY_LIMIT_MB: count(400, "Resident memory in MB that counts as failing; PM2's limit"),
  HEALTH_DISK_WARN_PERCENT: count(85, 'Percent of a data disk in use that counts as a warning'),
  HEALTH_DISK_FLOOR_MB: count(100, 'Free MB of a data disk under which it counts as failing'),
});

export type HealthConfig = z.infer<typeof healthConfig>;
