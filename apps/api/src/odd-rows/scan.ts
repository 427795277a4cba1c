import type Database from 'better-sqlite3';
import { setImmediate } from 'node:timers/promises';
import { StartupError } from '../common/startup-error';
import { openSnapshot } from '../transfer/sqlite.row-source';
import { type TableShape, quoted } from '../transfer/tables';
import { type KeyRange, keyRanges } from './key-ranges';
import { type MendedRow, mendRow } from './mend-row';
import { type OddRows, OddRowsFound } from './odd-rows';
import { type OddTable, oddTable, teachPlain } from './odd-table';
import { MendedUniques, duplicates } from './uniqueness';

export interface ScanOptions {
  /** Keys that are named of one oddity of one column; the rest is only counted. */
  listed?: number;
  /** Told how many rows of a table were looked at since it was last told. */
  onRows?: (table: TableShape, rows: number) => void;
  signal?: AbortSignal;
}

const LISTED = 20;
/** Rows after which others have a turn: better-sqlite3 gives nobody one. */
const CHUNK = 20_000;

/**
 * Looks at every row of a file of SQLite for what would not arrive as it is, or not at all; rules.ts says for what. Reads
 * only, in one snapshot.
 * @throws StartupError where the file cannot be read
 */
export async function scanOddRows(
  path: string,
  tables: readonly TableShape[],
  { listed = LISTED, onRows, signal }: ScanOptions = {},
): Promise<OddRows> {
  const connection = openSnapshot(path);
  try {
    assertUtf8(connection, path);
    teachPlain(connection);
    const found = new OddRowsFound(listed);
    for (const table of tables) {
      const look = lookInto(connection, oddTable(table, tables), found);
      for (const range of keyRanges(connection, table, CHUNK)) {
        look(range);
        onRows?.(table, range.rows);
        await setImmediate();
        signal?.throwIfAborted();
      }
      for (const { columns, key } of duplicates(connection, table))
        found.add(table.name, key, { column: columns.join(', '), problem: 'duplicate', rule: null });
    }
    return found.result();
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error;
    throw new StartupError(`Cannot read the database ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    connection.close();
  }
}

function lookInto(
  connection: Database.Database,
  table: OddTable,
  found: OddRowsFound,
): (range: KeyRange) => void {
  const { name } = table.shape;
  const uniques = new MendedUniques(connection, table.shape);
  const note = (row: MendedRow): void => {
    if (row.findings.length === 0) return;
    found.addRow(table.shape, row);
    const columns = uniques.meetsAnother(row);
    if (columns !== null)
      found.add(name, row.key, { column: columns.join(', '), problem: 'duplicate', rule: null });
  };
  return ({ condition, values }) => {
    const sql = `select ${table.rawColumns} from ${quoted(name)} t where ${condition} and ${table.condition} order by ${table.order}`;
    const rows = connection.prepare(sql).safeIntegers().raw();
    for (const row of rows.iterate(...values) as Iterable<unknown[]>) note(mendRow(table, row));
  };
}

function assertUtf8(connection: Database.Database, path: string): void {
  const encoding = String(connection.pragma('encoding', { simple: true }));
  if (encoding !== 'UTF-8')
    throw new StartupError(
      `The database ${path} keeps its texts in ${encoding}, which Liftdesk never does: only UTF-8 is carried`,
    );
}
