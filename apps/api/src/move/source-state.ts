import Database from 'better-sqlite3';
import type { PostgresConfig } from '../config/database.schema';
import { connectTo } from '../transfer/connect-postgres';
import { type TableShape, quoted } from '../transfer/tables';
import { MARKER } from './half-moved';

/** What a source says of itself beside its rows. */
export interface SourceState {
  engineVersion: string;
  /** By name of the table. */
  bytes: Record<string, number>;
  /** What is wrong with it, in words. */
  problems: string[];
}

const HALF_MOVED = 'The source itself is half moved: end that move first';

/**
 * Reads every page of these tables and of their indexes; the search index is not carried.
 * @throws Error where it is no database
 */
export function sqliteState(path: string, tables: readonly TableShape[]): SourceState {
  const connection = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    const problems: string[] = [];
    const isSound = ({ name }: TableShape): boolean =>
      connection.pragma(`quick_check(${quoted(name)})`, { simple: true }) === 'ok';
    if (!tables.every(isSound)) problems.push(`The file ${path} is damaged: restore a backup of it`);
    const sizes = connection
      .prepare<[], { name: string; size: number }>(
        'select name, pgsize as size from dbstat where aggregate = 1',
      )
      .all();
    if (sizes.some(({ name }) => name === MARKER)) problems.push(HALF_MOVED);
    return {
      engineVersion: `SQLite ${connection.prepare('select sqlite_version()').pluck().get() as string}`,
      bytes: Object.fromEntries(sizes.map(({ name, size }) => [name, size])),
      problems,
    };
  } finally {
    connection.close();
  }
}

export async function postgresState(
  config: PostgresConfig,
  tables: readonly TableShape[],
): Promise<SourceState> {
  const client = await connectTo(config);
  try {
    const { rows: sizes } = await client.query<{ name: string; size: string }>(
      `select relname as name, pg_table_size(oid) as size from pg_class
       where relnamespace = current_schema()::regnamespace and relname = any($1)`,
      [[...tables.map(({ name }) => name), MARKER]],
    );
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    return {
      engineVersion: `PostgreSQL ${rows[0]?.version ?? ''}`,
      bytes: Object.fromEntries(sizes.map(({ name, size }) => [name, Number(size)])),
      problems: sizes.some(({ name }) => name === MARKER) ? [HALF_MOVED] : [],
    };
  } finally {
    await client.end();
  }
}
