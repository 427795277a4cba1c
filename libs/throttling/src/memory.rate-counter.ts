import { BoundedWindows, MAX_KEYS } from './bounded-windows';
import { RateCounter } from './rate-counter';
import type { RateCount } from './rate-counter';

interface Window {
  count: number;
  endsAt: number;
}

const NOTHING: RateCount = { count: 0, resetMs: 0 };

/**
 * Counts in this process.
 *
 * The libraries' stores were measured and left: @nestjs/throttler's keeps a list of hits for each key and walks them
 * all every minute, rate-limiter-flexible's sets a timer for each key, and neither has a bound.
 */
export class MemoryRateCounter extends RateCounter {
  override readonly shared = false;
  private readonly windows: BoundedWindows<Window>;

  /** @param maxKeys kept in each bucket. @param now milliseconds, monotonic. */
  constructor(
    maxKeys = MAX_KEYS,
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
    this.windows = new BoundedWindows(maxKeys);
  }

  override add(bucket: string, key: string, amount: number, windowMs: number): Promise<RateCount> {
    const now = this.now();
    let window = this.windows.find(bucket, key, now);
    if (window === undefined) {
      if (amount <= 0) return Promise.resolve(NOTHING);
      window = this.windows.put(bucket, key, { count: 0, endsAt: now + windowMs }, now);
    }
    window.count = Math.max(0, window.count + amount);
    return Promise.resolve({ count: window.count, resetMs: window.endsAt - now });
  }

  override take(bucket: string, key: string): Promise<number> {
    const window = this.windows.find(bucket, key, this.now());
    this.windows.forget(bucket, key);
    return Promise.resolve(window?.count ?? 0);
  }

  /** Nothing that could be away. */
  override check(): Promise<void> {
    return Promise.resolve();
  }
}
