import type { FileStorage } from '@liftdesk/storage';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DifferenceError, InterruptedError, RefusedError } from '../common/operator-errors';
import type { Progress } from '../cli/progress-line';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import { ArchiveReader } from './archive-reader';
import { ArchiveWriter } from './archive-writer';
import { contentsOf } from './contents';
import type { WrongFile } from './desk-files';
import { FORMAT, FORMAT_VERSION, type Manifest } from './manifest';
import { assertFree, syncFolder, writing } from './own-file';
import { readmeOf } from './readme';
import { sealed } from './seal';
import { surveyFiles, surveyTables } from './survey';
import { verifyArchive } from './verify-archive';

export interface ExportOptions {
  /** The desk at one instant; whoever opened it closes it. */
  source: RowSource;
  tables: readonly TableShape[];
  storage: FileStorage;
  /** The archive's place, which must be free. */
  to: string;
  withPasswords: boolean;
  /** Files that are gone or wrong are left out and noted, instead of ending the export. */
  allowMissing: boolean;
  appVersion: string;
  createdAt: Date;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

export interface ExportReport {
  path: string;
  /** Of the archive. */
  bytes: number;
  manifest: Manifest;
}

/**
 * Writes a whole desk into one archive. It is written beside its place, read back as an import would, and takes its place when
 * it is proven: whatever happens before, there is nothing under its name.
 * @throws RefusedError, DifferenceError where files are not what their rows say, InterruptedError
 */
export async function exportDesk(options: ExportOptions): Promise<ExportReport> {
  const { to, signal } = options;
  assertFree(to);
  const part = `${to}.part`;
  const watch = (progress: Progress): void => {
    if (signal.aborted) throw new InterruptedError('The export was interrupted: nothing is left of it');
    options.onProgress(progress);
  };
  const tables = contentsOf(options.tables, options.withPasswords);
  const manifest = await foretell(options, tables, watch);
  const writer = new ArchiveWriter({ ...options, tables }, manifest, readmeOf(tables), watch);
  try {
    await writeFile(part, sealed(writer.bytes()));
    refuseWrong(writer.wrong);
    const bytes = await proven(part, tables, watch);
    await rename(part, to);
    await syncFolder(dirname(to));
    return { path: to, bytes, manifest };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function foretell(
  { source, storage, allowMissing, withPasswords, appVersion, createdAt }: ExportOptions,
  tables: ReturnType<typeof contentsOf>,
  watch: (progress: Progress) => void,
): Promise<Manifest> {
  const entries = await surveyTables(source, tables, watch);
  const { wrong, count, bytes } = await surveyFiles(source, tables, storage, allowMissing, watch);
  if (!allowMissing) refuseWrong(wrong);
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    createdAt: createdAt.toISOString(),
    appVersion,
    engine: source.engine,
    schema: await source.migrations(),
    withPasswords,
    tables: entries,
    files: { count, bytes, missing: wrong },
  };
}

const LISTED = 20;

function refuseWrong(wrong: readonly WrongFile[]): void {
  if (wrong.length === 0) return;
  const lines = wrong.slice(0, LISTED).map(({ id, problem }) => `  attachment ${id}: ${problem}`);
  if (wrong.length > LISTED) lines.push(`  and ${wrong.length - LISTED} more`);
  throw new DifferenceError(
    [
      'Files are not in the storage as their rows say, and no archive was made:',
      ...lines,
      'Export with --allow-missing to leave them out: the manifest will name them',
    ].join('\n'),
  );
}

/** For its owner alone: it holds what customers wrote. */
const writeFile = (path: string, bytes: AsyncIterable<Buffer>): Promise<void> =>
  writing(path, async () => {
    // What a killed export left.
    await rm(path, { force: true });
    await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    const handle = await open(path, 'r+');
    await handle.sync().finally(() => handle.close());
  });

async function proven(
  path: string,
  tables: ReturnType<typeof contentsOf>,
  watch: (progress: Progress) => void,
): Promise<number> {
  const reader = await ArchiveReader.open(path);
  try {
    await verifyArchive(
      reader,
      tables.map(({ shape }) => shape),
      watch,
    );
    if (!(await reader.isAt(path)))
      throw new RefusedError(`Another export writes to ${path} as well: let one end, then start the other`);
    return reader.size;
  } finally {
    await reader.close();
  }
}

/** In the time zone of UTC, as backups are named. */
export function defaultName(now: Date): string {
  const [day, time] = now.toISOString().replace(/\..*/, '').replaceAll(/[-:]/g, '').split('T');
  return `desk_export_${day}_${time}.tar.gz`;
}
