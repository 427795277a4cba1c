import { CheckFailedError, failure, skipped } from './check';
import type { DoctorCheck, DoctorContext, Finding } from './check';
import { isError } from './causes/error-chain';
import { explain } from './causes/explain';

export interface CheckReport extends Finding {
  readonly name: string;
  readonly guide?: string;
  /** How long it took, whole milliseconds. */
  readonly ms: number;
}

export interface RunOptions {
  /** Names of the checks that are left out. */
  readonly skip: readonly string[];
  /** Names of the only checks that are made; all where empty. */
  readonly only: readonly string[];
  /** Hears of each check when it is through. */
  readonly onReport?: (report: CheckReport) => void;
}

const TIMEOUT_MS = 10_000;
/** What was cut off may still tidy up behind itself for so long. */
const TIDY_MS = 3_000;

/**
 * Makes the checks, all of `together` at once and `last` behind them, each for no longer than its time-out: one that
 * hangs costs its own time only.
 * @returns their reports in the order of the lists
 */
export async function runChecks(
  { together, last }: { together: readonly DoctorCheck[]; last: readonly DoctorCheck[] },
  context: DoctorContext,
  options: RunOptions,
): Promise<CheckReport[]> {
  const stragglers: Promise<unknown>[] = [];
  const { only } = options;
  const wanted = (checks: readonly DoctorCheck[]) =>
    checks.filter(({ name }) => only.length === 0 || only.includes(name));
  const run = (check: DoctorCheck) => runCheck(check, context, options, stragglers);
  const reports = await Promise.all(wanted(together).map(run));
  for (const check of wanted(last)) reports.push(await run(check));
  await Promise.race([
    Promise.all(stragglers),
    new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref()),
  ]);
  return reports;
}

async function runCheck(
  check: DoctorCheck,
  context: DoctorContext,
  { skip, onReport }: RunOptions,
  stragglers: Promise<unknown>[],
): Promise<CheckReport> {
  const startedAt = performance.now();
  const finding = skip.includes(check.name) ? skipped('left out') : await findIn(check, context, stragglers);
  const report = {
    name: check.name,
    ...(check.guide !== undefined && { guide: check.guide }),
    ...finding,
    ms: Math.round(performance.now() - startedAt),
  };
  onReport?.(report);
  return report;
}

async function findIn(
  check: DoctorCheck,
  context: DoctorContext,
  stragglers: Promise<unknown>[],
): Promise<Finding> {
  const { timeoutMs = TIMEOUT_MS } = check;
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      controller.abort(new Error('the check took too long'));
      resolve(lateFinding(check, timeoutMs, context));
    }, timeoutMs);
  });
  const made = attempt(check, context, controller.signal);
  stragglers.push(made);
  try {
    return await Promise.race([made, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Never rejects. */
async function attempt(check: DoctorCheck, context: DoctorContext, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(context, signal);
  } catch (error) {
    return found(check, error, context);
  }
}

function found(check: DoctorCheck, error: unknown, context: DoctorContext): Finding {
  const message = messageOf(error);
  if (error instanceof CheckFailedError) return failure(message, error.reason);
  return failure(message, check.explain?.(error, context) ?? explain(error));
}

/** The message, and that of the nearest cause where it says more. */
function messageOf(error: unknown): string {
  if (!isError(error)) return String(error);
  const { cause } = error;
  const own = error.message || error.name;
  return isError(cause) && cause.message !== '' && !own.includes(cause.message)
    ? `${own} (${cause.message})`
    : own;
}

function lateFinding(check: DoctorCheck, timeoutMs: number, context: DoctorContext): Finding {
  const silence = Object.assign(new Error(`no answer within ${timeoutMs / 1_000} s`), { code: 'ETIMEDOUT' });
  return failure(silence.message, check.explain?.(silence, context) ?? explain(silence));
}
