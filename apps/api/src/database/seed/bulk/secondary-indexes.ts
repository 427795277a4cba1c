import type Database from 'better-sqlite3';

interface Index {
  name: string;
  sql: string;
}

/** Those that a migration made; what belongs to a constraint or to the search has no text of its own here. */
const INDEXES = `select name, sql from sqlite_master where type = 'index' and sql is not null order by rowid`;

/** Drops every index that can be made again, for a bulk load. @returns what to make them with */
export function dropIndexes(connection: Database.Database): Index[] {
  const indexes = connection.prepare<[], Index>(INDEXES).all();
  for (const { name } of indexes) connection.exec(`drop index "${name}"`);
  return indexes;
}

export function makeIndex(connection: Database.Database, { sql }: Index): void {
  connection.exec(sql);
}
