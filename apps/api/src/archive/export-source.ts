import { rename, rm } from 'node:fs/promises';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import type { DatabaseConfig } from '../config/database.schema';
import { type OddRows, describeOddRows } from '../odd-rows/odd-rows';
import { recordRepairs } from '../odd-rows/repair-record';
import { RepairedRowSource } from '../odd-rows/repaired.row-source';
import { scanOddRows } from '../odd-rows/scan';
import { openRowSource } from '../transfer/open-row-source';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import { inLine } from './failures';
import { assertFree, writing } from './own-file';

export interface ExportSourceOptions {
  tables: readonly TableShape[];
  /** Mends what SQLite lets in and nobody else does, and writes down every change. */
  repair: boolean;
  /** The archive's place. The record gets its own beside it: it holds what stood there before, and is for its owner alone. */
  to: string;
  signal: AbortSignal;
}

/**
 * Opens a desk to be exported, while the work lasts. A file of SQLite is looked through for odd rows first: of what is no
 * UTF-8, for one, nobody would notice that something else is read than what stands there. The record has its name once the
 * archive has.
 * @throws RefusedError that lists odd rows by their keys, or where something has the place already; InterruptedError
 */
export async function withExportSource<T>(
  database: DatabaseConfig,
  options: ExportSourceOptions,
  work: (source: RowSource) => Promise<T>,
): Promise<T> {
  const to = recordOf(options.to);
  for (const place of options.repair ? [options.to, to] : [options.to]) assertFree(place);
  const source = await open(database, options);
  const part = `${to}.part`;
  try {
    if (!(source instanceof RepairedRowSource)) return await work(source);
    await record(source, part, options);
    const result = await work(source);
    await rename(part, to);
    return result;
  } catch (error) {
    await rm(part, { force: true });
    throw inLine(error, 'export', 'Nothing is left of it');
  } finally {
    await source.close();
  }
}

/** Where the changes are that a repair made in an archive. */
export const recordOf = (archive: string): string => `${archive}.repairs.ndjson`;

const record = (
  source: RepairedRowSource,
  path: string,
  { tables, signal }: ExportSourceOptions,
): Promise<unknown> =>
  writing(path, async () => {
    // What a killed export left, whoever may read it.
    await rm(path, { force: true });
    await recordRepairs(source, tables, path, signal);
  }).catch(inOurWords(signal));

const inOurWords =
  ({ aborted }: AbortSignal) =>
  (error: unknown): never => {
    throw aborted ? new InterruptedError('The export was interrupted: nothing is left of it') : error;
  };

async function open(database: DatabaseConfig, options: ExportSourceOptions): Promise<RowSource> {
  if (database.type !== 'sqlite') return openRowSource(database);
  const { tables, repair, signal } = options;
  const found = await scanOddRows(database.path, tables, { signal }).catch(inOurWords(signal));
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
