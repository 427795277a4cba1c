export interface RateCount {
  /** Hits in the running window, this one included; never below 0. */
  readonly count: number;
  /** Milliseconds until the window ends and the count starts again; 0 where nothing is counted. */
  readonly resetMs: number;
}

/**
 * Counts hits in fixed windows; a window starts with a key's first hit and is as long as that hit says. Also the DI token.
 *
 * Every call is atomic: of n calls at once each gets its own count. Buckets are apart: one that is flooded with
 * keys takes nothing from another. An implementation never throws because its store is away; it counts nearby instead.
 */
export abstract class RateCounter {
  /** Whether there is a store that other processes count in too. */
  abstract readonly shared: boolean;

  /** Adds `amount` (negative takes back; 0 reads) to `key` of `bucket`. */
  abstract add(bucket: string, key: string, amount: number, windowMs: number): Promise<RateCount>;

  /** Forgets a key. @returns what its running window had counted: of two calls at once only one is told. */
  abstract take(bucket: string, key: string): Promise<number>;

  /** A round trip to the store. @throws where it is away, in words for operators; counting goes on all the same. */
  abstract check(): Promise<void>;
}
