import { type Key, type Row, compareKeys, keyReader } from './row';
import type { RowSource } from './row-source';
import type { TableShape } from './tables';

export interface RowDifference {
  key: Key;
  /** Names of the columns that differ; never their values, which are somebody's. */
  differs: 'only in the source' | 'only in the target' | { columns: string[] };
}

/**
 * Where two tables differ, walked side by side in the order of their key.
 * @param limit ends the walk: of a table that is not there at all nobody wants to read every key. Close both sources then
 */
export async function firstDifferences(
  table: TableShape,
  source: RowSource,
  target: RowSource,
  limit: number,
): Promise<RowDifference[]> {
  const keyOf = keyReader(table);
  const differences: RowDifference[] = [];
  const [left, right] = [rowsOf(source, table), rowsOf(target, table)];
  let [one, other] = [await next(left), await next(right)];
  while ((one !== null || other !== null) && differences.length < limit) {
    const order = one === null ? 1 : other === null ? -1 : compareKeys(keyOf(one), keyOf(other));
    if (order < 0) differences.push({ key: keyOf(one as Row), differs: 'only in the source' });
    if (order > 0) differences.push({ key: keyOf(other as Row), differs: 'only in the target' });
    if (order === 0) {
      const columns = differingColumns(table, one as Row, other as Row);
      if (columns.length > 0) differences.push({ key: keyOf(one as Row), differs: { columns } });
    }
    if (order <= 0) one = await next(left);
    if (order >= 0) other = await next(right);
  }
  return differences;
}

async function* rowsOf(source: RowSource, table: TableShape): AsyncGenerator<Row> {
  for await (const batch of source.rows(table)) yield* batch;
}

async function next(rows: AsyncGenerator<Row>): Promise<Row | null> {
  const { done, value } = await rows.next();
  return done === true ? null : (value as Row);
}

const differingColumns = ({ columns }: TableShape, one: Row, other: Row): string[] =>
  columns.filter((_, place) => one[place] !== other[place]).map(({ name }) => name);
