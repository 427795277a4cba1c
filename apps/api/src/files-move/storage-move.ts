import type { StorageConfig } from '@liftdesk/storage';
import { existsSync } from 'node:fs';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { DatabaseUnavailableError } from '../database/database-errors';
import { describeStorage } from '../transfer/places';
import type { AttachmentSource } from './attachment-source';
import { at, PlaceUnavailableError } from './file-place';
import { freeBytes } from './free-bytes';
import { type FilesProgress, type FilesReport, moveFiles, newFilesReport, PARALLEL } from './move-files';
import { KeptReport } from './kept-report';
import { openExistingPlace, openPlace } from './open-place';
import { whyNotApart } from './places-apart';
import { type FilesPlan, planFiles } from './plan-files';
import { bytesOf } from './words';

export interface StorageMoveOptions {
  /** Their rows decide what is moved. */
  attachments: AttachmentSource;
  from: StorageConfig;
  to: StorageConfig;
  parallel?: number;
  /** The folder where the report is kept. */
  reports: string;
  /** Of the running build, for the report. */
  version: string;
  onProgress?: (progress: FilesProgress) => void;
  signal?: AbortSignal;
}

export interface StorageMovePlan extends FilesPlan {
  from: string;
  to: string;
  /** Bytes that a local target has room for; null of a bucket. */
  free: number | null;
  /** What would stop the move; nothing is wrong where it is empty. */
  obstacles: string[];
}

export interface StorageMoveReport extends FilesReport {
  from: string;
  to: string;
  seconds: number;
  /** Where the report is kept, without its extension: `.json` for programs, `.txt` for people. */
  kept: string;
}

/**
 * Looks at both places and writes nothing.
 * @throws RefusedError where these places cannot be the two sides of a move, PlaceUnavailableError
 */
export async function planStorageMove(options: StorageMoveOptions): Promise<StorageMovePlan> {
  const { attachments, from, to, parallel = PARALLEL } = options;
  const reason = whyNotApart(from, to);
  if (reason !== null) throw new RefusedError(`${reason}: there is nothing to move`);
  const source = await openExistingPlace('source', from, { parallel });
  const isNew = to.type === 'local' && !existsSync(to.uploadDir);
  const target = isNew
    ? null
    : await openPlace('target', to, { parallel, existing: true }).catch(emptyFolder);
  const plan = await planFiles(attachments, source, target);
  const free = to.type === 'local' ? await freeBytes(to.uploadDir) : null;
  const short = free !== null && free < plan.toCopy.bytes;
  return {
    ...plan,
    from: describeStorage(from),
    to: describeStorage(to),
    free,
    obstacles: short
      ? [`The target has room for ${bytesOf(free)}, and ${bytesOf(plan.toCopy.bytes)} are to come`]
      : [],
  };
}

/**
 * Brings every file over, proves each, and keeps a report of it.
 * @throws RefusedError before anything is written; InterruptedError, or StartupError where a store cannot do its work: what has
 * arrived stays, and the same call finishes the work
 */
export async function moveStorage(options: StorageMoveOptions): Promise<StorageMoveReport> {
  const { from, to, parallel = PARALLEL, signal, version } = options;
  const { obstacles, ...plan } = await planStorageMove(options);
  if (obstacles.length > 0) throw new RefusedError(obstacles.join('\n'));
  const source = await openExistingPlace('source', from, { parallel });
  const target = await openPlace('target', to, { parallel });
  await at({ role: 'target' }, () => target.check());
  const files = newFilesReport();
  const kept = await KeptReport.begin(options.reports, 'storage-move', {
    version,
    from: plan.from,
    to: plan.to,
  });
  try {
    await moveFiles({ ...options, from: source, to: target, parallel }, files);
  } catch (error) {
    const outcome = signal?.aborted ? 'interrupted' : 'failed';
    const failure = outcome === 'interrupted' ? interrupted(files) : resumable(error, files);
    // What filled the target's disk may have filled that of the report.
    await kept.end(outcome, files, error).catch(({ message }: Error) => {
      failure.message += `. ${message}`;
    });
    throw failure;
  }
  const seconds = await kept.end(files.differences.count > 0 ? 'differences' : 'done', files);
  return { ...files, from: plan.from, to: plan.to, seconds, kept: kept.path };
}

/** A folder that is no storage yet becomes one by the move. */
function emptyFolder(error: unknown): null {
  if (error instanceof PlaceUnavailableError && error.isEmptyFolder) return null;
  throw error;
}

function arrived({ copied, there }: FilesReport): string {
  const files = copied.files + there.files;
  return `${files === 1 ? '1 file has' : `${files} files have`} arrived, the source is as it was: run the same command again to finish`;
}

const interrupted = (files: FilesReport): InterruptedError =>
  new InterruptedError(`Interrupted. ${arrived(files)}`);

function resumable(error: unknown, files: FilesReport): Error {
  const isAway = error instanceof PlaceUnavailableError || error instanceof DatabaseUnavailableError;
  return isAway
    ? new StartupError(`${error.message}. ${arrived(files)}`, { cause: error })
    : (error as Error);
}
