import type { Key, Row } from './row';
import type { TableShape } from './tables';

/** Rows of one table in their canonical encoding, whole lines only. */
export interface Lines {
  bytes: Buffer;
  rows: number;
  /** Of the last of them. */
  lastKey: Key;
}

/** A desk to be read, as it was at one instant: nothing that is written meanwhile is seen until close(). */
export abstract class RowSource {
  abstract readonly engine: 'sqlite' | 'postgres';

  /**
   * Rows in the order of their key, in batches that fit into memory.
   * @param after the key behind which to begin
   */
  abstract rows(table: TableShape, after?: Key): AsyncIterable<readonly Row[]>;

  /** The same, encoded; see encodeRow(). */
  abstract lines(table: TableShape, after?: Key): AsyncIterable<Lines>;

  abstract count(table: TableShape): Promise<number>;

  /** The greatest key that the table ever gave out, though its row may be gone: numbering goes on behind it. 0 for none. */
  abstract lastKeyGiven(table: TableShape): Promise<number>;

  /** Names of the migrations that this desk has had, oldest first; none for a database without tables. */
  abstract migrations(): Promise<string[]>;

  abstract close(): Promise<void>;
}

/** Batches end behind the row with which they reach one of these. */
export const BATCH_ROWS = 1_000;
export const BATCH_BYTES = 1_000_000;
