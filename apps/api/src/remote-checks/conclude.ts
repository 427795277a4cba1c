import { writeFileSync } from 'node:fs';
import { renderJson, renderTable } from '../cli/doctor/render';
import type { CheckReport } from '../cli/doctor/runner';
import { renderJunit } from './junit';

/** What is said beside the checks. */
export interface Conclusion {
  /** Name of the command: `smoke`. */
  readonly suite: string;
  readonly reports: readonly CheckReport[];
  /** What else programs are to hear. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/**
 * Prints the reports, and writes those for CI.
 * @returns the exit code: 0 unless a check failed; a warning is no failure
 */
export function conclude(
  { suite, reports, about }: Conclusion,
  { url, json = false, junit }: { url: URL; json?: boolean | undefined; junit?: string | undefined },
): 0 | 1 {
  const colour = process.stdout.isTTY === true && process.stdout.getColorDepth() > 1;
  process.stdout.write(
    json ? renderJson(reports, { url: url.origin, ...about }) : renderTable(reports, colour),
  );
  if (junit !== undefined) writeFileSync(junit, renderJunit(suite, reports));
  return reports.some(({ verdict }) => verdict === 'failure') ? 1 : 0;
}
