import { jsonOf } from '../cli/doctor/ask';
import { type CheckReport, runChecks } from '../cli/doctor/runner';
import { RefusedError } from '../common/operator-errors';
import type { Remote } from '../remote-checks/remote';
import { SMOKE_CHECKS } from './checks';
import { cleanUp } from './clean-up';
import type { SmokeContext } from './context';
import type { Housekeeping } from './housekeeping';
import type { LogFinder } from './log-finder';
import { MAIL_SIMULATOR, Visit } from './visit';

export interface SmokeOptions {
  readonly remote: Remote;
  /** Null where nothing may be written. */
  readonly housekeeping: Housekeeping | null;
  readonly logs?: LogFinder | string;
  readonly expectVersion?: string | undefined;
  readonly clientOrigin?: string | undefined;
  readonly mailDomain?: string;
  readonly trySignInLimit?: boolean;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly now?: () => number;
  /** Aborted: no further check is made, and what was made is removed. */
  readonly signal?: AbortSignal;
}

const PATIENCE_MS = 10_000;
const NO_LOG = 'the log is not reachable from here: --with-database on the machine, --log-dir or --log-group';

/** Whether any of the chosen checks writes. */
export const writes = (only: readonly string[], skip: readonly string[]): boolean =>
  SMOKE_CHECKS.some(
    ({ name, writes: it }) => it && (only.length === 0 || only.includes(name)) && !skip.includes(name),
  );

/**
 * Walks through a running desk as its people do. Never throws for what is wrong with it, and leaves nothing behind: what
 * could not be removed is named.
 * @throws RefusedError where accounts can be made by nobody; nothing was made then
 */
export async function runSmoke(options: SmokeOptions): Promise<readonly CheckReport[]> {
  const { remote, housekeeping, only = [], skip = [], signal } = options;
  const makeAccount = housekeeping && writes(only, skip) ? await howToMake(remote, housekeeping) : undefined;
  const visit = new Visit(remote, { mailDomain: options.mailDomain ?? MAIL_SIMULATOR, makeAccount });
  const readOnly = SMOKE_CHECKS.filter((check) => check.writes && housekeeping === null);
  const reports = await runChecks({ together: [], last: SMOKE_CHECKS }, contextOf(options, visit), {
    only,
    skip: [...skip, ...readOnly.map(({ name }) => name)],
    ...(signal && { signal }),
  });
  if (housekeeping === null || visit.emails.length === 0) return reports;
  return [...reports, await cleanUp(visit, housekeeping)];
}

function contextOf(options: SmokeOptions, visit: Visit): SmokeContext {
  const { remote, expectVersion = null, clientOrigin = remote.url.origin } = options;
  return {
    remote,
    visit,
    expectVersion,
    clientOrigin,
    trySignInLimit: options.trySignInLimit ?? false,
    logs: options.logs ?? NO_LOG,
    now: options.now ?? Date.now,
  };
}

/** @returns undefined where people register */
export async function howToMake(remote: Remote, { makeAccount }: Housekeeping) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  // Who does not answer now will fail the checks.
  const told = await remote.ask('/config.json', { signal }).catch(() => null);
  const { features } = (told === null ? {} : jsonOf(told)) as { features?: { registration?: boolean } };
  if (features?.registration !== false) return undefined;
  if (makeAccount === null)
    throw new RefusedError(
      'Customers make no accounts at this desk, so that there is nobody to try it as: use --with-database on the machine, or --read-only. Nothing was made',
    );
  return makeAccount;
}
