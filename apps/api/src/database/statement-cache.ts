import type Database from 'better-sqlite3';
import { QueryFailedError } from 'typeorm';

/** Prepared statements kept for the connection; constant texts stay, the oldest go when there are more. */
export const STATEMENT_CACHE = 500;

interface Prepared {
  statement: Database.Statement;
  /** Of the rows; null for a statement that yields none. */
  columns: readonly string[] | null;
}

type Row = Record<string, unknown>;

/**
 * Runs SQL on the connection with statements that are prepared once. What TypeORM does around a short read costs more than
 * the read, and better-sqlite3 takes half as long to hand over plain lists as to name every value: the names are put on here.
 */
export class StatementCache {
  private readonly prepared = new Map<string, Prepared>();

  constructor(private readonly connection: () => Database.Database) {}

  /**
   * @returns the rows, or for a statement that yields none the row key of the last insert
   * @throws QueryFailedError as TypeORM does
   */
  execute(sql: string, parameters: unknown[]): unknown {
    try {
      const known = this.prepared.get(sql) ?? this.prepare(sql);
      const values = parameters.some(isBoolean) ? parameters.map(withoutBooleans) : parameters;
      if (known.columns === null) return known.statement.run(values).lastInsertRowid;
      return named(known, known.statement.all(values) as unknown[][]);
    } catch (error) {
      throw new QueryFailedError(sql, parameters, error as Error);
    }
  }

  private prepare(sql: string): Prepared {
    const statement = this.connection().prepare(sql);
    const prepared = { statement, columns: statement.reader ? columnsOf(statement.raw(true)) : null };
    this.prepared.set(sql, prepared);
    if (this.prepared.size > STATEMENT_CACHE) {
      this.prepared.delete(this.prepared.keys().next().value as string);
    }
    return prepared;
  }
}

function named(prepared: Prepared, rows: unknown[][]): Row[] {
  // SQLite prepares `select *` again when a migration gave the table another column.
  if (rows[0] && rows[0].length !== prepared.columns?.length)
    prepared.columns = columnsOf(prepared.statement);
  const columns = prepared.columns ?? [];
  return rows.map((values) => {
    const row: Row = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] as string] = values[index];
    return row;
  });
}

const columnsOf = (statement: Database.Statement): string[] => statement.columns().map(({ name }) => name);

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const withoutBooleans = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);
