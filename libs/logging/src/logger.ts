import { join } from 'node:path';
import { createLogger as createWinston, transports } from 'winston';
import type { Logger } from 'winston';
import { jsonLine, terminalLine } from './line-format';
import { LOG_LEVELS } from './logging.config';
import type { LoggingConfig } from './logging.config';
import { RotatingFileTransport } from './rotating-file.transport';

const ROTATION = { maxBytes: 5 * 1024 * 1024, files: 5 };

export interface LoggerContext {
  /** `development`, `staging` or `production`: on each line, and production's terminal shows warnings only. */
  readonly environment: string;
  /** On each line; `support-ticket-api` by default. */
  readonly service?: string;
  /** False for commands and tests that own the terminal. */
  readonly terminal?: boolean;
}

/**
 * The process's one logger: JSON lines in files, readable lines on the terminal, secrets redacted on both.
 * @throws where the log folder cannot be written.
 */
export function createLogger(config: LoggingConfig, context: LoggerContext): Logger {
  const logger: Logger = createWinston({
    level: config.LOG_LEVEL,
    levels: LOG_LEVELS,
    format: jsonLine(() => logger.level),
    defaultMeta: { service: context.service ?? 'support-ticket-api', environment: context.environment },
    transports: [
      ...keptLines(config),
      new transports.Console({
        format: terminalLine(process.stdout.isTTY === true && process.stdout.getColorDepth() > 1),
        stderrLevels: ['fatal', 'error'],
        silent: context.terminal === false,
        ...(context.environment === 'production' ? { level: 'warn' } : {}),
      }),
    ],
  });
  // Without a listener a failing transport would end the process.
  logger.on('error', (error: unknown) => process.stderr.write(`Logging failed: ${String(error)}\n`));
  return logger;
}

function keptLines(config: LoggingConfig): RotatingFileTransport[] {
  switch (config.LOG_TRANSPORT) {
    case 'file':
      return [
        new RotatingFileTransport({ ...ROTATION, path: join(config.LOG_DIR, 'application.log') }),
        new RotatingFileTransport({ ...ROTATION, path: join(config.LOG_DIR, 'error.log'), level: 'error' }),
      ];
  }
}

/** Resolves when every line given so far is in its file. The logger is silent afterwards; calling twice is fine. */
export async function closeLogger(logger: Logger): Promise<void> {
  // The lines of this very turn still travel through winston's streams.
  await new Promise<void>((resolve) => setImmediate(resolve));
  logger.silent = true;
  for (const transport of logger.transports) {
    if (transport instanceof RotatingFileTransport) transport.close();
  }
}
