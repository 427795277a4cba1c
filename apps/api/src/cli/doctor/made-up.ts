import { randomBytes, randomInt } from 'node:crypto';

/** An address for documentation (RFC 3849) in a network that nobody was counted in before. */
export function madeUpAddress(): string {
  const group = (): string => randomBytes(2).toString('hex');
  return `2001:db8:${group()}:${group()}::1`;
}

/** One of the addresses of this machine's own loopback that nobody uses; Linux answers from all of them. */
export const spareLoopback = (): string =>
  `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(2, 255)}`;

/** An account that cannot be there: `.invalid` is no domain (RFC 2606). */
export const madeUpAccount = (): { email: string; password: string } => ({
  email: `doctor-${randomBytes(9).toString('hex')}@doctor.invalid`,
  password: randomBytes(18).toString('base64url'),
});
