import type { FileStorage } from '@liftdesk/storage';
import type { AttachmentSource, FileRow, FileTotals } from './attachment-source';
import { bringFile } from './bring-file';
import { ByteBudget } from './byte-budget';
import { differenceOf, type FileDifference, Listed } from './differences';
import { inLanes } from './lanes';
import { FlawedFileError } from './proven-bytes';

export const PARALLEL = 8;
/** Of files under way together. A bucket's client holds parts of 5 MB of each, and what it has done with for a while. */
const BYTES_AT_ONCE = 32 * 1024 * 1024;

export interface MoveFilesOptions {
  /** Their rows decide what is moved. */
  attachments: AttachmentSource;
  from: FileStorage;
  to: FileStorage;
  /** Files at a time, large ones fewer; 8 unless given. */
  parallel?: number;
  onProgress?: (progress: FilesProgress) => void;
  /** Once aborted, what is under way is given up and nothing else is begun. */
  signal?: AbortSignal;
}

export interface FilesProgress {
  done: FileTotals;
  /** As it was at the beginning; a running server may add to it. */
  total: FileTotals;
}

export interface FilesReport {
  /** Put into the target and read back. */
  copied: FileTotals;
  /** Were in the target, and were read back. */
  there: FileTotals;
  /** Files that did not arrive, each with what is wrong with it. */
  differences: Listed<FileDifference>;
}

/**
 * Brings every file of a desk from one storage to another, and proves each by reading it back. It keeps no state: begun
 * again it reads back what is there and goes on with the rest. The source is read only; nothing is ever deleted.
 *
 * @param report is filled while files arrive, for who wants to know how far it came
 * @throws PlaceUnavailableError where a store cannot do its work, or the signal's reason; what has arrived stays
 */
export async function moveFiles(
  options: MoveFilesOptions,
  report: FilesReport = newFilesReport(),
): Promise<FilesReport> {
  const { attachments, parallel = PARALLEL, onProgress, signal } = options;
  const [from, to] = [
    { role: 'source', storage: options.from },
    { role: 'target', storage: options.to },
  ] as const;
  const total = await attachments.totals();
  const done = none();
  const budget = new ByteBudget(BYTES_AT_ONCE);
  const move = async (row: FileRow): Promise<void> => {
    signal?.throwIfAborted();
    try {
      add(report[await bringFile(row, from, to, signal)], row);
    } catch (error) {
      if (!(error instanceof FlawedFileError)) throw error;
      // One that was deleted while it was moved is no loss.
      if (await attachments.has(row)) report.differences.add(differenceOf(row, error));
    }
    add(done, row);
    onProgress?.({ done, total });
  };
  onProgress?.({ done, total });
  await inLanes(parallel, attachments.rows(), (row) => budget.within(row.size, () => move(row)));
  return report;
}

export const newFilesReport = (): FilesReport => ({
  copied: none(),
  there: none(),
  differences: new Listed(),
});

export const none = (): FileTotals => ({ files: 0, bytes: 0 });

export function add(totals: FileTotals, { size }: Pick<FileRow, 'size'>): void {
  totals.files += 1;
  totals.bytes += size;
}
