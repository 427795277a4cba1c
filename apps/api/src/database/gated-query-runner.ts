import type Database from 'better-sqlite3';
import { DataSource, QueryRunner } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel.js';
import { type Maintenance, READ_MAINTENANCE, assertWritesTaken, isBound, isWrite } from './maintenance';
import { STATEMENT_CACHE, StatementCache } from './statement-cache';
import { Turn, WriteGate, WriteGateOptions } from './write-gate';

/**
 * A query runner per call that passes the write gate. TypeORM itself hands the same runner to everybody,
 * so that concurrent requests share one transaction.
 */
class GatedQueryRunner extends BetterSqlite3QueryRunner {
  private turn?: Turn;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly gate: WriteGate,
    private readonly statements: StatementCache,
    structured: Map<string, Database.Statement>,
  ) {
    super(driver);
    // TypeORM's own cache, for the structured results it wants of entities, lives only as long as a runner unless shared.
    Object.assign(this, { stmtCache: structured, cacheSize: STATEMENT_CACHE });
  }

  // TypeORM types what a query answers as `any`; `never` fits every caller's expectation alike.
  override async query(sql: string, parameters: unknown[] = [], useStructuredResult = false): Promise<never> {
    if (this.turn) this.turn.assertOpen();
    else if (isBound(this) && isWrite(sql))
      return this.manager.transaction(() => this.query(sql, parameters, useStructuredResult));
    else if (this.gate.busy) await this.gate.whenIdle();
    if (useStructuredResult || this.isReleased)
      return (await super.query(sql, parameters, useStructuredResult)) as never;
    return this.statements.execute(sql, parameters) as never;
  }

  override async startTransaction(isolationLevel?: IsolationLevel): Promise<void> {
    if (this.turn) return super.startTransaction(isolationLevel);
    this.turn = await this.gate.enter();
    this.isTransactionActive = true;
    this.transactionDepth = 1;
    // Whoever switched it on had the database alone: what began before is committed, what begins now sees the row.
    if (isBound(this)) assertWritesTaken(this.statements.execute(READ_MAINTENANCE, []) as Maintenance[]);
  }

  override async commitTransaction(): Promise<void> {
    if (!this.turn || this.transactionDepth > 1) return super.commitTransaction();
    await this.endTurn(this.turn).commit();
  }

  override async rollbackTransaction(): Promise<void> {
    if (!this.turn || this.transactionDepth > 1) return super.rollbackTransaction();
    this.endTurn(this.turn).rollback();
  }

  override async release(): Promise<void> {
    if (this.turn) this.endTurn(this.turn).rollback();
    await super.release();
    this.isReleased = true;
  }

  private endTurn(turn: Turn): Turn {
    this.turn = undefined;
    this.isTransactionActive = false;
    this.transactionDepth = 0;
    return turn;
  }
}

const gates = new WeakMap<DataSource, WriteGate>();

/** The gate under a data source; undefined where it has none. */
export const writeGateOf = (dataSource: DataSource): WriteGate | undefined => gates.get(dataSource);

/**
 * Puts the write gate under every TypeORM call of a SQLite data source. Call before `initialize()`.
 * @returns the gate, for metrics and tests
 */
export function installWriteGate(dataSource: DataSource, options?: WriteGateOptions): WriteGate {
  const driver = dataSource.driver as BetterSqlite3Driver;
  const gate = new WriteGate(() => driver.databaseConnection as Database.Database, options);
  gates.set(dataSource, gate);
  const statements = new StatementCache(() => driver.databaseConnection as Database.Database);
  const structured = new Map<string, Database.Statement>();
  driver.createQueryRunner = () => new GatedQueryRunner(driver, gate, statements, structured);
  // A read on its own needs no runner: making and releasing one costs more than most of our reads.
  dataSource.query = async <T>(sql: string, parameters: unknown[] = [], runner?: QueryRunner): Promise<T> => {
    if (runner) return runner.query(sql, parameters) as Promise<T>;
    if (isBound(dataSource) && isWrite(sql))
      return dataSource.transaction((manager) => manager.query<T>(sql, parameters));
    if (gate.busy) await gate.whenIdle();
    return statements.execute(sql, parameters) as T;
  };
  return gate;
}
