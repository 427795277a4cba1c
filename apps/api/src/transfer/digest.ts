import { createHash } from 'node:crypto';
import type { RowSource } from './row-source';
import type { TableShape } from './tables';

/** What a table holds, in two words: equal for two tables exactly when every row of them is. */
export interface TableDigest {
  rows: number;
  /** SHA-256 over the canonical lines of all rows in the order of their key; 64 hexadecimal digits. */
  sha256: string;
}

/** By name of the table. */
export type DeskDigest = Record<string, TableDigest>;

/** @param onRows told how many rows were read since it was last told */
export async function digestTable(
  source: RowSource,
  table: TableShape,
  onRows?: (rows: number) => void,
): Promise<TableDigest> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const lines of source.lines(table)) {
    hash.update(lines.bytes);
    rows += lines.rows;
    onRows?.(lines.rows);
  }
  return { rows, sha256: hash.digest('hex') };
}

/** @param onRows as with digestTable(), with the table that they are of */
export async function digestDesk(
  source: RowSource,
  tables: readonly TableShape[],
  onRows?: (table: TableShape, rows: number) => void,
): Promise<DeskDigest> {
  const digest: DeskDigest = {};
  for (const table of tables) {
    digest[table.name] = await digestTable(source, table, (rows) => onRows?.(table, rows));
  }
  return digest;
}

/** Names of tables that are not the same in both, in the order of the first. */
export function differingTables(one: DeskDigest, other: DeskDigest): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter(
    (name) => one[name]?.rows !== other[name]?.rows || one[name]?.sha256 !== other[name]?.sha256,
  );
}
