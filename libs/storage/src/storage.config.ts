import { z } from 'zod';

const signedUrlTtl = z.coerce
  .number()
  .int()
  .min(1)
  .max(7 * 24 * 3600)
  .default(3600)
  .describe('Seconds that a download link lives, at most 604800');

const uploadDir = z.string().min(1).default('./uploads');

const flag = z
  .enum(['true', 'false'], { error: 'expected true or false' })
  .default('false')
  .transform((text) => text === 'true');

const localStorage = z.object({
  STORAGE_TYPE: z
    .literal('local')
    .describe('Where uploaded files are kept: local (a folder) or s3 (a bucket of S3 or of a store like it)'),
  UPLOAD_DIR: uploadDir.describe(
    'The folder of uploaded files; with s3, of those that have not reached the bucket yet',
  ),
  SIGNED_URL_TTL: signedUrlTtl,
});

const s3Storage = z.object({
  STORAGE_TYPE: z.literal('s3').describe('A bucket of S3, or of a store that speaks its protocol'),
  UPLOAD_DIR: uploadDir.describe('The folder of files that have not reached the bucket yet'),
  SIGNED_URL_TTL: signedUrlTtl,
  S3_ATTACHMENTS_BUCKET: z
    .string({ error: 'expected the name of the bucket for uploaded files' })
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
    .describe('The bucket of uploaded files')
    .meta({ example: 'your-app-attachments-production' }),
  S3_KEY_PREFIX: z
    .string()
    .regex(/^([\w-]+\/)*$/, 'expected nothing, or folders such as support/ with a slash at the end')
    .max(200)
    .default('')
    .describe('Stands before every key, so that several desks can share a bucket')
    .meta({ example: 'support/' }),
  AWS_REGION: z
    .string({ error: 'expected the region of the bucket, such as us-east-1' })
    .min(1)
    .describe('Region of the AWS services')
    .meta({ example: 'us-east-1' }),
  AWS_ENDPOINT_URL_S3: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://…' })
    .optional()
    .describe('Another store than AWS: MinIO, R2, Swift …')
    .meta({ example: 'https://minio.example.com' }),
  S3_FORCE_PATH_STYLE: flag.describe('The bucket stands in the path and not in the host name: MinIO, Swift'),
  S3_CHECKSUMS: z
    .enum(['default', 'when-required'])
    .default('default')
    .describe('when-required for stores that do not know the checksums which AWS has'),
  S3_SSE: z
    .enum(['AES256', 'aws:kms', 'off'])
    .default('AES256')
    .describe('How the store encrypts what it keeps; off for stores that do it unasked or never'),
  S3_SSE_KMS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .describe('The key for S3_SSE=aws:kms; the account’s own one unless set')
    .meta({ example: 'arn:aws:kms:us-east-1:111122223333:key/…' }),
  S3_DEADLINE: z.coerce
    .number()
    .min(1)
    .max(60)
    .default(6)
    .describe('Seconds that one call to the store may take, retries counted in; more for a slow line'),
});

/** What the environment may say for each kind of storage. One more kind is one more member. */
export const storageEnvironment = z.discriminatedUnion('STORAGE_TYPE', [localStorage, s3Storage]);

export interface LocalStorageConfig {
  type: 'local';
  /** A folder, relative to the working directory or absolute. */
  uploadDir: string;
  signedUrlTtlSeconds: number;
}

export interface S3StorageConfig {
  type: 's3';
  /** Where files wait on this machine until they are in the bucket. */
  uploadDir: string;
  signedUrlTtlSeconds: number;
  bucket: string;
  /** Empty, or folders with a slash at the end. */
  keyPrefix: string;
  region: string;
  endpoint?: string;
  forcePathStyle: boolean;
  checksums: 'default' | 'when-required';
  sse: 'AES256' | 'aws:kms' | 'off';
  sseKmsKeyId?: string;
  deadlineMs: number;
}

export type StorageConfig = LocalStorageConfig | S3StorageConfig;

/** Parses the environment's variables (others are ignored) into StorageConfig; without STORAGE_TYPE it is `local`. */
export const storageConfig = z
  .preprocess(
    (env) => (isRecord(env) ? { ...env, STORAGE_TYPE: env['STORAGE_TYPE'] ?? 'local' } : env),
    storageEnvironment,
  )
  .superRefine((env, context) => {
    if (env.STORAGE_TYPE === 's3' && env.S3_SSE_KMS_KEY_ID !== undefined && env.S3_SSE !== 'aws:kms')
      context.addIssue({
        code: 'custom',
        path: ['S3_SSE_KMS_KEY_ID'],
        message: 'goes with S3_SSE=aws:kms only',
      });
  })
  .transform((env): StorageConfig => {
    const { UPLOAD_DIR: uploadDir, SIGNED_URL_TTL: signedUrlTtlSeconds } = env;
    switch (env.STORAGE_TYPE) {
      case 'local':
        return { type: 'local', uploadDir, signedUrlTtlSeconds };
      case 's3':
        return {
          type: 's3',
          uploadDir,
          signedUrlTtlSeconds,
          bucket: env.S3_ATTACHMENTS_BUCKET,
          keyPrefix: env.S3_KEY_PREFIX,
          region: env.AWS_REGION,
          endpoint: env.AWS_ENDPOINT_URL_S3,
          forcePathStyle: env.S3_FORCE_PATH_STYLE,
          checksums: env.S3_CHECKSUMS,
          sse: env.S3_SSE,
          sseKmsKeyId: env.S3_SSE_KMS_KEY_ID,
          deadlineMs: env.S3_DEADLINE * 1000,
        };
    }
  });

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
