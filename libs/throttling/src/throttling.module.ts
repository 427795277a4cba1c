import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { AddressLimiter } from './address-limiter';
import { CountingThrottlerStorage } from './counting.throttler-storage';
import { FailureLimiter } from './failure-limiter';
import { MemoryRateCounter } from './memory.rate-counter';
import { RateCounter } from './rate-counter';
import type { RedisConnection } from './redis-link';
import { throttlersOf } from './throttlers';
import type { ThrottlingConfig } from './throttling.config';

/** The counter alone, because two modules are made with it. */
@Module({})
class RateCounterModule {}

/** Gives `AddressLimiter`, `FailureLimiter`, `RateCounter` and what `DeskThrottlerGuard` needs; the app places the guard itself. */
@Module({})
export class ThrottlingModule {
  /** @param redis where it is; used with THROTTLE_STORE=redis only. */
  static register(config: ThrottlingConfig, redis: RedisConnection): DynamicModule {
    const counting: DynamicModule = {
      module: RateCounterModule,
      providers: [{ provide: RateCounter, useFactory: () => openCounter(config, redis) }],
      exports: [RateCounter],
    };
    const onCounter = { imports: [counting], inject: [RateCounter] };
    return {
      module: ThrottlingModule,
      global: true,
      imports: [
        counting,
        ThrottlerModule.forRootAsync({
          ...onCounter,
          useFactory: (counter: RateCounter) => throttlersOf(config, new CountingThrottlerStorage(counter)),
        }),
      ],
      providers: [
        {
          provide: AddressLimiter,
          inject: [RateCounter],
          useFactory: (counter: RateCounter) => new AddressLimiter(counter, config),
        },
        {
          provide: FailureLimiter,
          inject: [RateCounter],
          useFactory: (counter: RateCounter) => new FailureLimiter(counter, config),
        },
      ],
      exports: [counting, AddressLimiter, FailureLimiter, ThrottlerModule],
    };
  }
}

async function openCounter(config: ThrottlingConfig, redis: RedisConnection): Promise<RateCounter> {
  switch (config.THROTTLE_STORE) {
    case 'memory':
      return new MemoryRateCounter();
    case 'redis': {
      // A laptop never loads the client of Redis.
      const { RedisRateCounter } = await import('./redis.rate-counter');
      return RedisRateCounter.open(redis);
    }
  }
}
