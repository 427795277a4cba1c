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

/** One of the two limits that a try counts for. */
interface Limit {
  readonly bucket: string;
  readonly key: string;
  readonly max: number;
  /** What this account failed from this address, within the limit's running window: so much a success gives back. */
  readonly share: string;
}

/**
 * Limits failed sign-ins by account and by address; accounts that do not exist count alike.
 *
 * A try is counted as failed before the password is looked at, and a success gives it back: so twenty tries at once
 * do not get twenty looks. `await check(keys)`, verify, then `succeed(keys)` or nothing.
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
    const limits = this.limitsOf(keys);
    const counted = await Promise.all(
      limits.map(async (limit) => ({ limit, ...(await this.add(limit, 1)) })),
    );
    const waits = counted.filter(({ limit, count }) => count > limit.max).map(({ resetMs }) => resetMs);
    if (waits.length > 0) {
      await Promise.all(limits.map((limit) => this.add(limit, -1)));
      throw new RateLimitedError(
        secondsOf(Math.max(...waits)),
        'Too many failed sign-ins. Please try again later.',
      );
    }
    // The share ends with the window it is of: what came before must not be given back to the next one.
    await Promise.all(
      counted.map(({ limit, resetMs }) => this.counter.add(limit.share, pairOf(limits), 1, resetMs)),
    );
  }

  /** Gives the try back, and with it what this account failed from this address before; nobody else's failures. */
  async succeed(keys: SignInKeys): Promise<void> {
    const limits = this.limitsOf(keys);
    const pair = pairOf(limits);
    await Promise.all(
      limits.map(async (limit) => this.add(limit, -(await this.counter.take(limit.share, pair)))),
    );
  }

  /** As succeed(), and all other failures of the account with it: its owner has come by another way. */
  async forgive(keys: SignInKeys): Promise<void> {
    await this.succeed(keys);
    const [account] = this.limitsOf(keys);
    await this.add(account, -account.max);
  }

  private add({ bucket, key }: Limit, amount: number) {
    return this.counter.add(bucket, key, amount, this.config.SIGN_IN_FAILURE_WINDOW * 1_000);
  }

  private limitsOf(keys: SignInKeys): [account: Limit, address: Limit] {
    const { SIGN_IN_FAILURES_PER_ACCOUNT, SIGN_IN_FAILURES_PER_ADDRESS } = this.config;
    return [
      {
        bucket: 'sign-in-account',
        key: hashed(keys.account),
        max: SIGN_IN_FAILURES_PER_ACCOUNT,
        share: 'sign-in-account-share',
      },
      {
        bucket: 'sign-in-address',
        key: clientAddress(keys.address),
        max: SIGN_IN_FAILURES_PER_ADDRESS,
        share: 'sign-in-address-share',
      },
    ];
  }
}

const pairOf = ([account, address]: [Limit, Limit]): string => `${account.key} ${address.key}`;

/** Fixed in length whatever is sent as an e-mail, and no address book in memory or in a shared store. */
function hashed(account: string): string {
  return createHash('sha256').update(account).digest('base64url').slice(0, 22);
}
