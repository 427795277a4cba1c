import { z } from 'zod';

/** Levels from the gravest to the most talkative; `fatal` exists because Nest's logger has it. */
export const LOG_LEVELS = { fatal: 0, error: 1, warn: 2, info: 3, verbose: 4, debug: 5 } as const;

export type LogLevel = keyof typeof LOG_LEVELS;

const level = z
  .enum(Object.keys(LOG_LEVELS) as [LogLevel, ...LogLevel[]])
  .default('info')
  .describe('Least grave level that is written: fatal, error, warn, info, verbose or debug');

/** Lines go to rotating files (5 MB x 5) and, readable, to the terminal. */
const fileLogging = z.object({
  LOG_TRANSPORT: z
    .literal('file')
    .default('file')
    .describe('Where log lines are kept: file (a folder) or cloudwatch (CloudWatch Logs)'),
  LOG_LEVEL: level,
  LOG_DIR: z.string().min(1).default('./logs').describe('Folder of application.log and error.log'),
});

/** Lines go to a stream of CloudWatch Logs and, readable, to the terminal; no file is written. */
const cloudWatchLogging = z.object({
  LOG_TRANSPORT: z.literal('cloudwatch'),
  LOG_LEVEL: level,
  LOG_GROUP: z
    .string()
    .regex(/^[\w./#-]{1,512}$/, 'expected the name of a log group, such as /aws/ec2/support-ticket-api')
    .default('/aws/ec2/support-ticket-api')
    .describe('Log group; it must exist'),
  INSTANCE_ID: z
    .string()
    .regex(/^[^:*]{1,400}$/, 'expected a name without : and *, such as i-0123456789abcdef0')
    .optional()
    .describe("Names the log stream, <INSTANCE_ID>/application; the host's name when not set")
    .meta({ example: 'i-0123456789abcdef0' }),
  AWS_REGION: z
    .string({ error: 'expected the region of the log group, such as us-east-1' })
    .min(1)
    .describe('Region of the AWS services')
    .meta({ example: 'us-east-1' }),
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://…' })
    .optional()
    .describe('Another address for CloudWatch Logs, such as that of a VPC endpoint')
    .meta({ example: 'https://logs.us-east-1.amazonaws.com' }),
});

/** Keys are the names of the environment variables. */
export const loggingConfig = z.discriminatedUnion('LOG_TRANSPORT', [fileLogging, cloudWatchLogging]);

export type LoggingConfig = z.infer<typeof loggingConfig>;
export type CloudWatchLoggingConfig = Extract<LoggingConfig, { LOG_TRANSPORT: 'cloudwatch' }>;

/** The folder that log files are written to, where there are any. */
export function logFolder(config: LoggingConfig): string | undefined {
  switch (config.LOG_TRANSPORT) {
    case 'file':
      return config.LOG_DIR;
    case 'cloudwatch':
      return undefined;
  }
}
