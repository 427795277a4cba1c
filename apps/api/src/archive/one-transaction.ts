import Database from 'better-sqlite3';
import type { Client } from 'pg';
import type { DatabaseConfig, PostgresConfig } from '../config/database.schema';
import { numberPlaceholders } from '../database/placeholders';
import type { SqlSource } from '../search/search-document';
import { connectTo } from '../transfer/connect-postgres';
import { PostgresRowSource } from '../transfer/postgres.row-source';
import type { RowSource } from '../transfer/row-source';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { quoted } from '../transfer/tables';

/** A transaction on a whole desk. */
export interface DeskTransaction extends SqlSource {
  /** What the transaction itself sees. */
  rows: RowSource['rows'];
  /** By which the search knows its engine. */
  options: { type: 'sqlite' | 'postgres' };
  /** Nobody else writes into these from here on; they may read. */
  lockTables(names: readonly string[]): Promise<void>;
  /** The next key that the table gives out is the one behind this. */
  continueKeysAfter(table: string, key: number): Promise<void>;
}

/**
 * Does a work of any length in one transaction, on a connection of its own: the server's transactions have limits of seconds,
 * for good reason. Whatever it throws, and however the process ends, nothing of it is there.
 */
export function inOneTransaction(
  config: DatabaseConfig,
  work: (transaction: DeskTransaction) => Promise<void>,
): Promise<void> {
  return config.type === 'sqlite' ? onSqlite(config.path, work) : onPostgres(config, work);
}

async function onSqlite(path: string, work: (transaction: DeskTransaction) => Promise<void>): Promise<void> {
  const connection = new Database(path, { fileMustExist: true });
  try {
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    const statements = new Map<string, Database.Statement>();
    const query = async (sql: string, values: unknown[] = []): Promise<unknown> => {
      const statement = statements.get(sql) ?? connection.prepare(sql);
      statements.set(sql, statement);
      return statement.reader ? statement.all(...values) : statement.run(...values);
    };
    // BEGIN IMMEDIATE keeps other writers out already.
    connection.exec('begin immediate');
    await work({
      query: query as SqlSource['query'],
      rows: (table) => new SqliteWithin(connection).rows(table),
      options: { type: 'sqlite' },
      lockTables: async () => undefined,
      continueKeysAfter: async (table, key) => {
        await query('delete from sqlite_sequence where name = ?', [table]);
        await query('insert into sqlite_sequence (name, seq) values (?, cast(? as integer))', [table, key]);
      },
    });
    connection.exec('commit');
  } finally {
    // An open transaction ends with its connection.
    connection.close();
  }
}

async function onPostgres(
  config: PostgresConfig,
  work: (transaction: DeskTransaction) => Promise<void>,
): Promise<void> {
  const client = await connectTo(config);
  try {
    const query = async (sql: string, values: unknown[] = []): Promise<unknown> =>
      (await client.query(numberPlaceholders(sql), values)).rows;
    await client.query('begin');
    await work({
      query: query as SqlSource['query'],
      rows: (table) => new PostgresWithin(client).rows(table),
      options: { type: 'postgres' },
      lockTables: async (names) => {
        await query(`lock table ${names.map(quoted).join(', ')} in share row exclusive mode`);
      },
      // setval() would outlive a transaction that is rolled back.
      continueKeysAfter: async (table, key) => {
        await query(`alter table ${quoted(table)} alter column "rid" restart with ${key}`);
        await query(`select nextval(pg_get_serial_sequence('${quoted(table)}', 'rid'))`);
      },
    });
    await client.query('commit');
  } finally {
    await client.end();
  }
}

/** Reads on the connection of the transaction, in batches that fit into memory. Whoever opened it closes it. */
class SqliteWithin extends SqliteRowSource {
  constructor(connection: Database.Database) {
    super(connection);
  }
}

class PostgresWithin extends PostgresRowSource {
  constructor(client: Client) {
    super(client, '');
  }
}
