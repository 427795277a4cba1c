import { createHash } from 'node:crypto';
import { clientAddress } from './client-address';
import type { RateCounter } from './rate-counter';
import { RateLimitedError, secondsOf } from './rate-limited.error';
import type { ThrottlingConfig } from './throttling.config';

/** Who tries to get in where: `account` as it is compared (normalised), `address` as express's `req.ip`. */
export interface SignInKeys {
  readonly account: string;
  readonly address: string | undefined;
}

interface Bucket {
  readonly name: string;
  readonly key: string;
  readonly limit: number;
}

/**
 * Limits failed sign-ins by account, by address, and by both together; accounts that do not exist count alike.
 *
 * A try is counted as failed before the password is looked at, and a success gives it back: so twenty tries at once
 * do not get twenty looks. `await check(keys)`, verify, then `fail(keys)` or `succeed(keys)`.
 */
export class FailureLimiter {
  constructor(
    private readonly counter: RateCounter,
    private readonly config: ThrottlingConfig,
  ) {}

  /**
   * Reserves a try.
   * @throws {RateLimitedError} where the failures of the account or the address are used up; nothing is counted then.
   */
  async check(keys: SignInKeys): Promise<void> {
    const buckets = this.bucketsOf(keys);
    const counts = await this.addAll(buckets, 1);
    const waits = counts
      .filter(({ count }, at) => count > (buckets[at]?.limit ?? 0))
      .map(({ resetMs }) => resetMs);
    if (waits.length === 0) return;
    await this.addAll(buckets, -1);
    throw new RateLimitedError(
      secondsOf(Math.max(...waits)),
      'Too many failed sign-ins. Please try again later.',
    );
  }

  /** The try stays counted. Answers how many are left to this account from this address. */
  async fail(keys: SignInKeys): Promise<number> {
    const buckets = this.bucketsOf(keys);
    const counts = await this.addAll(buckets, 0);
    return Math.max(0, Math.min(...buckets.map(({ limit }, at) => limit - (counts[at]?.count ?? 0))));
  }

  /** Gives the try back, and with it what this account failed from this address before; nobody else's failures. */
  async succeed(keys: SignInKeys): Promise<void> {
    const [both, ...apart] = this.bucketsOf(keys);
    const { count } = await this.add(both, 0);
    await Promise.all([both, ...apart].map((bucket) => this.add(bucket, -count)));
  }

  private addAll(buckets: readonly Bucket[], amount: number) {
    return Promise.all(buckets.map((bucket) => this.add(bucket, amount)));
  }

  private add({ name, key }: Bucket, amount: number) {
    return this.counter.add(name, key, amount, this.config.SIGN_IN_FAILURE_WINDOW * 1_000);
  }

  private bucketsOf(keys: SignInKeys): [both: Bucket, account: Bucket, address: Bucket] {
    const { SIGN_IN_FAILURES_PER_ACCOUNT: perAccount, SIGN_IN_FAILURES_PER_ADDRESS: perAddress } =
      this.config;
    const account = hashed(keys.account);
    const address = clientAddress(keys.address);
    return [
      { name: 'sign-in', key: `${account} ${address}`, limit: Math.min(perAccount, perAddress) },
      { name: 'sign-in-account', key: account, limit: perAccount },
      { name: 'sign-in-address', key: address, limit: perAddress },
    ];
  }
}

/** Fixed in length whatever is sent as an e-mail, and no address book in memory or in a shared store. */
function hashed(account: string): string {
  return createHash('sha256').update(account).digest('base64url').slice(0, 22);
}
