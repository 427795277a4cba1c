import { StorageKeyError } from '@liftdesk/storage';
import { Readable } from 'node:stream';
import type { FileRow } from './attachment-source';
import { at, type FilePlace } from './file-place';
import { FlawedFileError, persistently, prove, provenBytes } from './proven-bytes';

/**
 * Brings one file from place to place. What the target already has is read back, and left alone where it is the file. Else the
 * source's bytes take its place, if they are proven to be the file's own: what fails that leaves the target as it was. Then
 * the target's are read back.
 *
 * @throws FlawedFileError of the source, or of a target that does not keep what it is given; PlaceUnavailableError
 */
export async function bringFile(
  row: FileRow,
  from: FilePlace,
  to: FilePlace,
  signal?: AbortSignal,
): Promise<'copied' | 'there'> {
  if (await isProven(to, row, signal)) return 'there';
  await persistently(() => at(to, () => put(row, from, to, signal)));
  await prove(to, row, signal);
  return 'copied';
}

/** Whether the object is there and is the file, by its bytes. */
export async function isProven(place: FilePlace, row: FileRow, signal?: AbortSignal): Promise<boolean> {
  try {
    await prove(place, row, signal);
    return true;
  } catch (error) {
    if (error instanceof FlawedFileError) return false;
    throw error;
  }
}

/** With what an upload would have written beside it. */
async function put(row: FileRow, from: FilePlace, to: FilePlace, signal?: AbortSignal): Promise<void> {
  const source = Readable.from(provenBytes(from, row, signal), { objectMode: false });
  try {
    await to.storage.put(row.key, source, {
      contentType: headerValue(row.mimeType),
      metadata: hintsOf(row),
    });
  } catch (error) {
    throw error instanceof StorageKeyError ? new FlawedFileError(to.role, 'impossible key') : error;
  }
}

function hintsOf({ uploadedBy, createdAt, sha256 }: FileRow): Record<string, string> {
  const [uploadedby, uploadedAt] = [headerValue(uploadedBy), new Date(createdAt)];
  return {
    ...(uploadedby !== undefined && { uploadedby }),
    ...(Number.isFinite(uploadedAt.getTime()) && { uploadedat: uploadedAt.toISOString() }),
    sha256,
  };
}

/** What a damaged row has in its place is no reason to lose the file. */
const headerValue = (text: string | null): string | undefined =>
  text !== null && /^[\x21-\x7e ]+$/.test(text) ? text : undefined;
