import type { Key } from '../transfer/row';
import type { Lines, RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import type { Meter } from './meter';
import type { SourceIdentity } from './source-identity';

/** What the marker says of a move since its beginning. */
export interface Begun {
  /** The source, as people read it. */
  from: string;
  identity: SourceIdentity;
  /** Milliseconds since 1970. Sessions end at this instant. */
  at: number;
  repair: boolean;
  /** What the masks are made by, in hexadecimal digits; null where nothing is masked. It goes with the marker. */
  mask: string | null;
  /** Of the build that began it. */
  version: string;
}

/** How far a table has come. Noted in the transaction that brings the rows. */
export interface Copied {
  rows: number;
  lastKey: Key;
}

/** Some rows on their way, in one transaction with the note about them. */
export interface Chunk {
  write(lines: Lines): Promise<void>;
  commit(copied: Copied): Promise<void>;
}

/** What the parts of a move are measured by, and how they are called off. */
export interface Course {
  meter: Meter;
  /** @throws InterruptedError when somebody called it off */
  goOn(): void;
}

/**
 * Where a desk arrives. Each step may be done again, and finds what an earlier run has done of it: what is noted and what is
 * done are one transaction.
 */
export abstract class MoveTarget {
  /** What an earlier run noted, or null where there is no marker. */
  abstract begun(): Promise<Begun | null>;
  /** Makes the marker, before all else. */
  abstract begin(begun: Begun): Promise<void>;
  /** Takes away all rows that came, and begins anew. */
  abstract beginAnew(begun: Begun, tables: readonly TableShape[]): Promise<void>;
  /** The tables, by migrations. */
  abstract makeSchema(): Promise<void>;
  /** Notes and drops secondary indexes and foreign keys. */
  abstract setAside(tables: readonly TableShape[]): Promise<void>;
  abstract copied(table: TableShape): Promise<Copied | null>;
  abstract openChunk(table: TableShape): Promise<Chunk>;
  /** Indexes, foreign keys, the search index, and statistics for the planner. */
  abstract complete(tables: readonly TableShape[], course: Course): Promise<void>;
  /** Keys that a table makes go on behind this one. */
  abstract continueNumbering(table: TableShape, last: number): Promise<void>;
  /** What arrived, read by a connection of its own. */
  abstract readBack(): Promise<RowSource>;
  /** What is not as it should be beside the rows, in words. */
  abstract flaws(): Promise<string[]>;
  /** Takes the marker away: from here on it is a desk. */
  abstract end(): Promise<void>;
  abstract close(): Promise<void>;
}
