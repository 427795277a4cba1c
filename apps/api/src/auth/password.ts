import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import { ValidationError } from '../common/domain-error';
import { normaliseEmail } from '../users/email';
import { COMMON_PASSWORDS } from './common-passwords';

/** OWASP's figures for argon2id: 19 MiB, 2 passes, 1 lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const newPasswordSchema = z
  .string()
  .min(10, 'A password has at least 10 characters')
  .max(128, 'A password has at most 128 characters');

/** A password that is only compared: any length that newPasswordSchema lets pass, and shorter ones to say no to. */
export const presentPasswordSchema = z.string().min(1, 'A password is needed').max(128);

/**
 * Compatible forms of one character count as the same, as NIST 800-63B asks: a password typed on another
 * keyboard stays the same password.
 */
const canonical = (password: string): string => password.normalize('NFKC');

export function hashPassword(password: string): Promise<string> {
  return hash(canonical(password), ARGON2);
}

/** What an unknown account is compared with, so that it takes as long as a known one: a hash made with these figures. */
const DECOY =
  '$argon2id$v=19$m=19456,t=2,p=1$yN0l7v9R19EXJgp5DnspJA$AC+Tph7cASvONKXil+dlw3C53FOZI0NV6CcPk2UkPig';

/** @param passwordHash null for an account that does not exist or has no password: takes the same time, is false */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? DECOY, canonical(password));
  return matches && passwordHash !== null;
}

/** @throws ValidationError when the password is common or is the address itself */
export function assertGoodPassword(password: string, email: string, pointer = '/password'): void {
  const plain = canonical(password).trim().toLowerCase();
  if (COMMON_PASSWORDS.has(plain)) {
    throw ValidationError.of(pointer, 'This password is among the commonest ones: choose another');
  }
  const address = normaliseEmail(email);
  if (normaliseEmail(password) === address || plain === address.split('@')[0]) {
    throw ValidationError.of(pointer, 'The password is the e-mail address: choose another');
  }
}
