import { writeFileSync } from 'node:fs';
import { renderJson, renderTable } from '../cli/doctor/render';
import type { Environment } from '../cli/doctor/load';
import type { CheckReport } from '../cli/doctor/runner';
import { withoutSecrets } from '../cli/doctor/secrets';
import type { Output } from '../cli/operator';
import { renderJunit } from './junit';

/** What a look at a deployment came to. */
export interface Conclusion {
  /** Name of the command: `smoke`. */
  readonly suite: string;
  readonly reports: readonly CheckReport[];
  readonly interrupted: boolean;
  /** Variables whose secrets must not be shown. */
  readonly env: Environment;
  /** Values of secrets that stand in no variable. */
  readonly secrets?: readonly string[];
}

const INTERRUPTED = 130;

/**
 * Writes the reports for CI and prints them, without secrets, and sets the exit code: 1 where a check failed, which a warning
 * is not, 130 where it was interrupted.
 */
export function conclude(
  { suite, reports, interrupted, env, secrets = [] }: Conclusion,
  { url, json = false, junit }: { url: URL; json?: boolean | undefined; junit?: string | undefined },
  output: Output,
): void {
  const shown = withoutSecrets(reports, env, secrets);
  if (junit !== undefined) writeFileSync(junit, renderJunit(suite, shown));
  const colour = process.stdout.isTTY === true && process.stdout.getColorDepth() > 1;
  process.stdout.write(
    json ? renderJson(shown, { url: url.origin, interrupted }) : renderTable(shown, colour),
  );
  process.exitCode = shown.some(({ verdict }) => verdict === 'failure') ? 1 : 0;
  if (!interrupted) return;
  output.line('Interrupted: the checks that were not made are left out');
  process.exitCode = INTERRUPTED;
}
