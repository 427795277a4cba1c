import { StorageError, StorageKeyError, StorageUnavailableError } from './file-storage.errors';

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Nothing lies at this path, be it because a folder on the way is missing or is a file. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A file system's error in the words of FileStorage: where a folder and a file want one name the key is wrong, else the disk. */
export function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  switch (codeOf(error)) {
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new StorageKeyError('No storage key may be the folder of another one.', { cause: error });
    case 'ENAMETOOLONG':
      return new StorageKeyError('The storage key is too long for this disk.', { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new StorageUnavailableError('The file storage is full.', { cause: error });
    default:
      return new StorageUnavailableError(undefined, { cause: error });
  }
}
