import { Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { Resolvable, ThrottlerOptions } from '@nestjs/throttler';
import type { ServerResponse } from 'node:http';
import { clientAddress } from './client-address';
import { COUNTS_AS_UPLOAD } from './counts-as-upload';
import { COUNTS_BY_ADDRESS } from './counts-by-address';
import { answerLimit } from './limit-headers';
import { ANONYMOUS, trackerOf, UPLOADS } from './throttlers';
import type { LimitedRequest } from './throttlers';

/**
 * Counts each request against the limits in `throttlers.ts`, by user when signed in, else by address; by both where
 * `@CountsByAddress()` says so.
 *
 * Must run after whatever sets `req.actor` and before whatever refuses for lack of one, or strangers knock for free.
 * Answers `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) of the last limit that was looked at. The limits hold
 * for all routes alike, so `@Throttle` has no say here; `@SkipThrottle({ anonymous: true })` has.
 */
@Injectable()
export class DeskThrottlerGuard extends ThrottlerGuard {
  /** Which limits may hold for a handler: read from its metadata once, the parent asks at every request. */
  private readonly limitsOf = new WeakMap<object, ThrottlerOptions[]>();

  /** @throws {RateLimitedError} with `Retry-After` set on the answer. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    let limits = this.limitsOf.get(handler);
    if (limits === undefined) this.limitsOf.set(handler, (limits = this.readLimitsOf(context)));
    for (const throttler of limits) {
      if (throttler.skipIf?.(context) !== true) await this.count(context, throttler);
    }
    return true;
  }

  private readLimitsOf(context: ExecutionContext): ThrottlerOptions[] {
    const targets = [context.getHandler(), context.getClass()];
    const says = (mark: string | symbol): boolean =>
      this.reflector.getAllAndOverride<unknown>(mark, targets) === true;
    const byAddress = says(COUNTS_BY_ADDRESS);
    return this.throttlers
      .filter(({ name }) => !says(`THROTTLER:SKIP${name}`))
      .filter(({ name }) => name !== UPLOADS || says(COUNTS_AS_UPLOAD))
      .map((limit) => (limit.name === ANONYMOUS && byAddress ? { ...limit, skipIf: undefined } : limit));
  }

  private async count(context: ExecutionContext, throttler: ThrottlerOptions): Promise<void> {
    const req = context.getArgByIndex<LimitedRequest>(0);
    const { name = 'default' } = throttler;
    const limit = valueOf(throttler.limit, context);
    const ttl = valueOf(throttler.ttl, context);
    const tracker = name === ANONYMOUS ? clientAddress(req.ip) : trackerOf(req);
    const hits = await this.storageService.increment(tracker, ttl, limit, ttl, name);
    answerLimit(context.getArgByIndex<ServerResponse>(1), {
      limit,
      count: hits.totalHits,
      seconds: hits.timeToExpire,
    });
  }
}

/** Ours are numbers or functions that give one at once. */
function valueOf(value: Resolvable<number>, context: ExecutionContext): number {
  return Number(typeof value === 'function' ? value(context) : value);
}
