import type { DataSource, EntityManager } from 'typeorm';
import { postgresDialect } from './postgres.dialect';
import { sqliteDialect } from './sqlite.dialect';

/**
 * What the engines say differently. SQL is written once, with `?` for values and camel-case aliases in quotes; only where the
 * two have no common words does it ask here. All texts are constant for given arguments, so that statements stay prepared.
 */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Compares with a pattern, Latin letters in either case, as SQLite's LIKE does. */
  readonly like: string;
  /** A join that begins with what stands before it, on SQLite; PostgreSQL's planner begins where it likes. */
  readonly joinThen: string;
  /**
   * Ends a SELECT: its rows stay as they are until the transaction ends, or it waits for who holds them. Lock first, then
   * read: what is read after it is what the last holder left. On SQLite transactions run one after the other anyway.
   * @param alias of the table whose rows are meant, in a join
   */
  lock(alias?: string): string;
  /** As lock(), but rows that somebody else holds are left out: for workers that take turns. */
  lockFree(alias?: string): string;
  /** Whether an index gives rows in order for one value only, and for a list of values all are sorted. */
  readonly ordersOneValueAtATime: boolean;
  /** Walks this index; only SQLite must be told. */
  indexedBy(index: string): string;
  /** A source of rows `value`, `key` out of one parameter, a JSON array of whole numbers; `key` is the place in it. */
  integers(alias: string): string;
  /** The same of texts. */
  texts(alias: string): string;
  /** Is one of a sub-select's few values: these first, and not each row against them. To be written behind a column. */
  amongFew(select: string): string;
  /** One column of a SELECT as a JSON array in a text, in its order; `[]` for no rows. A sub-select in brackets. */
  jsonArray(column: string, select: string): string;
  /** @throws where the database takes no writes now, such as a replica after a fail-over; in a transaction that writes */
  assertWritable(manager: EntityManager): Promise<void>;
  /** From here to the end of its transaction nobody else is past this line with the same name. */
  oneByOne(manager: EntityManager, name: string): Promise<void>;
  /** After a maintenance was written down: resolves when every transaction of a serving process that did not see it has ended. */
  writersEnded(dataSource: DataSource): Promise<void>;
  /** From here to the end of its transaction a statement that waits this long for what somebody else holds fails. */
  waitAtMost(manager: EntityManager, ms: number): Promise<void>;
  /** Rows were written with keys of their own: keys that the table makes go on behind them. */
  continueKeys(manager: EntityManager, table: string): Promise<void>;
  /**
   * Does the work while no other process of this database does work of this name; waits for it, so that it is for
   * commands, whose statements may take their time.
   */
  alone<T>(dataSource: DataSource, name: string, work: () => Promise<T>): Promise<T>;
  /** The same, but leaves the work to who is at it. @returns whether it was done here */
  unlessDoneElsewhere(dataSource: DataSource, name: string, work: () => Promise<void>): Promise<boolean>;
}

export function dialectOf(source: DataSource | EntityManager): Dialect {
  const { options } = 'dataSource' in source ? source.dataSource : source;
  return options.type === 'postgres' ? postgresDialect : sqliteDialect;
}
