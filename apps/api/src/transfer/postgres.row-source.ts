import type { Client } from 'pg';
import type { PostgresConfig } from '../config/database.schema';
import { connectTo } from './connect-postgres';
import { decodeRow } from './canonical-row';
import { type Key, type Row, type Value, keyReader } from './row';
import { BATCH_BYTES, type Lines, RowSource } from './row-source';
import { type TableShape, columnIndex, quoted } from './tables';

const LINE_FEED = 10;
const TAB = 9;

/** Reads a database of PostgreSQL on a connection of its own, in one read-only transaction of REPEATABLE READ. */
export class PostgresRowSource extends RowSource {
  readonly engine = 'postgres';

  protected constructor(
    private readonly client: Client,
    /** Other connections, and pg_dump, see the same by `set transaction snapshot`, as long as this is open. */
    readonly snapshot: string,
  ) {
    super();
  }

  /** @throws StartupError where it cannot be reached */
  static async open(config: PostgresConfig): Promise<PostgresRowSource> {
    const client = await connectTo(config);
    try {
      await client.query('begin isolation level repeatable read read only');
      const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
      return new PostgresRowSource(client, (rows[0] as { snapshot: string }).snapshot);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  async *rows(table: TableShape, after?: Key): AsyncIterable<readonly Row[]> {
    const isNumber = table.columns.map(({ kind }) => kind === 'integer');
    for await (const { bytes } of this.wholeLines(table, after)) {
      const lines = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
      yield lines.map((line) => decodeRow(line, isNumber));
    }
  }

  async *lines(table: TableShape, after?: Key): AsyncIterable<Lines> {
    const keyOf = lastKeyReader(table);
    for await (const { bytes, rows } of this.wholeLines(table, after))
      yield { bytes, rows, lastKey: keyOf(bytes) };
  }

  async count({ name }: TableShape): Promise<number> {
    return Number(await this.one(`select count(*) as value from ${quoted(name)}`));
  }

  async lastKeyGiven({ name, key, hasGeneratedKey }: TableShape): Promise<number> {
    if (!hasGeneratedKey) return 0;
    const sequence = await this.one(
      `select pg_get_serial_sequence('${quoted(name)}', '${key[0] as string}') as value`,
    );
    return Number(
      await this.one(
        `select case when is_called then last_value else last_value - 1 end as value from ${String(sequence)}`,
      ),
    );
  }

  async migrations(): Promise<string[]> {
    if ((await this.one(`select to_regclass('migrations') as value`)) === null) return [];
    const { rows } = await this.client.query<{ name: string }>('select name from migrations order by id');
    return rows.map(({ name }) => name);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** What COPY sends is cut anywhere; here it is put together to whole lines of a size that is worth the handling. */
  private async *wholeLines(table: TableShape, after?: Key): AsyncIterable<{ bytes: Buffer; rows: number }> {
    const { to: copyTo } = await import('pg-copy-streams');
    const stream = this.client.query(copyTo(`copy (${this.selectInOrder(table, after)}) to stdout`));
    let parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        parts.push(chunk);
        size += chunk.length;
        // A line may be much longer than a batch: it is put together once, when its end is there.
        if (size < BATCH_BYTES || !chunk.includes(LINE_FEED)) continue;
        const bytes = Buffer.concat(parts);
        const end = bytes.lastIndexOf(LINE_FEED) + 1;
        parts = end < bytes.length ? [bytes.subarray(end)] : [];
        size = bytes.length - end;
        if (end > 0) yield { bytes: bytes.subarray(0, end), rows: countLines(bytes, end) };
      }
      const bytes = Buffer.concat(parts);
      if (bytes.length > 0) yield { bytes, rows: countLines(bytes, bytes.length) };
    } finally {
      stream.destroy();
    }
  }

  /** COPY takes no parameters: keys are written out. */
  private selectInOrder({ name, columns, key }: TableShape, after?: Key): string {
    const keys = key.map(quoted).join(', ');
    const literal = (value: Value): string =>
      typeof value === 'number' ? String(value) : this.client.escapeLiteral(String(value));
    const behind = after === undefined ? '' : `where (${keys}) > (${after.map(literal).join(', ')})`;
    return `select ${columns.map((column) => quoted(column.name)).join(', ')} from ${quoted(name)} ${behind} order by ${keys}`;
  }

  private async one(sql: string): Promise<unknown> {
    const { rows } = await this.client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  }
}

function countLines(bytes: Buffer, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at < end; at = bytes.indexOf(LINE_FEED, at + 1))
    lines += 1;
  return lines;
}

/** Takes the key out of the last of whole lines, and reads no more of it than the columns up to there. */
function lastKeyReader(table: TableShape): (bytes: Buffer) => Key {
  const isNumber = table.columns.map(({ kind }) => kind === 'integer');
  const keyOf = keyReader(table);
  const needed = Math.max(...table.key.map((column) => columnIndex(table, column))) + 1;
  return (bytes) => {
    const start = bytes.lastIndexOf(LINE_FEED, -2) + 1;
    let end = start - 1;
    for (let column = 0; column < needed && end !== bytes.length - 1; column += 1) {
      const tab = bytes.indexOf(TAB, end + 1);
      end = tab < 0 ? bytes.length - 1 : tab;
    }
    return keyOf(decodeRow(bytes.toString('utf8', start, end), isNumber));
  };
}
