import { normalizeIp } from '@nestjs/throttler';

/**
 * What an address counts as: IPv4 itself (also when mapped into IPv6), IPv6 by its /64, which is one customer's line.
 * `ip` is express's `req.ip`, so `trust proxy` decides who it is.
 */
export function clientAddress(ip: string | undefined): string {
  if (ip === undefined || ip === '') return 'unknown';
  if (ip.startsWith('::ffff:') && ip.includes('.')) return ip.slice(7);
  return normalizeIp(ip, 64);
}
