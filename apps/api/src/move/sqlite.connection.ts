import Database from 'better-sqlite3';
import type { SqlSource } from '../search/search-document';

/**
 * A file that is built: nobody else has it, and each transaction is whole after a kill or a power cut. Pages that are new need
 * no journal, so that this costs little.
 */
export function openDraft(path: string): Database.Database {
  const connection = new Database(path, { timeout: 5_000 });
  for (const pragma of [
    'locking_mode = EXCLUSIVE',
    'journal_mode = TRUNCATE',
    'synchronous = FULL',
    'foreign_keys = OFF',
    'cache_size = -32000',
    'temp_store = FILE',
    // Of the marker, and of what masks are made by, nothing stays in the file.
    'secure_delete = ON',
  ])
    connection.pragma(pragma);
  return connection;
}

/** A connection as the search's own code takes it. */
export function sqliteSource(connection: Database.Database): SqlSource {
  const prepared = new Map<string, Database.Statement>();
  return {
    query: async <T>(sql: string, values: unknown[] = []): Promise<T> => {
      let statement = prepared.get(sql);
      if (!statement) prepared.set(sql, (statement = connection.prepare(sql)));
      if (statement.reader) return statement.all(...values) as T;
      statement.run(...values);
      return [] as T;
    },
  };
}
