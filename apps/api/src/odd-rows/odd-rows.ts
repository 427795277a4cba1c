import { type Key, type Value, describeKey } from '../transfer/row';
import type { TableShape } from '../transfer/tables';
import type { MendedRow } from './mend-row';
import { type Finding, PROBLEMS, type Problem, RULES, type Rule } from './rules';

/** One oddity of one column: how many rows have it, and the first of their keys. */
export interface OddGroup {
  table: string;
  column: string;
  problem: Problem;
  /** How `--repair` mends it; null where nothing does. */
  rule: Rule | null;
  rows: number;
  /** A text only by how it begins: it may be an address, and this is read aloud. */
  keys: Key[];
}

/** What a scan found; plain data, so that it goes through JSON and to another thread. */
export interface OddRows {
  groups: OddGroup[];
  /** Findings, of all groups. */
  total: number;
  /** Those of them that nothing mends. */
  obstacles: number;
  /** By name of the tables that have rows to be mended: how many of them are left out. */
  leftOut: Record<string, number>;
}

export class OddRowsFound {
  private readonly groups = new Map<string, OddGroup>();
  private readonly leftOut: Record<string, number> = {};

  /** @param listed keys of one group that are named; the rest is only counted */
  constructor(private readonly listed: number) {}

  addRow({ name }: TableShape, { key, findings, row }: MendedRow): void {
    for (const finding of findings) this.add(name, key, finding);
    this.leftOut[name] = (this.leftOut[name] ?? 0) + (row === null ? 1 : 0);
  }

  add(table: string, key: Key, { column, problem, rule }: Finding): void {
    const name = [table, column, problem, rule].join();
    const group = this.groups.get(name) ?? { table, column, problem, rule, rows: 0, keys: [] };
    this.groups.set(name, group);
    group.rows += 1;
    if (group.keys.length < this.listed) group.keys.push(key.map(toldKey));
  }

  result(): OddRows {
    const groups = [...this.groups.values()];
    const sum = (some: OddGroup[]): number => some.reduce((rows, group) => rows + group.rows, 0);
    return {
      groups,
      total: sum(groups),
      obstacles: sum(groups.filter(({ rule }) => rule === null)),
      leftOut: this.leftOut,
    };
  }
}

const toldKey = (value: Value): Value =>
  typeof value === 'string' ? `${value.slice(0, 3)}… (${value.length} characters)` : value;

/** A line for each group, as operators read it. */
export function describeOddRows({ groups }: OddRows, tables: readonly TableShape[]): string[] {
  return groups.map(({ table, column, problem, rule, rows, keys }) => {
    const shape = tables.find(({ name }) => name === table) as TableShape;
    const named = keys.map((key) => describeKey(shape, key)).join('; ');
    const more = rows > keys.length ? `; and ${rows - keys.length} more` : '';
    const cure = rule === null ? 'nothing mends it' : `--repair: it ${RULES[rule]}`;
    return `${table}.${column}: ${PROBLEMS[problem]} (${cure}) at ${named}${more}`;
  });
}
