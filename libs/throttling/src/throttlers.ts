import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerModuleOptions, ThrottlerStorage } from '@nestjs/throttler';
import type { IncomingMessage } from 'node:http';
import { clientAddress } from './client-address';
import type { ThrottlingConfig } from './throttling.config';

/** What the limits read of a request; the actor has been set before the guard runs, or nobody is signed in. */
export interface LimitedRequest extends IncomingMessage {
  ip?: string;
  /** express's: as the router reads it. */
  path: string;
  actor?: { userId: string; role: string };
}

export const ANONYMOUS = 'anonymous';
/** Holds for handlers that are marked by `@CountsAsUpload()` only. */
export const UPLOADS = 'uploads';

/** `switchToHttp()` makes three functions at every call. */
const requestOf = (context: ExecutionContext) => context.getArgByIndex<LimitedRequest>(0);
const PROBE = /^\/health(?:\/|$)/;
const isProbe = (req: LimitedRequest) => PROBE.test(req.path);

/** The document's limits as @nestjs/throttler takes them: three buckets, of which one or two hold for a request. */
export function throttlersOf(config: ThrottlingConfig, storage: ThrottlerStorage): ThrottlerModuleOptions {
  return {
    storage,
    getTracker: (req) => trackerOf(req as LimitedRequest),
    generateKey: (_context, tracker) => tracker,
    throttlers: [
      {
        name: ANONYMOUS,
        ttl: config.RATE_LIMIT_WINDOW * 1_000,
        limit: config.RATE_LIMIT_ANONYMOUS,
        skipIf: (context) => {
          const req = requestOf(context);
          return req.actor !== undefined || isProbe(req);
        },
      },
      {
        name: 'user',
        ttl: config.RATE_LIMIT_WINDOW * 1_000,
        limit: config.RATE_LIMIT_USER,
        skipIf: (context) => requestOf(context).actor === undefined,
      },
      {
        name: UPLOADS,
        ttl: config.RATE_LIMIT_UPLOAD_WINDOW * 1_000,
        limit: (context) =>
          isStaff(requestOf(context)) ? config.RATE_LIMIT_UPLOADS_AGENT : config.RATE_LIMIT_UPLOADS_CUSTOMER,
      },
    ],
  };
}

const isStaff = ({ actor }: LimitedRequest) => actor?.role === 'agent' || actor?.role === 'admin';

/** Whose requests are counted together. */
export function trackerOf(req: LimitedRequest): string {
  return req.actor === undefined ? clientAddress(req.ip) : req.actor.userId;
}
