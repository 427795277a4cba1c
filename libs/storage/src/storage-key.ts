import { StorageKeyError } from './file-storage.errors';

/** S3's limit, https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;
/** What file systems take for one name (255), less what a temporary name needs. */
const MAX_SEGMENT_BYTES = 200;

/**
 * Refuses what cannot be a key on every store alike. A key is one or more segments joined by `/`; a segment is
 * 1 to 200 bytes of UTF-8 without control characters and backslashes, and does not begin with a dot, which
 * also keeps `.` and `..` out. Spaces, quotes and any script are fine. No key may be the folder of another one.
 *
 * @throws StorageKeyError
 */
export function assertKey(key: string): void {
  if (key.length === 0) throw new StorageKeyError('A storage key is not empty.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new StorageKeyError(`A storage key has at most ${MAX_KEY_BYTES} bytes.`);
  }
  if (/[\p{Cc}\p{Cs}\\]/u.test(key)) {
    throw new StorageKeyError('A storage key has no control characters, backslashes or broken characters.');
  }
  for (const segment of key.split('/')) {
    if (segment === '' || segment.startsWith('.')) {
      throw new StorageKeyError('A segment of a storage key is not empty and does not begin with a dot.');
    }
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      throw new StorageKeyError(`A segment of a storage key has at most ${MAX_SEGMENT_BYTES} bytes.`);
    }
  }
}

/** Whether `assertKey` takes it. */
export function isKey(key: string): boolean {
  try {
    assertKey(key);
    return true;
  } catch {
    return false;
  }
}
