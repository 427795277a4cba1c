import { DynamicModule, Module } from '@nestjs/common';
import { AppInfo } from './app-info';
import { Clock, SystemClock } from './clock';
import { Idempotency } from './idempotency';

@Module({})
export class CommonModule {
  static register(app: AppInfo): DynamicModule {
    return {
      module: CommonModule,
      global: true,
      providers: [
        { provide: Clock, useClass: SystemClock },
        { provide: AppInfo, useValue: app },
        Idempotency,
      ],
      exports: [Clock, AppInfo, Idempotency],
    };
  }
}
