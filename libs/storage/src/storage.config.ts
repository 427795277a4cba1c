import { z } from 'zod';

/** What the environment may say for each kind of storage. One more kind is one more member. */
export const storageEnvironment = z.discriminatedUnion('STORAGE_TYPE', [
  z.object({
    STORAGE_TYPE: z.literal('local').describe('Where uploaded files are kept: local (a folder)'),
    UPLOAD_DIR: z.string().min(1).default('./uploads').describe('The folder for uploaded files'),
    SIGNED_URL_TTL: z.coerce
      .number()
      .int()
      .min(1)
      .max(7 * 24 * 3600)
      .default(3600)
      .describe('Seconds that a download link lives, at most 604800'),
  }),
]);

export interface LocalStorageConfig {
  type: 'local';
  /** A folder, relative to the working directory or absolute. */
  uploadDir: string;
  signedUrlTtlSeconds: number;
}

export type StorageConfig = LocalStorageConfig;

/** Parses the environment's variables (others are ignored) into StorageConfig; without STORAGE_TYPE it is `local`. */
export const storageConfig = z
  .preprocess(
    (env) => (isRecord(env) ? { ...env, STORAGE_TYPE: env['STORAGE_TYPE'] ?? 'local' } : env),
    storageEnvironment,
  )
  .transform((env): StorageConfig => {
    switch (env.STORAGE_TYPE) {
      case 'local':
        return { type: 'local', uploadDir: env.UPLOAD_DIR, signedUrlTtlSeconds: env.SIGNED_URL_TTL };
    }
  });

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
