import { setMaxListeners } from 'node:events';
import type { Finding } from '../cli/doctor/check';
import { type CheckReport, runChecks, type RunOptions } from '../cli/doctor/runner';
import { RefusedError } from '../common/operator-errors';
import { LimitReachedError } from '../remote-checks/expectation';
import { cleanUp } from '../smoke/clean-up';
import type { Housekeeping } from '../smoke/housekeeping';
import { howToMake } from '../smoke/smoke';
import { MAIL_SIMULATOR, Visit } from '../smoke/visit';
import { type AuditContext, notChecked, type SecurityCheck } from './audit-check';
import { SECURITY_CHECKS } from './checks';

export interface AuditOptions extends Omit<AuditContext, 'visit'>, RunOptions {
  /** Null where nobody could remove a made-up customer: what needs one is not checked then. */
  readonly housekeeping: Housekeeping | null;
  readonly mailDomain?: string;
}

/** Looks at everything. Never throws for what is wrong with it, and leaves nothing behind: what could not be removed is named. */
export async function runAudit(options: AuditOptions): Promise<readonly CheckReport[]> {
  const { housekeeping, mailDomain: _ofTheVisit, only, skip, onReport, signal, ...known } = options;
  const visit = await visitOf(options);
  const { together, last } = SECURITY_CHECKS;
  // Each check under way hears of the end.
  if (signal) setMaxListeners(together.length, signal);
  const reports = await runChecks<AuditContext>(
    { together: together.map(prepared), last: last.map(prepared) },
    { ...known, visit },
    { only, skip, ...(onReport && { onReport }), ...(signal && { signal }) },
  );
  if (housekeeping === null || typeof visit === 'string' || visit.emails.length === 0) return reports;
  return [...reports, await cleanUp(visit, housekeeping)];
}

/** @returns the reason where there can be none */
async function visitOf({ remote, housekeeping, mailDomain = MAIL_SIMULATOR }: AuditOptions) {
  if (housekeeping === null)
    return 'it needs a made-up customer, and nobody could remove it again: set SMOKE_ADMIN_EMAIL and SMOKE_ADMIN_PASSWORD, or use --with-database on the machine';
  try {
    return new Visit(remote, { mailDomain, makeAccount: await howToMake(remote, housekeeping) });
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}

/** Names its requirements in the reports, and takes a limit that was reached for what it is: no finding. */
const prepared = (check: SecurityCheck): SecurityCheck => ({
  ...check,
  guide: `ASVS 5.0: ${check.asvs.join(', ')}`,
  run: async (context, signal): Promise<Finding> => {
    try {
      return await check.run(context, signal);
    } catch (error) {
      if (error instanceof LimitReachedError) return notChecked(`${error.message}: ${error.reason.fix}`);
      throw error;
    }
  },
});
