import type { MatchNode } from './match-node';
import type { SqlSource, TicketDocument } from './search-document';
import { fts5Engine } from './fts5-engine';
import { tsvectorEngine } from './tsvector-engine';

/** Whose search it is. */
export interface SearchScope {
  /**
   * false restricts the expression to the columns a customer may see: words of an internal note neither find a ticket nor,
   * under a minus, hide one.
   */
  mayReadNotes: boolean;
  /** Only this requester's tickets; always given for a customer, for speed. The SQL around must say so too. */
  requesterRid?: number;
}

/** What is looked for. */
export interface Hits {
  /** The engine's own expression. */
  match: string;
  /** SQL over the ticket row `t` with `?` for its values, or `true`. */
  filter: string;
  values: readonly unknown[];
}

export interface Walk {
  /** What was found, newest first. */
  rids: number[];
  /** The stretches that were walked: each starts below one `rid` and ends at another. */
  stretches: (readonly [below: number, end: number])[];
  /** The `rid` below which there may be more; null when all hits were seen. */
  goOnBelow: number | null;
}

export interface Scored {
  rid: number;
  /** Smaller for better ones. */
  score: number;
}

/** A full-text index of tickets: the same tokens, the same queries and the same answers on each database. */
export interface SearchEngine {
  /** Writes or replaces the document of a ticket, in the transaction that changes its words. */
  write(source: SqlSource, rid: number, document: TicketDocument): Promise<void>;
  /** Removes the documents of these tickets, in the transaction that deletes them and before it does. */
  remove(source: SqlSource, rids: readonly number[]): Promise<void>;
  /** The expression for `node`, always valid. */
  expression(node: MatchNode, scope: SearchScope): string;
  /**
   * Finds hits that pass the filter, newest first, up to `limit`. However common the words and however few pass, other
   * requests do not wait long; where the walk ends before the hits do, it says where to go on.
   */
  walk(source: SqlSource, hits: Hits, from: number, limit: number): Promise<Walk>;
  /** How well the hits of a walk fit, HITS_CAP at most. */
  score(source: SqlSource, hits: Hits, walk: Walk): Promise<Scored[]>;
  /** Statements that empty the index. */
  readonly clear: readonly string[];
  /** The keys of all documents, as a table with one column. */
  readonly documents: { table: string; key: string };
  /** After a ticket's row `t` was read to write its document anew: nobody changes it meanwhile. */
  readonly lockForRebuild: string;
  /** Brings the index into its best shape, in steps. */
  optimize(database: TransactionSource): Promise<void>;
  /** A small step of the same, a few milliseconds. @returns whether there is more to do */
  mergeStep(source: SqlSource): Promise<boolean>;
  /** Documents after which mergeStep() is due; null where the database looks after itself. */
  readonly writesPerMerge: number | null;
}

/** What a long piece of work needs of a TypeORM DataSource: a transaction of its own for each step of it. */
export interface TransactionSource extends SqlSource {
  transaction<T>(work: (source: SqlSource) => Promise<T>): Promise<T>;
}

/** A data source or manager says of what database it is; a bare connection is SQLite's. */
export function searchEngineOf(source: SqlSource): SearchEngine {
  const { options, dataSource } = source as { options?: Options; dataSource?: { options: Options } };
  return (options ?? dataSource?.options)?.type === 'postgres' ? tsvectorEngine : fts5Engine;
}

interface Options {
  type?: unknown;
}
