import { Injectable } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { Resolvable, ThrottlerOptions } from '@nestjs/throttler';
import type { ServerResponse } from 'node:http';
import { RateLimitedError } from './rate-limited.error';
import { trackerOf } from './throttlers';
import type { LimitedRequest } from './throttlers';

/**
 * Counts each request against the limits in `throttlers.ts`, by user when signed in, else by address.
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
    return this.throttlers.filter(
      ({ name }) => this.reflector.getAllAndOverride(`THROTTLER:SKIP${name}`, targets) !== true,
    );
  }

  private async count(context: ExecutionContext, throttler: ThrottlerOptions): Promise<void> {
    const http = context.switchToHttp();
    const res = http.getResponse<ServerResponse>();
    const limit = valueOf(throttler.limit, context);
    const ttl = valueOf(throttler.ttl, context);
    const tracker = trackerOf(http.getRequest<LimitedRequest>());
    const hits = await this.storageService.increment(tracker, ttl, limit, ttl, throttler.name ?? 'default');
    res.setHeader('RateLimit-Limit', String(limit));
    res.setHeader('RateLimit-Remaining', String(Math.max(0, limit - hits.totalHits)));
    res.setHeader('RateLimit-Reset', String(hits.timeToExpire));
    if (!hits.isBlocked) return;
    res.setHeader('Retry-After', String(hits.timeToBlockExpire));
    throw new RateLimitedError(hits.timeToBlockExpire);
  }
}

/** Ours are numbers or functions that give one at once. */
function valueOf(value: Resolvable<number>, context: ExecutionContext): number {
  return Number(typeof value === 'function' ? value(context) : value);
}
