import type Database from 'better-sqlite3';
import type { Key, Row, Value } from '../transfer/row';
import { type TableShape, columnIndex, quoted } from '../transfer/tables';
import type { MendedRow } from './mend-row';
import { rawColumns, rawValue, shownRaw, type RawType } from './raw-value';

/** Lists of columns whose values are unique together; a key of numbers is the table's own order, and needs no look. */
function uniqueColumns({ uniques, key, columns }: TableShape): string[][] {
  const hasText = columns.some(({ name, kind }) => kind === 'text' && key.includes(name));
  return hasText ? [...uniques, key] : uniques;
}

/** Keys of rows that are there twice in a unique index, as only a damaged one lets them. */
export function* duplicates(
  connection: Database.Database,
  table: TableShape,
): Generator<{ columns: string[]; key: Key }> {
  const keys = table.key.map((column) => rawColumns(quoted(column))).join(', ');
  for (const columns of uniqueColumns(table)) {
    const list = columns.map(quoted).join(', ');
    // Whatever the index says: it is what may be damaged.
    const isNull = columns.map((column) => `${quoted(column)} is null`).join(' or ');
    const rows = connection.prepare(
      `select ${keys} from ${quoted(table.name)} not indexed where (${list}) in
        (select ${list} from ${quoted(table.name)} not indexed where not (${isNull}) group by ${list} having count(*) > 1)
       order by ${list}`,
    );
    for (const values of rows.safeIntegers().raw().iterate() as Iterable<unknown[]>)
      yield { columns, key: table.key.map((_, place) => shownKey(values, place)) };
  }
}

const shownKey = (values: readonly unknown[], place: number): Value =>
  shownRaw(rawValue(values[place * 2] as RawType, values[place * 2 + 1]));

/** Notices where a mended value is one that another row has, or has been mended to as well. */
export class MendedUniques {
  private readonly mended = new Map<string, Set<string>>();

  constructor(
    private readonly connection: Database.Database,
    private readonly table: TableShape,
  ) {}

  /** @returns the columns of the unique index in which this row meets another */
  meetsAnother({ row, findings }: MendedRow): string[] | null {
    if (row === null) return null;
    const changed = new Set(findings.map(({ column }) => column));
    const indexes = this.table.uniques.filter((columns) => columns.some((column) => changed.has(column)));
    return indexes.find((columns) => this.isTaken(columns, row)) ?? null;
  }

  private isTaken(columns: string[], row: Row): boolean {
    const values = columns.map((column) => row[columnIndex(this.table, column)] as Value);
    const where = columns.map((column) => `${quoted(column)} = ?`).join(' and ');
    const name = columns.join();
    const mended = this.mended.get(name) ?? new Set();
    this.mended.set(name, mended);
    const value = JSON.stringify(values);
    if (mended.has(value)) return true;
    mended.add(value);
    const sql = `select 1 from ${quoted(this.table.name)} where ${where}`;
    return this.connection.prepare(sql).get(...values) !== undefined;
  }
}
