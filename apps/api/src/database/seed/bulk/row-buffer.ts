import type Database from 'better-sqlite3';

/** Rows in one statement: SQLite looks after an AUTOINCREMENT key once a statement, so many at a time cost half. */
const AT_ONCE = 40;

/** Inserts rows of one table in pieces. */
export class RowBuffer {
  /** Rows that were added. */
  count = 0;
  private values: unknown[] = [];
  private readonly full: Database.Statement;

  constructor(
    private readonly connection: Database.Database,
    private readonly table: string,
    private readonly columns: readonly string[],
  ) {
    this.full = this.prepare(AT_ONCE);
  }

  /** @param row a value for each column */
  add(...row: unknown[]): void {
    for (const value of row) this.values.push(value);
    this.count += 1;
    if (this.values.length < AT_ONCE * this.columns.length) return;
    this.full.run(this.values);
    this.values = [];
  }

  /** Writes what is still held back. */
  flush(): void {
    const rows = this.values.length / this.columns.length;
    if (rows > 0) this.prepare(rows).run(this.values);
    this.values = [];
  }

  private prepare(rows: number): Database.Statement {
    const row = `(${this.columns.map(() => '?').join(', ')})`;
    return this.connection.prepare(
      `insert into "${this.table}" (${this.columns.join(', ')}) values ${Array(rows).fill(row).join(', ')}`,
    );
  }
}
