import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The injection token of `HEALTH_TOKEN`, where it is configured. */
export const HEALTH_TOKEN = Symbol('health token');

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What proxies add, each of its own. Behind one on this machine everybody seems to be local. */
const OF_PROXIES = /^(x-forwarded-.+|forwarded|via|x-real-ip|true-client-ip|cf-.+|x-amzn?-.+)$/;

/** Who holds the token, or calls from this machine itself, through no proxy. */
export function isOperator(req: IncomingMessage, token: string | undefined): boolean {
  const { authorization } = req.headers;
  if (token !== undefined && authorization !== undefined && sameSecret(authorization, `Bearer ${token}`))
    return true;
  return (
    LOOPBACK.has(req.socket.remoteAddress ?? '') &&
    !Object.keys(req.headers).some((name) => OF_PROXIES.test(name))
  );
}

function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
