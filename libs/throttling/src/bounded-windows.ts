/**
 * Kept in each bucket unless said otherwise. A key takes about 280 bytes, a sign-in five of them: somebody with a whole
 * network of addresses may fill 60 MB of a heap of 256.
 */
export const MAX_KEYS = 40_000;

/** A key lives in `young`, or still in `old`; the longest window later all of `old` has expired and goes at once. */
interface Generations<W> {
  young: Map<string, W>;
  old: Map<string, W>;
  bornAt: number;
  longestMs: number;
}

/**
 * The running windows of many keys, in constant time and bounded memory, without a timer or a sweep. Buckets are apart.
 * A bucket that is full forgets the older half of its keys: that helps only somebody with as many addresses as it has keys.
 */
export class BoundedWindows<W extends { endsAt: number }> {
  private readonly buckets = new Map<string, Generations<W>>();

  /** @param maxKeys kept in each bucket. */
  constructor(private readonly maxKeys: number) {}

  /** The key's window, unless it has ended. */
  find(bucket: string, key: string, now: number): W | undefined {
    const generations = this.buckets.get(bucket);
    const found = generations?.young.get(key) ?? generations?.old.get(key);
    return found !== undefined && found.endsAt > now ? found : undefined;
  }

  put(bucket: string, key: string, window: W, now: number): W {
    const generations = this.generationsOf(bucket, now, window.endsAt - now);
    generations.young.set(key, window);
    return window;
  }

  forget(bucket: string, key: string): void {
    const generations = this.buckets.get(bucket);
    generations?.young.delete(key);
    generations?.old.delete(key);
  }

  /** Keys that are remembered, ended windows among them. */
  get size(): number {
    return [...this.buckets.values()].reduce((sum, { young, old }) => sum + young.size + old.size, 0);
  }

  private generationsOf(bucket: string, now: number, windowMs: number): Generations<W> {
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
