import { join } from 'node:path';
import { type RepairCounts, recordRepairs } from '../odd-rows/repair-record';
import { RepairedRowSource } from '../odd-rows/repaired.row-source';
import { RULES, type Rule } from '../odd-rows/rules';
import type { TableShape } from '../transfer/tables';
import type { MoveOptions } from './move-options';
import type { Begun } from './move-target';
import type { MovePlan } from './plan';

export interface Repairs {
  counts: RepairCounts;
  /** A line of JSON for each change. */
  file: string;
}

/** Writes down every change that the move makes to odd rows; null where there are none. */
export async function recordMended(
  { from, reports, signal }: MoveOptions,
  { odd }: MovePlan,
  { at, mask }: Begun,
  tables: readonly TableShape[],
): Promise<Repairs | null> {
  if (from.type !== 'sqlite' || odd === null || odd.total === 0) return null;
  const file = join(reports, `repairs_${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}.ndjson`);
  const source = RepairedRowSource.openRepaired(from.path, tables, odd);
  try {
    return { counts: await recordRepairs(source, tables, file, signal, mask === null), file };
  } finally {
    await source.close();
  }
}

export const repairsText = ({ counts, file }: Repairs): string[] => [
  `Mended, each change in ${file}:`,
  ...Object.entries(counts).map(
    ([rule, count]) => `  ${count.toLocaleString('en')} times: it ${RULES[rule as Rule]}`,
  ),
];
