import { isIP } from 'node:net';
import { z } from 'zod';

/** Ranges that express knows by name. */
const NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);
const EXPECTED =
  'expected true, false, a number of proxies, or addresses, ranges such as 10.0.0.0/8, loopback, linklocal, uniquelocal, separated by commas';

/** Whose `X-Forwarded-For` is believed, as express takes it: text would be the name of a range to it, digits too. */
export const trustedProxies = z
  .string()
  .default('loopback')
  .transform((text, context): boolean | number | string[] => {
    const value = text.trim();
    if (value === 'true' || value === 'false') return value === 'true';
    if (/^\d{1,3}$/.test(value)) return Number(value);
    const ranges = value.split(',').map((range) => range.trim());
    if (ranges.every((range) => NAMES.has(range) || isRange(range))) return ranges;
    context.addIssue({ code: 'custom', message: EXPECTED });
    return z.NEVER;
  });

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
