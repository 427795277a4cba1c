import { RefusedError } from '../common/operator-errors';
import type { TableShape } from '../transfer/tables';
import { duration } from './meter';
import type { MoveOptions } from './move-options';
import { type MovePlan, planMove } from './plan';
import { holdSource } from './source-hold';

/**
 * What a move would do, in words; nothing is written.
 * @throws RefusedError with the plan and all that speaks against it
 */
export async function dryRun(
  options: MoveOptions,
  tables: readonly TableShape[],
): Promise<{ plan: MovePlan; text: string }> {
  const hold = await holdSource(options.from);
  try {
    const plan = await planMove(options, tables);
    if (hold.obstacle !== null) plan.obstacles.unshift(hold.obstacle);
    if (plan.obstacles.length === 0) return { plan, text: planText(plan) };
    const lines = [planText(plan), '', 'This would stop it:', ...plan.obstacles.map((line) => `  - ${line}`)];
    throw Object.assign(new RefusedError(lines.join('\n')), { details: plan });
  } finally {
    hold.release();
  }
}

function planText(plan: MovePlan): string {
  const { from, to, versions, tables, rows, bytes, seconds, resumes, identity } = plan;
  const line = (name: string, count: number, size: number): string =>
    `  ${name.padEnd(22)}${count.toLocaleString('en').padStart(12)} rows${megabytes(size).padStart(12)}`;
  return [
    `From ${from} (${versions.from || 'not readable'}), schema ${identity.migrations.at(-1) ?? 'unknown'}`,
    `To   ${to} (${versions.to || 'not reachable'})${resumes ? ', where an earlier run has begun' : ''}`,
    ...tables.map((table) => line(table.name, table.rows, table.bytes)),
    line('all', rows, bytes),
    `Expected time: ${duration(seconds)}, proof included, where both are near and have a core each`,
  ].join('\n');
}

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;
