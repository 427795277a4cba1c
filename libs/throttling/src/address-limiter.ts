import type { ServerResponse } from 'node:http';
import { clientAddress } from './client-address';
import { answerLimit } from './limit-headers';
import type { RateCounter } from './rate-counter';
import { secondsOf } from './rate-limited.error';
import { ANONYMOUS } from './throttlers';
import type { LimitedRequest } from './throttlers';
import type { ThrottlingConfig } from './throttling.config';

/**
 * Counts what no guard sees, an unknown route or a body that cannot be read, like any other request of a stranger.
 * For requests that reached no handler only, or they count twice.
 */
export class AddressLimiter {
  constructor(
    private readonly counter: RateCounter,
    private readonly config: ThrottlingConfig,
  ) {}

  /** @throws {RateLimitedError} with `Retry-After` set on the answer. */
  async count(req: Pick<LimitedRequest, 'ip'>, res: ServerResponse): Promise<void> {
    const { RATE_LIMIT_ANONYMOUS: limit, RATE_LIMIT_WINDOW: window } = this.config;
    const { count, resetMs } = await this.counter.add(ANONYMOUS, clientAddress(req.ip), 1, window * 1_000);
    answerLimit(res, { limit, count, seconds: secondsOf(resetMs) });
  }
}
