import type { FileStorage } from '@liftdesk/storage';
import type { AttachmentSource, FileRow, FileTotals } from './attachment-source';
import { bringFile } from './bring-file';
import { differenceOf, type FileDifference, Listed } from './differences';
import type { FilePlace } from './file-place';
import { inLanes } from './lanes';
import { flawOf, Listing } from './listing';
import { add, type FilesProgress, none, PARALLEL } from './move-files';
import { FlawedFileError, prove } from './proven-bytes';

export interface VerifyFilesOptions {
  attachments: AttachmentSource;
  storage: FileStorage;
  /** Files at a time; 8 unless given. */
  parallel?: number;
  /** Goes by sizes, and reads no object. */
  quick?: boolean;
  /** Has the files that are missing or wrong, each of which is proven before it is taken. */
  mendFrom?: FileStorage;
  onProgress?: (progress: FilesProgress) => void;
  /** Once aborted, nothing else is begun. */
  signal?: AbortSignal;
}

export interface VerifiedFiles {
  sound: FileTotals;
  mended: FileTotals;
  /** Files that are not what their row says, and were not mended. */
  differences: Listed<FileDifference>;
}

export const newVerifiedFiles = (): VerifiedFiles => ({
  sound: none(),
  mended: none(),
  differences: new Listed(),
});

/**
 * Compares every row with its object, by the bytes. Nothing is changed unless there is a place to mend from.
 *
 * @param verified is filled while files are looked at, for who wants to know how far it came
 * @throws PlaceUnavailableError, or the signal's reason
 */
export async function verifyFiles(
  options: VerifyFilesOptions,
  verified: VerifiedFiles = newVerifiedFiles(),
): Promise<VerifiedFiles> {
  const { attachments, storage, parallel = PARALLEL, quick, mendFrom, onProgress, signal } = options;
  const place: FilePlace = { role: 'storage', storage };
  const total = await attachments.totals();
  const flaw = quick ? await bySize(place) : byBytes(place, signal);
  const done = none();
  const verify = async (row: FileRow): Promise<void> => {
    signal?.throwIfAborted();
    const found = await flaw(row);
    if (found === null) add(verified.sound, row);
    // One that was deleted while it was looked for is no loss.
    else if (await attachments.has(row)) await mend(row, found);
    add(done, row);
    onProgress?.({ done, total });
  };
  const mend = async (row: FileRow, found: FlawedFileError): Promise<void> => {
    const difference = differenceOf(row, found);
    if (!mendFrom) return verified.differences.add(difference);
    try {
      await bringFile(row, { role: 'source', storage: mendFrom }, place, signal);
      add(verified.mended, row);
    } catch (error) {
      if (!(error instanceof FlawedFileError)) throw error;
      verified.differences.add({ ...difference, notMended: error.flaw });
    }
  };
  await inLanes(parallel, attachments.rows(), verify);
  return verified;
}

type Verdict = (row: FileRow) => Promise<FlawedFileError | null>;

const byBytes =
  (place: FilePlace, signal?: AbortSignal): Verdict =>
  async (row) => {
    try {
      await prove(place, row, signal);
      return null;
    } catch (error) {
      if (error instanceof FlawedFileError) return error;
      throw error;
    }
  };

async function bySize(place: FilePlace): Promise<Verdict> {
  const listing = await Listing.of(place);
  return async (row) => {
    const flaw = listing.has(row) ? null : await flawOf(place, row);
    return flaw && new FlawedFileError(place.role, flaw);
  };
}
