import type { DataSource, QueryRunner } from 'typeorm';
import { DatabaseUnavailableError } from './database-errors';
import type { Dialect } from './dialect';
import { writersEnded } from './writers-barrier';

/** Ours among the advisory locks of a database, whoever else may use them: "Lift" in ASCII. */
const LOCK_CLASS = 0x4c696674;

export const postgresDialect: Dialect = {
  name: 'postgres',
  like: 'ilike',
  joinThen: 'join',
  ordersOneValueAtATime: true,
  // NO KEY: rows that refer to this one by a foreign key may come meanwhile.
  lock: (alias) => `for no key update${of(alias)}`,
  lockFree: (alias) => `for no key update${of(alias)} skip locked`,
  indexedBy: () => '',
  integers: (alias) => elements(alias, 'value::bigint'),
  texts: (alias) => elements(alias, 'value'),
  // As a semi-join it would be guessed at, and the list be walked ticket by ticket.
  amongFew: (select) => `= any (array(${select}))`,
  jsonArray: (column, select) =>
    `(select coalesce(json_agg(listed.${column}), '[]'::json)::text from (${select}) listed)`,
  assertWritable: async (manager) => {
    const [row]: { mode: string }[] = await manager.query(
      `select current_setting('transaction_read_only') as mode`,
    );
    if (row?.mode !== 'off')
      throw new DatabaseUnavailableError('The database takes no writes: it is read-only');
  },
  oneByOne: async (manager, name) => {
    await manager.query('select pg_advisory_xact_lock(?, hashtext(?))', [LOCK_CLASS, name]);
  },
  writersEnded,
  waitAtMost: async (manager, ms) => {
    await manager.query(`set local lock_timeout = ${ms}`);
  },
  continueKeys: async (manager, table) => {
    await manager.query(
      `select setval(pg_get_serial_sequence('"${table}"', 'rid'), greatest((select max(rid) from "${table}"), 1))`,
    );
  },
  alone: (dataSource, name, work) =>
    withRunner(dataSource, async (runner) => {
      await runner.query('select pg_advisory_lock(?, hashtext(?))', [LOCK_CLASS, name]);
      return holding(runner, name, work);
    }),
  unlessDoneElsewhere: (dataSource, name, work) =>
    withRunner(dataSource, async (runner) => {
      const [row] = (await runner.query('select pg_try_advisory_lock(?, hashtext(?)) as got', [
        LOCK_CLASS,
        name,
      ])) as { got: boolean }[];
      if (!row?.got) return false;
      await holding(runner, name, work);
      return true;
    }),
};

const of = (alias: string | undefined): string => (alias === undefined ? '' : ` of ${alias}`);

const elements = (alias: string, value: string): string =>
  `(select ${value} as value, key from json_array_elements_text(cast(? as json)) with ordinality as element(value, key)) ${alias}`;

/** A lock that lives with its connection: should the process end or the server restart, it is free again. */
async function holding<T>(runner: QueryRunner, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await runner.query('select pg_advisory_unlock(?, hashtext(?))', [LOCK_CLASS, name]);
  }
}

async function withRunner<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}
