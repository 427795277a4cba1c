import { z } from 'zod';

const ADDRESS = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\]+$/;
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

const address = z.string().regex(ADDRESS, 'expected an address such as support@example.com');
const from = address.describe('Sender of all mail, such as support@example.com');
const seconds = (byDefault: number, most: number, what: string) =>
  z.coerce.number().int().min(1).max(most).default(byDefault).describe(what);

/** What every kind of mail needs. */
const shared = {
  REPLY_DOMAIN: z
    .string()
    .regex(HOST, 'expected a domain such as reply.example.com')
    .optional()
    .describe('Domain that answers come to, as reply+<token>@…; FROM_EMAIL with +<token> when not set')
    .meta({ example: 'reply.example.com' }),
  // Longer, and the outbox would take a mail for given up that is still on its way.
  MAIL_TIMEOUT: seconds(20, 60, 'Seconds after which handing over a mail is given up, to be tried again'),
};

const log = z.object({
  MAIL_TRANSPORT: z
    .literal('log')
    .describe('Where mail goes: log (a folder on this machine), smtp or ses (Amazon)'),
  MAIL_DIR: z.string().min(1).default('./mail-outbox').describe('The folder that mail is written into'),
  MAIL_KEEP: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .describe('How many mails the folder keeps; the oldest go'),
  FROM_EMAIL: from.default('support@liftdesk.example'),
  ...shared,
});

const smtp = z.object({
  MAIL_TRANSPORT: z.literal('smtp'),
  SMTP_HOST: z.string().min(1).describe('Name of the mail server').meta({ example: 'smtp.example.com' }),
  SMTP_PORT: z.coerce.number().int().min(1).max(65_535).default(587).describe('Port of the mail server'),
  SMTP_USER: z
    .string()
    .min(1)
    .optional()
    .describe('Name to sign in with; without one nobody signs in')
    .meta({ example: 'liftdesk@example.com' }),
  SMTP_PASSWORD: z.string().min(1).optional().meta({ description: 'Password to sign in with', secret: true }),
  SMTP_SECURE: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('Encryption: starttls (required), tls (from the start, port 465), none (on this machine only)'),
  SMTP_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('Certificates in PEM that the server’s is verified by, besides the well-known ones')
    .meta({ example: '/etc/liftdesk/mail-ca.pem' }),
  FROM_EMAIL: from,
  ...shared,
});

const ses = z.object({
  MAIL_TRANSPORT: z.literal('ses'),
  SES_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'expected a region such as eu-central-1')
    .describe('AWS region of SES')
    .meta({ example: 'us-east-1' }),
  SES_CONFIGURATION_SET: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'expected the name of a configuration set')
    .optional()
    .describe('Configuration set that mail is sent with')
    .meta({ example: 'liftdesk' }),
  SES_TOPIC_ARN: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((arn) => arn.trim())
        .filter(Boolean),
    ) // prettier-ignore
    .refine(
      (arns) => arns.every((arn) => /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(arn)),
      'expected ARNs of SNS topics, separated by commas',
    )
    .describe('SNS topics whose bounces and complaints are believed, separated by commas')
    .meta({ example: 'arn:aws:sns:us-east-1:111122223333:liftdesk-mail' }),
  AWS_ENDPOINT_URL_SES: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://…' })
    .optional()
    .describe('Where SES is, if not where the region says')
    .meta({ example: 'https://email.us-east-1.amazonaws.com' }),
  FROM_EMAIL: from,
  ...shared,
});

/** What the environment may say for each kind of mail. */
export const mailEnvironment = z.discriminatedUnion('MAIL_TRANSPORT', [log, smtp, ses]);

interface SharedMailConfig {
  fromEmail: string;
  replyDomain: string | null;
  timeoutMs: number;
}

export interface LogMailConfig extends SharedMailConfig {
  type: 'log';
  /** A folder, relative to the working directory or absolute. */
  dir: string;
  keep: number;
}

export interface SmtpMailConfig extends SharedMailConfig {
  type: 'smtp';
  host: string;
  port: number;
  auth: { user: string; password: string } | null;
  secure: 'starttls' | 'tls' | 'none';
  caFile: string | null;
}

export interface SesMailConfig extends SharedMailConfig {
  type: 'ses';
  region: string;
  configurationSet: string | null;
  topicArns: readonly string[];
  endpoint: string | null;
}

export type MailConfig = LogMailConfig | SmtpMailConfig | SesMailConfig;

/** Parses the environment's variables (others are ignored) into MailConfig; without MAIL_TRANSPORT it is `log`. */
export const mailConfig = z
  .preprocess(
    (env) => (isRecord(env) ? { ...env, MAIL_TRANSPORT: env['MAIL_TRANSPORT'] ?? 'log' } : env),
    mailEnvironment,
  )
  .superRefine((env, context) => {
    if (env.MAIL_TRANSPORT !== 'smtp') return;
    const { SMTP_USER, SMTP_PASSWORD, SMTP_SECURE, SMTP_HOST } = env;
    const refuse = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if ((SMTP_USER === undefined) !== (SMTP_PASSWORD === undefined))
      refuse('SMTP_PASSWORD', 'SMTP_USER and SMTP_PASSWORD go together');
    if (SMTP_SECURE === 'none' && SMTP_USER !== undefined && !LOOPBACK.test(SMTP_HOST))
      refuse('SMTP_SECURE', 'a password goes to another machine encrypted only: expected starttls or tls');
  })
  .transform((env): MailConfig => {
    const common = {
      fromEmail: env.FROM_EMAIL,
      replyDomain: env.REPLY_DOMAIN ?? null,
      timeoutMs: env.MAIL_TIMEOUT * 1_000,
    };
    switch (env.MAIL_TRANSPORT) {
      case 'log':
        return { type: 'log', dir: env.MAIL_DIR, keep: env.MAIL_KEEP, ...common };
      case 'smtp':
        return {
          type: 'smtp',
          host: env.SMTP_HOST,
          port: env.SMTP_PORT,
          auth: credentials(env),
          secure: env.SMTP_SECURE,
          caFile: env.SMTP_CA_FILE ?? null,
          ...common,
        };
      case 'ses':
        return {
          type: 'ses',
          region: env.SES_REGION,
          configurationSet: env.SES_CONFIGURATION_SET ?? null,
          topicArns: env.SES_TOPIC_ARN,
          endpoint: env.AWS_ENDPOINT_URL_SES ?? null,
          ...common,
        };
    }
  });

function credentials({ SMTP_USER, SMTP_PASSWORD }: z.output<typeof smtp>): SmtpMailConfig['auth'] {
  return SMTP_USER === undefined || SMTP_PASSWORD === undefined
    ? null
    : { user: SMTP_USER, password: SMTP_PASSWORD };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
