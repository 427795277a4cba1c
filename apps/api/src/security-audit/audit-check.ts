import type { Answer, Question } from '../cli/doctor/ask';
import { type Check, type Finding, skipped } from '../cli/doctor/check';
import type { Config } from '../config/config';
import { withinLimits } from '../remote-checks/expectation';
import type { Remote } from '../remote-checks/remote';
import type { Visit } from '../smoke/visit';

/** What is known of the desk from its own configuration; the reason where there is none, as on a laptop that asks from afar. */
export type KnownConfig =
  { readonly config: Config; readonly problem: null } | { readonly config: null; readonly problem: string };

/** What every check may read. */
export interface AuditContext {
  readonly remote: Remote;
  /** Of the desk, where the audit runs on its machine or with its variables. */
  readonly desk: KnownConfig;
  /** The installation or the checkout. */
  readonly directory: string;
  /** Files beside it that may hold variables: PM2's dump, the machine's. */
  readonly files: readonly string[];
  /** Ports that may be open, beside those of the address. */
  readonly allowedPorts: readonly number[];
  /** Of the client, where a CDN serves it. */
  readonly clientBucket?: string | undefined;
  /** Wrong passwords may be tried though it shuts out the address they come from. */
  readonly mayShutOut: boolean;
  /** Has a made-up customer for what strangers may not try; the reason where nobody could remove it again. */
  readonly visit: Visit | string;
  /** How npm is started. */
  readonly npm: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface SecurityCheck extends Check<AuditContext> {
  /** Requirements of ASVS 5.0 that it looks at. */
  readonly asvs: readonly string[];
}

/** Neither good nor bad: nobody has looked. */
export const notChecked = (why: string): Finding => skipped(`not checked: ${why}`);

/**
 * A question that holds nothing secret: who answers need not be trusted.
 * @throws LimitReachedError
 */
export async function look(
  { remote }: AuditContext,
  path: string,
  signal: AbortSignal,
  question: Omit<Question, 'signal'> = {},
): Promise<Answer> {
  return withinLimits(await remote.ask(path, { verified: false, ...question, signal }));
}

/** A header as one text; empty where it is not there. */
export const headerOf = ({ headers }: Answer, name: string): string => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
};
