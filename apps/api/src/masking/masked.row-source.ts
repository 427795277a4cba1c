import { encodeRow } from '../transfer/canonical-row';
import { type Key, type Row, compareKeys, keyReader } from '../transfer/row';
import { type Lines, RowSource } from '../transfer/row-source';
import { type TableShape, columnIndex } from '../transfer/tables';
import { MASKS } from './mask-rules';
import { type RowMask, isReordered, masker } from './masker';

/** A desk without anybody's data in it; what is read of it is the same each time. */
export class MaskedRowSource extends RowSource {
  readonly engine;

  private constructor(
    private readonly source: RowSource,
    private readonly maskOf: (table: TableShape) => RowMask,
  ) {
    super();
    this.engine = source.engine;
  }

  /**
   * @param secret the same for all readings that are to be the same; given away with the desk it lets others try guesses
   */
  static async over(
    source: RowSource,
    tables: readonly TableShape[],
    secret: Buffer,
  ): Promise<MaskedRowSource> {
    return new MaskedRowSource(source, masker(tables, secret, await staffOf(source, tables)));
  }

  async *rows(table: TableShape, after?: Key): AsyncIterable<readonly Row[]> {
    if (MASKS[table.name] === 'left out') return;
    const mask = this.maskOf(table);
    if (isReordered(table)) return yield* this.reordered(table, mask, after);
    for await (const rows of this.source.rows(table, after))
      yield rows.map(mask).filter((row) => row !== null);
  }

  async *lines(table: TableShape, after?: Key): AsyncIterable<Lines> {
    const keyOf = keyReader(table);
    for await (const rows of this.rows(table, after)) {
      const bytes = Buffer.from(rows.map(encodeRow).join(''));
      yield { bytes, rows: rows.length, lastKey: keyOf(rows.at(-1) as Row) };
    }
  }

  async count(table: TableShape): Promise<number> {
    return MASKS[table.name] === 'left out' ? 0 : this.source.count(table);
  }

  lastKeyGiven(table: TableShape): Promise<number> {
    return this.source.lastKeyGiven(table);
  }

  migrations(): Promise<string[]> {
    return this.source.migrations();
  }

  close(): Promise<void> {
    return this.source.close();
  }

  /** A table whose masked keys have another order is small, and is put in order as a whole. */
  private async *reordered(table: TableShape, mask: RowMask, after?: Key): AsyncIterable<readonly Row[]> {
    const keyOf = keyReader(table);
    const all: Row[] = [];
    for await (const rows of this.source.rows(table))
      for (const row of rows.map(mask))
        if (row !== null && (after === undefined || compareKeys(keyOf(row), after) > 0)) all.push(row);
    all.sort((one, other) => compareKeys(keyOf(one), keyOf(other)));
    if (all.length > 0) yield all;
  }
}

async function staffOf(source: RowSource, tables: readonly TableShape[]): Promise<Map<string, string>> {
  const user = tables.find(({ name }) => name === 'user') as TableShape;
  const [id, role, email] = ['id', 'role', 'email_norm'].map((column) => columnIndex(user, column));
  const staff = new Map<string, string>();
  for await (const rows of source.rows(user))
    for (const row of rows)
      if (row[role as number] !== 'customer')
        staff.set(String(row[id as number]), String(row[email as number]));
  return staff;
}
