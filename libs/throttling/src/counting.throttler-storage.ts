import type { ThrottlerStorage } from '@nestjs/throttler';
import type { RateCounter } from './rate-counter';
import { secondsOf } from './rate-limited.error';

type Hits = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** @nestjs/throttler's storage on our counter: who is over the limit waits for the window to end, no longer. */
export class CountingThrottlerStorage implements ThrottlerStorage {
  constructor(private readonly counter: RateCounter) {}

  async increment(key: string, ttl: number, limit: number, _block: number, bucket: string): Promise<Hits> {
    const { count, resetMs } = await this.counter.add(bucket, key, 1, ttl);
    const seconds = secondsOf(resetMs);
    return { totalHits: count, timeToExpire: seconds, isBlocked: count > limit, timeToBlockExpire: seconds };
  }
}
