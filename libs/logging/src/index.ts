export type { LogDelivery } from './line.transport';
export { LOG_LEVELS, loggingConfig, logFolder } from './logging.config';
export type { LoggingConfig, LogLevel } from './logging.config';
export { closeLogger, createLogger, logDelivery } from './logger';
export type { LoggerContext } from './logger';
export { LoggingModule, nestLogger } from './logging.module';
export { errorView, hideInLogs, redact, redactText } from './redaction';
export { requestLog } from './request-log';
export type { Logger } from 'winston';
