import type Database from 'better-sqlite3';
import type { Key, Row } from '../transfer/row';
import { SqliteRowSource, openSnapshot } from '../transfer/sqlite.row-source';
import { type TableShape, quoted } from '../transfer/tables';
import { type MendedRow, mendRow } from './mend-row';
import type { OddRows } from './odd-rows';
import { type OddTable, oddTable, teachPlain } from './odd-table';

/**
 * A file of SQLite with its odd rows mended, see rules.ts: what is read of it is the same each time, so that rows, digests and
 * counts agree. Tables in which nothing was found are read as fast as ever.
 */
export class RepairedRowSource extends SqliteRowSource {
  private constructor(
    connection: Database.Database,
    private readonly tables: readonly TableShape[],
    private readonly found: OddRows,
  ) {
    super(connection);
  }

  /**
   * @param found by a scan of this very file: without obstacles, or what it reads is not to be carried
   * @throws StartupError where the file cannot be read
   */
  static openRepaired(path: string, tables: readonly TableShape[], found: OddRows): RepairedRowSource {
    const connection = openSnapshot(path);
    teachPlain(connection);
    return new RepairedRowSource(connection, tables, found);
  }

  override async count(table: TableShape): Promise<number> {
    return (await super.count(table)) - (this.found.leftOut[table.name] ?? 0);
  }

  /** Odd rows, mended, in the order of their key: what a record is written from. */
  *mended(table: TableShape, after?: Key): Generator<MendedRow> {
    if (!(table.name in this.found.leftOut)) return;
    const odd = oddTable(table, this.tables);
    const sql = `select ${odd.rawColumns} ${selectFrom(odd, after)} and ${odd.condition} order by ${odd.order}`;
    const rows = this.connection.prepare(sql).safeIntegers().raw();
    for (const row of rows.iterate(...(after ?? [])) as Iterable<unknown[]>) yield mendRow(odd, row);
  }

  protected override each(table: TableShape, after?: Key): Iterable<Row> {
    return table.name in this.found.leftOut ? this.eachMended(table, after) : super.each(table, after);
  }

  /** Walks the plain reading and that of the odd rows side by side: both have one order, and one idea of what is odd. */
  private *eachMended(table: TableShape, after?: Key): Generator<Row> {
    const odd = oddTable(table, this.tables);
    const columns = table.columns.map(({ name }) => `t.${quoted(name)}`).join(', ');
    const sql = `select ${columns}, ${odd.condition} ${selectFrom(odd, after)} order by ${odd.order}`;
    const mended = this.mended(table, after);
    try {
      for (const values of this.connection
        .prepare(sql)
        .raw()
        .iterate(...(after ?? [])) as Iterable<Row>) {
        if (values.at(-1) === 0) yield values.slice(0, -1);
        else {
          const { row } = mended.next().value as MendedRow;
          if (row !== null) yield row;
        }
      }
    } finally {
      mended.return(undefined);
    }
  }
}

function selectFrom({ shape, order }: OddTable, after?: Key): string {
  const behind = after === undefined ? 'true' : `(${order}) > (${after.map(() => '?').join(', ')})`;
  return `from ${quoted(shape.name)} t where ${behind}`;
}
