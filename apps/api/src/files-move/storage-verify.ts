import type { StorageConfig } from '@liftdesk/storage';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { describeStorage } from '../transfer/places';
import type { AttachmentSource } from './attachment-source';
import type { FilePlace } from './file-place';
import { type FilesProgress, PARALLEL } from './move-files';
import { openExistingPlace } from './open-place';
import { findStrayObjects, removeOrphans, type StrayObjects } from './orphans';
import { whyNotApart } from './places-apart';
import { newVerifiedFiles, type VerifiedFiles, verifyFiles } from './verify-files';

export interface StorageVerifyOptions {
  attachments: AttachmentSource;
  storage: StorageConfig;
  parallel?: number;
  /** Goes by sizes, and reads no object. */
  quick?: boolean;
  /** Has the files that are missing or wrong. */
  mendFrom?: StorageConfig;
  /** As many as the operator has seen listed: another number of them removes none. */
  removeOrphans?: number;
  onProgress?: (progress: FilesProgress) => void;
  signal?: AbortSignal;
}

export interface StorageVerifyReport extends VerifiedFiles, StrayObjects {
  storage: string;
  /** Keys of the orphans that were removed. */
  removed: string[];
}

/**
 * Compares all rows with all objects, both ways.
 * @throws RefusedError before anything is written; InterruptedError, or PlaceUnavailableError: what was mended stays so
 */
export async function verifyStorage(options: StorageVerifyOptions): Promise<StorageVerifyReport> {
  const { attachments, parallel = PARALLEL, signal } = options;
  const storage = await openExistingPlace('storage', options.storage, { parallel });
  const mendFrom = options.mendFrom && (await openMending(options.storage, options.mendFrom, parallel));
  const place: FilePlace = { role: 'storage', storage };
  const strays = await findStrayObjects(attachments, place);
  assertSeen(strays, options.removeOrphans);
  const files = newVerifiedFiles();
  try {
    await verifyFiles({ ...options, storage, mendFrom }, files);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new InterruptedError(
      `Interrupted. ${files.sound.files} files are sound so far, ${files.mended.files} were mended and stay so`,
    );
  }
  const removed = options.removeOrphans ? await removeSeen(attachments, place, strays, files) : [];
  return { storage: describeStorage(options.storage), ...files, ...strays, removed };
}

function openMending(storage: StorageConfig, mendFrom: StorageConfig, parallel: number) {
  const reason = whyNotApart(mendFrom, storage);
  if (reason !== null) throw new RefusedError(`${reason}: there is nothing to mend from`);
  return openExistingPlace('source', mendFrom, { parallel });
}

function assertSeen({ orphans }: StrayObjects, seen = orphans.count): void {
  if (orphans.count === seen) return;
  throw new RefusedError(
    `There are ${orphans.count} orphans and not ${seen}: run it without --remove-orphans, look at those listed, and give their number. Nothing was removed`,
  );
}

/** A database that knows none of the files is another desk's, and so are the objects. */
async function removeSeen(
  attachments: AttachmentSource,
  place: FilePlace,
  strays: StrayObjects,
  { sound, mended }: VerifiedFiles,
): Promise<string[]> {
  if (sound.files + mended.files === 0)
    throw new RefusedError(
      'No file of this database is in this storage: the orphans are most likely those of another desk. Nothing was removed',
    );
  return removeOrphans(attachments, place, strays);
}
