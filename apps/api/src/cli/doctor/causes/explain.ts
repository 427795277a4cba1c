import type { Reason } from '../check';
import { AWS_REASONS } from './aws';
import { DATABASE_REASONS } from './database';
import { factsOf } from './error-chain';
import { FILE_REASONS } from './files';
import { MAIL_REASONS } from './mail';
import { NETWORK_REASONS } from './network';
import { REDIS_REASONS } from './redis';

/** Why something failed, by the code or name that its library gives it. */
export type Reasons = Readonly<Record<string, Reason>>;

/** What libraries and services call their failures; the nearer one wins. */
const ALL: Reasons = {
  ...NETWORK_REASONS,
  ...FILE_REASONS,
  ...REDIS_REASONS,
  ...MAIL_REASONS,
  ...DATABASE_REASONS,
  ...AWS_REASONS,
};

const UNKNOWN: Reason = {
  cause: 'nothing is known of this failure but its message',
  fix: 'the message stands above; the log of the server and of the service may say more',
};

/**
 * Cause and fix in plain words.
 * @param own reasons of the check, which win over the general ones
 */
export function explain(error: unknown, own: Reasons = {}): Reason {
  return reasonOf(error, own) ?? UNKNOWN;
}

/** As explain(); null for what nobody knows. */
export function reasonOf(error: unknown, own: Reasons = {}): Reason | null {
  const { codes, status, text } = factsOf(error);
  for (const reasons of [own, ALL]) {
    // What is said in words is nearer than a code that stands for many things.
    for (const [pattern, reason] of Object.entries(reasons))
      if (pattern.includes(' ') && text.includes(pattern)) return reason;
    for (const code of codes) if (Object.hasOwn(reasons, code)) return reasons[code] ?? null;
  }
  if (status === 403) return own['AccessDenied'] ?? ALL['AccessDenied'] ?? null;
  return null;
}
