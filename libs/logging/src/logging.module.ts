import { Module } from '@nestjs/common';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { WINSTON_MODULE_NEST_PROVIDER, WINSTON_MODULE_PROVIDER, WinstonModule } from 'nest-winston';
import type { Logger } from 'winston';

/** For `NestFactory.create(.., { logger })`: Nest's own `Logger` then writes through ours. */
export function nestLogger(logger: Logger): LoggerService {
  return WinstonModule.createLogger({ instance: logger });
}

/**
 * Makes the logger injectable by nest-winston's tokens. It takes the logger, not its config: the process logs
 * before Nest is there and after it has gone. Closing is the last deed of the process: `closeLogger`.
 */
@Module({})
export class LoggingModule {
  static register(logger: Logger): DynamicModule {
    const providers = [
      { provide: WINSTON_MODULE_PROVIDER, useValue: logger },
      { provide: WINSTON_MODULE_NEST_PROVIDER, useValue: nestLogger(logger) },
    ];
    return { module: LoggingModule, global: true, providers, exports: providers };
  }
}
