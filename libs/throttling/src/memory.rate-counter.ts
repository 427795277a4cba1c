import { RateCounter } from './rate-counter';
import type { RateCount } from './rate-counter';

interface Window {
  count: number;
  endsAt: number;
}

/** A key lives in `young`, or still in `old`; the longest window later all of `old` has expired and goes at once. */
interface Generations {
  young: Map<string, Window>;
  old: Map<string, Window>;
  bornAt: number;
  longestMs: number;
}

const NOTHING: RateCount = { count: 0, resetMs: 0 };

/**
 * Counts in this process, in constant time and bounded memory, without a timer or a sweep.
 *
 * The libraries' stores were measured and left: @nestjs/throttler's keeps a list of hits for each key and walks them
 * all every minute, rate-limiter-flexible's sets a timer for each key, and neither has a bound. A bucket that is full
 * forgets the older half of its keys: that helps only somebody with as many addresses as it has keys.
 */
export class MemoryRateCounter extends RateCounter {
  private readonly buckets = new Map<string, Generations>();

  /** @param maxKeys kept in each bucket, at about 150 bytes a key. @param now milliseconds, monotonic. */
  constructor(
    private readonly maxKeys = 100_000,
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
  }

  override add(bucket: string, key: string, amount: number, windowMs: number): Promise<RateCount> {
    const now = this.now();
    const generations = this.generationsOf(bucket, now, windowMs);
    const found = generations.young.get(key) ?? generations.old.get(key);
    let window = found !== undefined && found.endsAt > now ? found : undefined;
    if (window === undefined) {
      if (amount <= 0) return Promise.resolve(NOTHING);
      window = { count: 0, endsAt: now + windowMs };
      generations.young.set(key, window);
    }
    window.count = Math.max(0, window.count + amount);
    return Promise.resolve({ count: window.count, resetMs: window.endsAt - now });
  }

  override take(bucket: string, key: string): Promise<number> {
    const generations = this.buckets.get(bucket);
    const window = generations?.young.get(key) ?? generations?.old.get(key);
    generations?.young.delete(key);
    generations?.old.delete(key);
    return Promise.resolve(window !== undefined && window.endsAt > this.now() ? window.count : 0);
  }

  private generationsOf(bucket: string, now: number, windowMs: number): Generations {
    let generations = this.buckets.get(bucket);
    if (generations === undefined) {
      generations = { young: new Map(), old: new Map(), bornAt: now, longestMs: windowMs };
      this.buckets.set(bucket, generations);
    }
    if (windowMs > generations.longestMs) generations.longestMs = windowMs;
    if (now - generations.bornAt >= generations.longestMs || generations.young.size >= this.maxKeys / 2) {
      generations.old = generations.young;
      generations.young = new Map();
      generations.bornAt = now;
    }
    return generations;
  }
}
