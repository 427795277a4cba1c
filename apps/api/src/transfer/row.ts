import { type TableShape, columnIndex } from './tables';

export type Value = string | number | null;

/** Values in the order of the table's columns. */
export type Row = readonly Value[];

/** Values of a primary key, in its order. */
export type Key = readonly Value[];

/** Takes the key out of a row. */
export function keyReader(table: TableShape): (row: Row) => Key {
  const places = table.key.map((column) => columnIndex(table, column));
  return (row) => places.map((place) => row[place] as Value);
}

/** Negative, 0 or positive, as both engines order keys: numbers by size, texts by their UTF-8. */
export function compareKeys(one: Key, other: Key): number {
  for (const [place, left] of one.entries()) {
    const right = other[place] as Value;
    if (left === right) continue;
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
  }
  return 0;
}

/** A key as people read it: `rid 17`, `user_rid 3, key abc`. */
export const describeKey = (table: TableShape, key: Key): string =>
  table.key.map((column, place) => `${column} ${String(key[place])}`).join(', ');
