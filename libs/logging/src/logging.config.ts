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
  LOG_TRANSPORT: z.literal('file').default('file').describe('Where log lines are kept: file'),
  LOG_LEVEL: level,
  LOG_DIR: z.string().min(1).default('./logs').describe('Folder of application.log and error.log'),
});

/** Keys are the names of the environment variables. */
export const loggingConfig = z.discriminatedUnion('LOG_TRANSPORT', [fileLogging]);

export type LoggingConfig = z.infer<typeof loggingConfig>;
