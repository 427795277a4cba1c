import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `5m`, `20s`, or a number of seconds. Parses to milliseconds between the two bounds, given in seconds. */
const duration = (fallback: string, least: number, most: number) =>
  z
    .string()
    .meta({ type: 'duration' })
    .default(fallback)
    .transform((text, context) => {
      const match = /^(\d+)(ms|s|m|h)?$/.exec(text.trim());
      const ms = Number(match?.[1]) * UNITS[(match?.[2] ?? 's') as keyof typeof UNITS];
      if (ms >= least * 1_000 && ms <= most * 1_000) return ms;
      context.addIssue({
        code: 'custom',
        message: `expected a duration from ${least}s to ${most}s, such as ${fallback}`,
      });
      return z.NEVER;
    });

const envSecrets = z.object({
  SECRETS_PROVIDER: z
    .literal('env')
    .describe('Where secrets come from: env (the variables themselves) or aws (Secrets Manager)'),
});

const awsSecrets = z.object({
  SECRETS_PROVIDER: z
    .literal('aws')
    .describe('Secrets Manager holds them, and wins over variables of the same names'),
  SECRETS_ID: z
    .string()
    .min(1)
    .default('prod/support-ticket/api')
    .describe('Name or ARN of the secret: a JSON object of variable names and values'),
  SECRETS_TTL: duration('5m', 1, 86_400).describe('How old values may get before they are read again'),
  SECRETS_BOOT_TIMEOUT: duration('20s', 1, 300).describe(
    'How long a start tries to read the secret before it gives up',
  ),
  AWS_REGION: z
    .string({ error: 'expected the region of the secret, such as us-east-1' })
    .min(1)
    .describe('Region of the AWS services')
    .meta({ example: 'us-east-1' }),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://…' })
    .optional()
    .describe('Another address for Secrets Manager, such as that of a VPC endpoint')
    .meta({ example: 'https://secretsmanager.us-east-1.amazonaws.com' }),
});

/** Keys are the names of the environment variables; without SECRETS_PROVIDER it is `env`. */
export const secretsConfig = z.preprocess(
  (env) => (isRecord(env) ? { ...env, SECRETS_PROVIDER: env['SECRETS_PROVIDER'] || 'env' } : env),
  z.discriminatedUnion('SECRETS_PROVIDER', [envSecrets, awsSecrets]),
);

export type SecretsConfig = z.output<typeof secretsConfig>;
export type AwsSecretsConfig = Extract<SecretsConfig, { SECRETS_PROVIDER: 'aws' }>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
