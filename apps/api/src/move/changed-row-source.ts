import { encodeRow } from '../transfer/canonical-row';
import { type Key, type Row, keyReader } from '../transfer/row';
import { type Lines, RowSource } from '../transfer/row-source';
import { type TableShape, columnIndex } from '../transfer/tables';
import { passedRows } from './large-rows';

/** What becomes of a row on its way; null leaves it out. */
export type RowChange = (row: Row) => Row | null;

/** A desk with what is changed on its way, if anything; however large its rows, little memory is held. */
export class ChangedRowSource extends RowSource {
  readonly engine;

  /** @param changeOf null for a table whose rows arrive as they are */
  constructor(
    private readonly source: RowSource,
    private readonly changeOf: (table: TableShape) => RowChange | null = () => null,
  ) {
    super();
    this.engine = source.engine;
  }

  async *rows(table: TableShape, after?: Key): AsyncIterable<readonly Row[]> {
    const change = this.changeOf(table);
    for await (const rows of this.source.rows(table, after)) {
      if (change === null) yield rows;
      else yield rows.map(change).filter((row) => row !== null);
    }
  }

  async *lines(table: TableShape, after?: Key): AsyncIterable<Lines> {
    const change = this.changeOf(table);
    const all = change === null ? this.source.lines(table, after) : this.changedLines(table, after);
    for await (const lines of all) {
      yield lines;
      passedRows(lines.bytes.length);
    }
  }

  count(table: TableShape): Promise<number> {
    return this.source.count(table);
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

  private async *changedLines(table: TableShape, after?: Key): AsyncIterable<Lines> {
    const keyOf = keyReader(table);
    for await (const rows of this.rows(table, after)) {
      if (rows.length === 0) continue;
      const bytes = Buffer.from(rows.map(encodeRow).join(''));
      yield { bytes, rows: rows.length, lastKey: keyOf(rows.at(-1) as Row) };
    }
  }
}

/** Nobody stays signed in over a move: two desks must not share sessions, and the old one may go on. */
export function endSessions(table: TableShape, at: number): RowChange | null {
  if (table.name !== 'session') return null;
  const place = columnIndex(table, 'ended_at');
  return (row) => (row[place] === null ? row.with(place, at) : row);
}
