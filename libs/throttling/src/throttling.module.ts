import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { AddressLimiter } from './address-limiter';
import { CountingThrottlerStorage } from './counting.throttler-storage';
import { FailureLimiter } from './failure-limiter';
import { MemoryRateCounter } from './memory.rate-counter';
import { RateCounter } from './rate-counter';
import { throttlersOf } from './throttlers';
import type { ThrottlingConfig } from './throttling.config';

/** Gives `AddressLimiter`, `FailureLimiter`, `RateCounter` and what `DeskThrottlerGuard` needs; the app places the guard itself. */
@Module({})
export class ThrottlingModule {
  static register(config: ThrottlingConfig): DynamicModule {
    const counter = counterOf(config);
    return {
      module: ThrottlingModule,
      global: true,
      imports: [ThrottlerModule.forRoot(throttlersOf(config, new CountingThrottlerStorage(counter)))],
      providers: [
        { provide: RateCounter, useValue: counter },
        { provide: AddressLimiter, useValue: new AddressLimiter(counter, config) },
        { provide: FailureLimiter, useValue: new FailureLimiter(counter, config) },
      ],
      exports: [RateCounter, AddressLimiter, FailureLimiter, ThrottlerModule],
    };
  }
}

function counterOf(config: ThrottlingConfig): RateCounter {
  switch (config.RATE_LIMIT_STORE) {
    case 'memory':
      return new MemoryRateCounter();
  }
}
