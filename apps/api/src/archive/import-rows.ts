import { createHash } from 'node:crypto';
import { DifferenceError } from '../common/operator-errors';
import type { SqlSource } from '../search/search-document';
import type { Value } from '../transfer/row';
import { quoted } from '../transfer/tables';
import type { ArchiveReader } from './archive-reader';
import type { ArchivedTable } from './contents';
import { ATTACHMENT, fileReader } from './entries';
import type { ImportedFiles } from './import-files';
import type { DeskTransaction } from './one-transaction';
import { lineOf } from './row-text';
import type { Watch } from './survey';
import type { VerifiedArchive } from './verify-archive';

/** Values of one statement: SQLite takes 32,766, PostgreSQL 65,535; and short of 1 MB of text. */
const MOST_VALUES = 4_000;
const MOST_CHARACTERS = 1_000_000;

/** Writes all rows of an archive, in the transaction that this is called in. */
export async function insertRows(
  source: SqlSource,
  reader: ArchiveReader,
  { tables, manifest }: VerifiedArchive,
  files: ImportedFiles,
  watch: Watch,
): Promise<void> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for await (const { table, rows } of reader.rows(tables)) {
    const { columns, whole } = insertion(table, files);
    for (const batch of batches(rows.map(whole), columns.length)) {
      await source.query(insert(table.shape.name, columns, batch.length), batch.flat());
      done += batch.length;
      watch({ phase: 'Writing the rows', done, total, rows: done });
    }
  }
}

/** An attachment's place in the storage is not in the archive. */
function insertion(
  { shape, columns }: ArchivedTable,
  files: ImportedFiles,
): { columns: string[]; whole: (row: Value[]) => Value[] } {
  const names = columns.map(({ name }) => name);
  if (shape.name !== ATTACHMENT) return { columns: names, whole: (row) => row };
  const read = fileReader(columns);
  return { columns: [...names, 'storage_key'], whole: (row) => [...row, files.keyOf(read(row))] };
}

function insert(table: string, columns: readonly string[], rows: number): string {
  const values = `(${columns.map(() => '?').join(', ')})`;
  return `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values ${Array(rows).fill(values).join(', ')}`;
}

/** Full ones have one size, so that their statement is prepared once. */
function* batches(rows: readonly Value[][], columns: number): Generator<Value[][]> {
  const most = Math.floor(MOST_VALUES / columns);
  let batch: Value[][] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of row) if (typeof value === 'string') characters += value.length;
    if (batch.length < most && characters < MOST_CHARACTERS) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Reads back what was written, in the same transaction.
 * @throws DifferenceError where the rows of a table are not those of the archive
 */
export async function proveRows(
  source: DeskTransaction,
  { tables, manifest }: VerifiedArchive,
  watch: Watch,
): Promise<void> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  for (const [place, table] of tables.entries()) {
    const expected = manifest.tables[place] as { rows: number; sha256: string };
    const hash = createHash('sha256');
    let rows = 0;
    for await (const batch of source.rows(table.shape)) {
      for (const row of batch)
        for (const piece of lineOf(table.columns, table.picked(row))) hash.update(piece);
      rows += batch.length;
      done += batch.length;
      watch({ phase: 'Proving the rows', done, total, rows: done });
    }
    if (rows !== expected.rows || hash.digest('hex') !== expected.sha256)
      throw new DifferenceError(
        `Table ${table.shape.name} did not arrive as it is in the archive (${rows} of ${expected.rows} rows): nothing was kept`,
      );
  }
}
