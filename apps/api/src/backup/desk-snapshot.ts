import type { RowSource } from '../transfer/row-source';
import type { Present } from './present-tables';
import type { DeskDigest } from '../transfer/digest';

/** A desk at one instant, as it is backed up. Whoever opens it closes it. */
export abstract class DeskSnapshot {
  abstract readonly engine: 'sqlite' | 'postgres';
  abstract readonly desk: Present;
  abstract readonly rows: RowSource;
  /** What a database is made of again. */
  abstract dump(): AsyncIterable<Uint8Array>;
  /** Hashes of what is there now; undefined where what is dumped is a file, whose bytes say it all. */
  abstract digest(signal: AbortSignal): Promise<DeskDigest | undefined>;
  abstract close(): Promise<void>;
}
