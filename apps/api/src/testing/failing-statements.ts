import { DataSource, QueryRunner } from 'typeorm';
import { dialectOf } from '../database/dialect';

/** Lets the nth statement inside a transaction fail, the COMMIT counted as the last one. */
export class FailingStatements {
  private failAt = 0;
  private seen = 0;

  constructor(database: DataSource) {
    const { driver } = database;
    const create = driver.createQueryRunner.bind(driver);
    driver.createQueryRunner = (mode) => this.watch(create(mode));
  }

  /** @param n counted from 1; 0 for none, and then they are only counted */
  arm(n: number): void {
    this.failAt = n;
    this.seen = 0;
  }

  /** Statements since arm(). */
  get count(): number {
    return this.seen;
  }

  private watch(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner);
    const commit = runner.commitTransaction.bind(runner);
    runner.query = (async (sql: string, values?: unknown[], structured?: boolean) => {
      if (runner.isTransactionActive) this.pass();
      return (await query(sql, values, structured as true)) as unknown;
    }) as QueryRunner['query'];
    runner.commitTransaction = async () => {
      this.pass();
      await commit();
    };
    return runner;
  }

  private pass(): void {
    this.seen += 1;
    if (this.seen === this.failAt) throw new Error('The disk is gone');
  }
}

/** Of SQLite's search index the sizes of its documents, for its segments merge by themselves. */
const TABLES = {
  sqlite: `select name from sqlite_master where type = 'table' and sql not like 'create virtual%'
    and name not in ('ticket_fts_data', 'ticket_fts_idx') order by name`,
  postgres: `select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
};

/** Every row of every table. */
export async function everything(database: DataSource): Promise<Record<string, unknown[]>> {
  const tables: { name: string }[] = await database.query(TABLES[dialectOf(database).name]);
  const rows: Record<string, unknown[]> = {};
  for (const { name } of tables) rows[name] = await database.query(`select * from "${name}"`);
  return rows;
}
