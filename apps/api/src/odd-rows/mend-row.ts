import type { Key, Row, Value } from '../transfer/row';
import { columnIndex } from '../transfer/tables';
import { mendValue } from './mend-value';
import type { OddTable, RowRule } from './odd-table';
import { type RawType, type RawValue, rawValue, shownRaw } from './raw-value';
import { CUTTABLE, type Finding, SHORT_LIVED } from './rules';

/** A row as it stands there, and as it can be carried. */
export interface MendedRow {
  key: Key;
  raw: RawValue[];
  /** What is wrong with it; nothing for a row that only seemed odd. */
  findings: Finding[];
  /** The row to carry; null for one that is left out. It means nothing where a finding has no rule. */
  row: Row | null;
}

/** @param values those of OddTable.rawColumns, read with safeIntegers() */
export function mendRow(table: OddTable, values: readonly unknown[]): MendedRow {
  const { shape, rowRules } = table;
  const { columns } = shape;
  const raw = columns.map((_, place) => rawValue(values[place * 2] as RawType, values[place * 2 + 1]));
  const broken = rowRules.filter((_, place) => values[columns.length * 2 + place] === 1n);
  const findings = broken.flatMap((rule) => brokenRule(table, rule));
  const lost = new Set(broken.flatMap((rule) => ('foreignKey' in rule ? rule.foreignKey.columns : [])));
  const row = columns.map((column, place): Value => {
    // Whatever it is, it refers to nothing: that is what is wrong with it.
    if (lost.has(column.name)) return null;
    const isCuttable = CUTTABLE.has(`${shape.name}.${column.name}`);
    const mended = mendValue(raw[place] as RawValue, column, isCuttable);
    const isKey = shape.key.includes(column.name);
    for (const finding of mended.findings)
      findings.push(isKey ? brokenKey(table, column.name) : { column: column.name, ...finding });
    return mended.value;
  });
  const goes = findings.filter(({ rule }) => rule === 'leave-out');
  return {
    key: shape.key.map((name) => shownRaw(raw[columnIndex(shape, name)] as RawValue)),
    raw,
    ...(goes.length > 0 ? { findings: goes, row: null } : { findings, row }),
  };
}

const brokenKey = ({ shape }: OddTable, column: string): Finding => ({
  column,
  problem: 'key',
  rule: SHORT_LIVED.has(shape.name) ? 'leave-out' : null,
});

function brokenRule({ shape }: OddTable, rule: RowRule): Finding[] {
  if ('check' in rule) return [{ column: rule.column, problem: 'check', rule: null }];
  const { columns, onDelete } = rule.foreignKey;
  const isNullable = shape.columns.every(({ name, nullable }) => nullable || !columns.includes(name));
  const mended = onDelete === 'CASCADE' ? 'leave-out' : isNullable ? 'clear' : null;
  return columns.map((column) => ({ column, problem: 'reference', rule: mended }));
}
