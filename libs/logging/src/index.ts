export { LOG_LEVELS, loggingConfig } from './logging.config';
export type { LoggingConfig, LogLevel } from './logging.config';
export { closeLogger, createLogger } from './logger';
export type { LoggerContext } from './logger';
export { LoggingModule, nestLogger } from './logging.module';
export { errorView, redact } from './redaction';
export { requestLog } from './request-log';
export type { Logger } from 'winston';
