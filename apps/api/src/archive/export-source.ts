import { rm } from 'node:fs/promises';
import { InterruptedError, RefusedError } from '../cli/operator';
import type { DatabaseConfig } from '../config/database.schema';
import { type OddRows, describeOddRows } from '../odd-rows/odd-rows';
import { recordRepairs } from '../odd-rows/repair-record';
import { RepairedRowSource } from '../odd-rows/repaired.row-source';
import { scanOddRows } from '../odd-rows/scan';
import { openRowSource } from '../transfer/open-row-source';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';

export interface ExportSourceOptions {
  tables: readonly TableShape[];
  /** Mends what SQLite lets in and nobody else does, and writes down every change. */
  repair: boolean;
  /** Where to: it holds what stood there before, and is for its owner alone. */
  record: string;
  signal: AbortSignal;
}

/**
 * Opens a desk to be exported, while the work lasts. A file of SQLite is looked through for odd rows first: of what is no
 * UTF-8, for one, nobody would notice that something else is read than what stands there.
 * @throws RefusedError that lists odd rows by their keys, InterruptedError
 */
export async function withExportSource<T>(
  database: DatabaseConfig,
  options: ExportSourceOptions,
  work: (source: RowSource) => Promise<T>,
): Promise<T> {
  const source = await open(database, options);
  let isDone = false;
  try {
    if (source instanceof RepairedRowSource)
      await recordRepairs(source, options.tables, options.record, options.signal);
    const result = await work(source);
    isDone = true;
    return result;
  } finally {
    await source.close();
    if (!isDone && source instanceof RepairedRowSource) await rm(options.record, { force: true });
  }
}

async function open(database: DatabaseConfig, options: ExportSourceOptions): Promise<RowSource> {
  if (database.type !== 'sqlite') return openRowSource(database);
  const { tables, repair, signal } = options;
  const found = await scanOddRows(database.path, tables, { signal }).catch((error: unknown) => {
    throw signal.aborted ? new InterruptedError('The export was interrupted: nothing is left of it') : error;
  });
  if (found.total === 0) return openRowSource(database);
  if (!repair || found.obstacles > 0) throw new RefusedError(oddWords(found, options));
  return RepairedRowSource.openRepaired(database.path, tables, found);
}

const oddWords = (found: OddRows, { tables }: ExportSourceOptions): string =>
  [
    'Rows hold what no archive takes, and nothing was written:',
    ...describeOddRows(found, tables).map((line) => `  ${line}`),
    found.obstacles > 0
      ? 'Mend by hand what nothing mends, then export again'
      : 'Export with --repair: it mends them so in the archive, leaves the desk as it is, and records every change',
  ].join('\n');
