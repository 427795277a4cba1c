import { open } from 'node:fs/promises';
import type { Key, Value } from '../transfer/row';
import { type TableShape, columnIndex } from '../transfer/tables';
import type { MendedRow } from './mend-row';
import { type RawValue, recordRaw } from './raw-value';
import type { RepairedRowSource } from './repaired.row-source';
import type { Rule } from './rules';

/** What was done, by name of the rule: how many values, or rows, it was applied to. */
export type RepairCounts = Partial<Record<Rule, number>>;

/** A line of the record. */
export type RepairLine = { table: string; key: Key } & (
  | { column: string; rules: Rule[]; before?: object | null; after?: Value }
  | { leftOut: Record<string, object | null> | true; because: string[] }
);

/**
 * Writes down every change that a repair makes: a line of JSON for each value, and for each row that is left out, with what
 * stood there exactly. The file holds what people wrote, so that only its owner reads it. It is written anew as often as the
 * move begins, and is the same each time.
 * @param path of a file in a folder that is there
 * @param withValues false for a desk that is masked: nothing of what stood there is written down, nor a key that is a text
 */
export async function recordRepairs(
  source: RepairedRowSource,
  tables: readonly TableShape[],
  path: string,
  signal?: AbortSignal,
  withValues = true,
): Promise<RepairCounts> {
  const counts: RepairCounts = {};
  const file = await open(path, 'w', 0o600);
  try {
    for (const table of tables)
      for (const row of source.mended(table)) {
        signal?.throwIfAborted();
        for (const line of linesOf(table, row))
          await file.write(`${JSON.stringify(withValues ? line : withoutValues(line))}\n`);
        for (const { rule } of row.findings) if (rule !== null) counts[rule] = (counts[rule] ?? 0) + 1;
      }
    await file.sync();
    return counts;
  } finally {
    await file.close();
  }
}

function linesOf(table: TableShape, { key, raw, findings, row }: MendedRow): RepairLine[] {
  if (findings.length === 0) return [];
  const before = (column: string) => recordRaw(raw[columnIndex(table, column)] as RawValue);
  const names = [...new Set(findings.map(({ column }) => column))];
  if (row === null) {
    const leftOut = Object.fromEntries(table.columns.map(({ name }) => [name, before(name)]));
    return [{ table: table.name, key, leftOut, because: names }];
  }
  return names.map((column) => ({
    ...{ table: table.name, key, column },
    rules: findings.filter((finding) => finding.column === column).map(({ rule }) => rule as Rule),
    ...{ before: before(column), after: row[columnIndex(table, column)] as Value },
  }));
}

function withoutValues({ table, key: whole, ...line }: RepairLine): RepairLine {
  const key = whole.map((value) => (typeof value === 'string' ? null : value));
  return 'column' in line
    ? { table, key, column: line.column, rules: line.rules }
    : { table, key, leftOut: true, because: line.because };
}
