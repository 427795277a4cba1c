import type Database from 'better-sqlite3';
import { type TableShape, quoted } from '../transfer/tables';

/** A stretch of a table: an SQL condition on `t` over the first column of its key, and its values. */
export interface KeyRange {
  condition: string;
  values: bigint[];
  rows: number;
}

const FIRST = -(2n ** 63n);

/** A table cut into stretches of some `size` rows, in the order of its key. */
export function* keyRanges(
  connection: Database.Database,
  { name, key, columns }: TableShape,
  size: number,
): Generator<KeyRange> {
  const first = `t.${quoted(key[0] as string)}`;
  const prepare = (sql: string) => connection.prepare(sql).safeIntegers().pluck();
  const all = prepare(`select count(*) from ${quoted(name)}`);
  // A text key may be broken itself, and such tables are small.
  if (columns.find((column) => column.name === key[0])?.kind !== 'integer')
    return yield { condition: 'true', values: [], rows: Number(all.get()) };
  const from = `from ${quoted(name)} t where ${first}`;
  const ahead = prepare(`select ${first} ${from} >= ? order by ${first} limit 1 offset ${size}`);
  const next = prepare(`select ${first} ${from} > ? order by ${first} limit 1`);
  const rest = prepare(`select count(*) ${from} >= ?`);
  for (let start = FIRST; ;) {
    const found = ahead.get(start);
    // One value may have more rows than that.
    const end = found === start ? next.get(start) : found;
    if (typeof end !== 'bigint')
      return yield { condition: `${first} >= ?`, values: [start], rows: Number(rest.get(start)) };
    yield { condition: `${first} >= ? and ${first} < ?`, values: [start, end], rows: size };
    start = end;
  }
}
