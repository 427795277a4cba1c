import type { ServerResponse } from 'node:http';
import { RateLimitedError } from './rate-limited.error';

export interface Counted {
  readonly limit: number;
  readonly count: number;
  /** Whole seconds until the window ends. */
  readonly seconds: number;
}

/**
 * Tells the caller what it has left.
 * @throws {RateLimitedError} with `Retry-After` set on the answer, where that is nothing.
 */
export function answerLimit(res: ServerResponse, { limit, count, seconds }: Counted): void {
  res.setHeader('RateLimit-Limit', String(limit));
  res.setHeader('RateLimit-Remaining', String(Math.max(0, limit - count)));
  res.setHeader('RateLimit-Reset', String(seconds));
  if (count <= limit) return;
  res.setHeader('Retry-After', String(seconds));
  throw new RateLimitedError(seconds);
}
