import { DataSource, QueryFailedError, QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import type { ReplicationMode } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { DatabaseUnavailableError, inOurWords, isServersAnswer } from './database-errors';
import { READ_MAINTENANCE, assertWritesTaken, isBound, isWrite } from './maintenance';
import { numberPlaceholders } from './placeholders';
import { BEGIN, BEGIN_AND_LOOK } from './writers-barrier';

/** A query runner that takes our SQL, answers rows whatever the statement, and tells "away" from "wrong". */
class PooledQueryRunner extends PostgresQueryRunner {
  /** Of a statement nothing was heard in time: whoever had this connection next would wait for that answer first. */
  private isLost = false;
  private isOver = false;

  // TypeORM types what a query answers as `any`; `never` fits every caller's expectation alike.
  override async query(sql: string, values: unknown[] = [], useStructuredResult = false): Promise<never> {
    this.assertOpen();
    if (!this.isTransactionActive && isBound(this) && isWrite(sql))
      return this.manager.transaction(() => this.query(sql, values, useStructuredResult));
    const numbered = numberPlaceholders(sql);
    try {
      if (useStructuredResult)
        return (await super.query(numbered, values.map(toValue), useStructuredResult)) as never;
      const connection = (await this.connect()) as PoolClient;
      return (await execute(connection, numbered, values)) as never;
    } catch (error) {
      throw this.noticed(error);
    }
  }

  override async startTransaction(): Promise<void> {
    if (this.transactionDepth > 0) return super.startTransaction();
    // Before it begins: should a part of it fail, the whole is to be rolled back.
    this.isTransactionActive = true;
    this.transactionDepth = 1;
    if (!isBound(this)) return void (await this.control(BEGIN));
    const [, look] = (await this.control(BEGIN_AND_LOOK)) as [unknown, QueryResult];
    if (look.rowCount !== 0) assertWritesTaken(await this.query(READ_MAINTENANCE));
  }

  override async commitTransaction(): Promise<void> {
    if (this.transactionDepth > 1) return super.commitTransaction();
    await this.control('commit');
    this.end();
  }

  override async rollbackTransaction(): Promise<void> {
    if (this.transactionDepth > 1) return super.rollbackTransaction();
    await this.control('rollback');
    this.end();
  }

  override async release(): Promise<void> {
    this.isOver = true;
    const giveBack = this.releaseCallback;
    // Nor may anybody get into a transaction that could be neither committed nor rolled back.
    if ((this.isLost || this.isTransactionActive) && giveBack)
      this.releaseCallback = () => giveBack(connectionLost());
    await super.release();
  }

  /** @returns what pg does: for several statements a list */
  private async control(statements: string): Promise<unknown> {
    this.assertOpen();
    try {
      return await send((await this.connect()) as PoolClient, statements, []);
    } catch (error) {
      throw this.noticed(error);
    }
  }

  /** What comes after its end would get into somebody else's transaction: the connection is theirs by now. */
  private assertOpen(): void {
    if (this.isOver) throw new QueryRunnerAlreadyReleasedError();
    // Its connection broke between two statements, and took the transaction with it.
    if (this.isReleased) throw connectionLost();
  }

  private noticed(error: unknown): unknown {
    this.isLost ||= !isServersAnswer(error);
    return inOurWords(error);
  }

  private end(): void {
    this.isTransactionActive = false;
    this.transactionDepth = 0;
  }
}

/**
 * Puts our query runner under every TypeORM call of a PostgreSQL data source. Call before `initialize()`.
 */
export function installPooledRunner(dataSource: DataSource): void {
  const driver = dataSource.driver as PostgresDriver & { master: Pool };
  driver.createQueryRunner = (mode: ReplicationMode) => new PooledQueryRunner(driver, mode);
  // A read on its own needs no runner: making and releasing one costs more than it gives.
  dataSource.query = async <T>(sql: string, values: unknown[] = [], runner?: QueryRunner): Promise<T> => {
    if (runner) return runner.query(sql, values) as Promise<T>;
    if (isBound(dataSource) && isWrite(sql))
      return dataSource.transaction((manager) => manager.query<T>(sql, values));
    try {
      return (await execute(driver.master, numberPlaceholders(sql), values)) as T;
    } catch (error) {
      throw inOurWords(error);
    }
  };
}

async function execute(connection: Pool | PoolClient, sql: string, values: unknown[]): Promise<unknown[]> {
  return (await send(connection, sql, values)).rows;
}

async function send(connection: Pool | PoolClient, sql: string, values: unknown[]): Promise<QueryResult> {
  try {
    return await connection.query(sql, values.map(toValue));
  } catch (error) {
    throw new QueryFailedError(sql, values, error as Error);
  }
}

/** As SQLite keeps them: no boolean, and PostgreSQL's texts take every character but NUL. */
function toValue(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

const connectionLost = (): DatabaseUnavailableError =>
  new DatabaseUnavailableError('The connection to the database was lost: try again in a moment');
