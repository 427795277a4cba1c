import type { Dialect } from './dialect';

/** SQLite serves one process, whose transactions pass the write gate one by one: nothing need be locked. */
export const sqliteDialect: Dialect = {
  name: 'sqlite',
  like: 'like',
  joinThen: 'cross join',
  ordersOneValueAtATime: false,
  lock: () => '',
  lockFree: () => '',
  indexedBy: (index) => `indexed by ${index}`,
  integers: (alias) => `json_each(?) ${alias}`,
  texts: (alias) => `json_each(?) ${alias}`,
  amongFew: (select) => `in (${select})`,
  jsonArray: (column, select) => `(select json_group_array(${column}) from (${select}))`,
  // A transaction that does not write does not begin: BEGIN IMMEDIATE.
  assertWritable: async () => undefined,
  oneByOne: async () => undefined,
  // Who has committed had the database alone.
  writersEnded: async () => undefined,
  // Whoever writes holds the whole file: nobody waits after BEGIN IMMEDIATE.
  waitAtMost: async () => undefined,
  // AUTOINCREMENT remembers the greatest key that there ever was.
  continueKeys: async () => undefined,
  alone: (_dataSource, _name, work) => work(),
  unlessDoneElsewhere: async (_dataSource, _name, work) => {
    await work();
    return true;
  },
};
