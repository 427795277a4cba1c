import { CheckFailedError, failure, skipped } from './check';
import type { Check, Finding } from './check';
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
  /** Aborted: the check under way is cut off, and those behind it are not made. */
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
/** What was cut off may still tidy up behind itself for so long. */
const TIDY_MS = 3_000;
const INTERRUPTED = 'interrupted';

/**
 * Makes the checks, all of `together` at once and `last` behind them, each for no longer than its time-out: one that
 * hangs costs its own time only.
 * @returns their reports in the order of the lists
 */
export async function runChecks<Context>(
  { together, last }: { together: readonly Check<Context>[]; last: readonly Check<Context>[] },
  context: Context,
  options: RunOptions,
): Promise<CheckReport[]> {
  const stragglers: Promise<unknown>[] = [];
  const { only } = options;
  const wanted = (checks: readonly Check<Context>[]) =>
    checks.filter(({ name }) => only.length === 0 || only.includes(name));
  const run = (check: Check<Context>) => runCheck(check, context, options, stragglers);
  const reports = await Promise.all(wanted(together).map(run));
  for (const check of wanted(last)) reports.push(await run(check));
  await Promise.race([
    Promise.all(stragglers),
    new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref()),
  ]);
  return reports;
}

async function runCheck<Context>(
  check: Check<Context>,
  context: Context,
  options: RunOptions,
  stragglers: Promise<unknown>[],
): Promise<CheckReport> {
  const startedAt = performance.now();
  const finding = options.skip.includes(check.name)
    ? skipped('left out')
    : await findIn(check, context, options, stragglers);
  const report = {
    name: check.name,
    ...(check.guide !== undefined && { guide: check.guide }),
    ...finding,
    ms: Math.round(performance.now() - startedAt),
  };
  options.onReport?.(report);
  return report;
}

async function findIn<Context>(
  check: Check<Context>,
  context: Context,
  { signal }: RunOptions,
  stragglers: Promise<unknown>[],
): Promise<Finding> {
  if (signal?.aborted) return skipped(INTERRUPTED);
  const { timeoutMs = TIMEOUT_MS } = check;
  const [controller, ended] = [new AbortController(), new AbortController()];
  const cut = new Promise<Finding>((resolve) => {
    const cutOff = (why: string, finding: Finding): void => {
      controller.abort(new Error(why));
      resolve(finding);
    };
    const late = () => cutOff('the check took too long', lateFinding(check, timeoutMs, context));
    const timer = setTimeout(late, timeoutMs);
    ended.signal.addEventListener('abort', () => clearTimeout(timer));
    const interrupted = () => cutOff(INTERRUPTED, skipped(INTERRUPTED));
    signal?.addEventListener('abort', interrupted, { signal: ended.signal });
  });
  const made = attempt(check, context, controller.signal);
  stragglers.push(made);
  try {
    return await Promise.race([made, cut]);
  } finally {
    ended.abort();
  }
}

/** Never rejects. */
async function attempt<Context>(
  check: Check<Context>,
  context: Context,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    return await check.run(context, signal);
  } catch (error) {
    return found(check, error, context);
  }
}

function found<Context>(check: Check<Context>, error: unknown, context: Context): Finding {
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

function lateFinding<Context>(check: Check<Context>, timeoutMs: number, context: Context): Finding {
  const silence = Object.assign(new Error(`no answer within ${timeoutMs / 1_000} s`), { code: 'ETIMEDOUT' });
  return failure(silence.message, check.explain?.(silence, context) ?? explain(silence));
}
