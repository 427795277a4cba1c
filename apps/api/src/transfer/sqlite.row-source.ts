import Database from 'better-sqlite3';
import { setImmediate } from 'node:timers/promises';
import { StartupError } from '../common/startup-error';
import { encodeRow } from './canonical-row';
import { type Key, type Row, keyReader } from './row';
import { BATCH_BYTES, BATCH_ROWS, type Lines, RowSource } from './row-source';
import { type TableShape, quoted } from './tables';

/** Waits so long for a writer that is at its checkpoint. */
const BUSY_MS = 5_000;

/** Reads a file of SQLite on a read-only connection of its own, in one read transaction; a server may go on with it. */
export class SqliteRowSource extends RowSource {
  readonly engine = 'sqlite';

  protected constructor(protected readonly connection: Database.Database) {
    super();
  }

  /** @throws StartupError where there is no such file, or it is no database */
  static open(path: string): SqliteRowSource {
    return new SqliteRowSource(openSnapshot(path));
  }

  async *rows(table: TableShape, after?: Key): AsyncIterable<readonly Row[]> {
    let batch: Row[] = [];
    let bytes = 0;
    for (const row of this.each(table, after)) {
      batch.push(row);
      bytes += sizeOf(row);
      if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      bytes = 0;
      // better-sqlite3 gives nobody else a turn.
      await setImmediate();
    }
    if (batch.length > 0) yield batch;
  }

  async *lines(table: TableShape, after?: Key): AsyncIterable<Lines> {
    const keyOf = keyReader(table);
    for await (const rows of this.rows(table, after)) {
      let text = '';
      for (const row of rows) text += encodeRow(row);
      yield { bytes: Buffer.from(text), rows: rows.length, lastKey: keyOf(rows.at(-1) as Row) };
    }
  }

  async count({ name }: TableShape): Promise<number> {
    return this.connection
      .prepare(`select count(*) from ${quoted(name)}`)
      .pluck()
      .get() as number;
  }

  async lastKeyGiven({ name, hasGeneratedKey }: TableShape): Promise<number> {
    if (!hasGeneratedKey) return 0;
    const last = this.connection.prepare('select seq from sqlite_sequence where name = ?').pluck().get(name);
    return (last as number | undefined) ?? 0;
  }

  async migrations(): Promise<string[]> {
    const isThere = this.connection.prepare(`select 1 from sqlite_master where name = 'migrations'`).get();
    if (isThere === undefined) return [];
    return this.connection.prepare('select name from migrations order by id').pluck().all() as string[];
  }

  async close(): Promise<void> {
    this.connection.close();
  }

  protected each(table: TableShape, after?: Key): Iterable<Row> {
    const statement = this.connection.prepare(selectInOrder(table, after !== undefined)).raw();
    return statement.iterate(...(after ?? [])) as IterableIterator<Row>;
  }
}

/**
 * A read-only connection that sees the file as it is now, until it is closed.
 * @throws StartupError where there is no such file, or it is no database
 */
export function openSnapshot(path: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    connection.exec('begin');
    // A deferred transaction begins with its first read.
    connection.prepare('select count(*) from sqlite_master').get();
    return connection;
  } catch (error) {
    connection?.close();
    throw new StartupError(`Cannot read the database ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function selectInOrder({ name, columns, key }: TableShape, isAfter: boolean): string {
  const keys = key.map(quoted).join(', ');
  const behind = isAfter ? `where (${keys}) > (${key.map(() => '?').join(', ')})` : '';
  return `select ${columns.map((column) => quoted(column.name)).join(', ')} from ${quoted(name)} ${behind} order by ${keys}`;
}

/** Roughly, in characters. */
function sizeOf(row: Row): number {
  let size = row.length * 4;
  for (const value of row) if (typeof value === 'string') size += value.length;
  return size;
}
