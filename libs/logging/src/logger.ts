import { join } from 'node:path';
import { createLogger as createWinston, transports } from 'winston';
import type { Logger } from 'winston';
import { CloudWatchTransport } from './cloudwatch.transport';
import { isoNow, jsonLine, terminalLine } from './line-format';
import { LineTransport } from './line.transport';
import type { LogDelivery } from './line.transport';
import { LOG_LEVELS } from './logging.config';
import type { CloudWatchLoggingConfig, LoggingConfig } from './logging.config';
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
 * The process's one logger: JSON lines in files or CloudWatch Logs, readable lines on the terminal, secrets redacted on
 * both.
 * @throws where the log folder cannot be written. A cloud that is away is no reason not to start: see `logDelivery`.
 */
export function createLogger(config: LoggingConfig, context: LoggerContext): Logger {
  const onEachLine = {
    service: context.service ?? 'support-ticket-api',
    environment: context.environment,
  };
  const logger: Logger = createWinston({
    level: config.LOG_LEVEL,
    levels: LOG_LEVELS,
    format: jsonLine(() => logger.level),
    defaultMeta: onEachLine,
    transports: [
      ...keptLines(config, onEachLine),
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

function keptLines(config: LoggingConfig, onEachLine: object): LineTransport[] {
  switch (config.LOG_TRANSPORT) {
    case 'file':
      return [
        new RotatingFileTransport({ ...ROTATION, path: join(config.LOG_DIR, 'application.log') }),
        new RotatingFileTransport({ ...ROTATION, path: join(config.LOG_DIR, 'error.log'), level: 'error' }),
      ];
    case 'cloudwatch':
      return [
        new CloudWatchTransport({ openSink: () => openSink(config), noticeOf: droppedNotice(onEachLine) }),
      ];
  }
}

/** The SDK comes in with the first line: a process that keeps files never loads it. */
async function openSink(config: CloudWatchLoggingConfig) {
  const { CloudWatchSink } = await import('./cloudwatch.sink');
  return new CloudWatchSink(config);
}

/** A line like any other, in the place of those that are missing. */
export function droppedNotice(onEachLine: object): (count: number) => string {
  return (count) =>
    JSON.stringify({
      timestamp: isoNow(),
      level: 'warn',
      message: 'log.lines-dropped',
      count,
      ...onEachLine,
    });
}

/** How it stands with the lines of this logger, all its transports together. */
export function logDelivery(logger: Logger): LogDelivery {
  const all = logger.transports.filter((transport) => transport instanceof LineTransport);
  const each = all.map((transport) => (transport as unknown as LineTransport).delivery());
  const failing = each.find(({ failure }) => failure !== null);
  return {
    queued: each.reduce((sum, { queued }) => sum + queued, 0),
    dropped: each.reduce((sum, { dropped }) => sum + dropped, 0),
    failure: failing?.failure ?? null,
    failingSince: failing?.failingSince ?? null,
  };
}

/**
 * Resolves when every line given so far is where it belongs, or the few seconds for it are over. The logger is silent
 * afterwards; calling twice is fine.
 */
export async function closeLogger(logger: Logger): Promise<void> {
  // The lines of this very turn still travel through winston's streams.
  await new Promise<void>((resolve) => setImmediate(resolve));
  logger.silent = true;
  const all = logger.transports.filter((transport) => transport instanceof LineTransport);
  await Promise.all(all.map((transport) => (transport as unknown as LineTransport).finish()));
}
