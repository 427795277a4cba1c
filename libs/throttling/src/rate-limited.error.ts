/** Somebody asked more often than allowed. The API's filter answers 429 with `Retry-After`. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  readonly code = 'rate-limited';
  readonly status = 429;

  /** @param retryAfterSeconds whole seconds, at least 1. */
  constructor(
    readonly retryAfterSeconds: number,
    message = 'Too many requests. Please try again later.',
  ) {
    super(message);
  }
}

/** Whole seconds until a window ends, for `Retry-After` and `RateLimit-Reset`. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
