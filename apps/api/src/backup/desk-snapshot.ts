import type { RowSource } from '../transfer/row-source';
import type { DeskDigest } from '../transfer/digest';
import type { TableShape } from '../transfer/tables';

/** A desk at one instant, as it is backed up. Whoever opens it closes it. */
export abstract class DeskSnapshot {
  abstract readonly engine: 'sqlite' | 'postgres';
  /** Of SQLite, or of the server. */
  abstract readonly engineVersion: string;
  /** The tables that are there, with the columns that are there: a backup may be made before a migration. */
  abstract readonly tables: TableShape[];
  abstract readonly rows: RowSource;
  /** What a database is made of again. */
  abstract dump(): AsyncIterable<Uint8Array>;
  /** Hashes of what is there now; undefined where what is dumped is a file, whose bytes say it all. */
  abstract digest(): Promise<DeskDigest | undefined>;
  abstract close(): Promise<void>;
}
