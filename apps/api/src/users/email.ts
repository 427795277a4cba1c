import { z } from 'zod';

/**
 * What all spellings of an address have in common: one Unicode form, no letter case in any script.
 * Through upper case, so that letters with several lower-case forms (ß, ς, ı) meet; through lower case before, for the
 * capital ẞ; and into one form again, which changing case takes apart (ΐ).
 */
export function normaliseEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}

/** An address as people write it, in any script: something@something.something without spaces. */
const ADDRESS = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\.]+(\.[^\s@"(),:;<>[\]\\.]+)*\.[\p{L}\p{N}-]{2,}$/u;

export const emailSchema = z
  .string()
  .trim()
  .max(254, 'An address has at most 254 characters')
  .regex(ADDRESS, 'This is not an e-mail address')
  .refine((email) => !/[\p{Cc}\p{Cs}]/u.test(email), 'This is not an e-mail address')
  .refine((email) => normaliseEmail(email).length <= 300, 'This address is too long');
