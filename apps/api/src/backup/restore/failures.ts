import { StorageNotFoundError, StorageUnavailableError } from '@liftdesk/storage';
import { OperatorError } from '../../common/operator-errors';
import { StartupError } from '../../common/startup-error';
import { isUnavailable } from '../../database/database-errors';
import { reasonOf } from '../../files-move/file-place';
import { DamagedBackupError } from '../backup.errors';

const STATE = 'The desk is as it was';

/** A failure before the desk was swapped, in words. */
export function inRestoresWords(error: unknown): Error {
  if (error instanceof OperatorError) return error;
  if (error instanceof StorageNotFoundError)
    return inRestoresWords(new DamagedBackupError('A part of it is missing', { cause: error }));
  if (error instanceof StartupError) {
    error.message = `${error.message}. ${STATE}`;
    return error;
  }
  const why = whatFailed(error as Failure);
  return new StartupError(
    `The restore failed: ${why}. ${STATE}; when it is mended, run the same command again`,
    { cause: error },
  );
}

type Failure = Error & { code?: string; path?: string };

function whatFailed(error: Failure): string {
  if (error instanceof StorageUnavailableError) return reasonOf(error);
  const { code = '', path, message } = error;
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL|53100)$/.test(code)) return `the disk is full${path ? ` (${path})` : ''}`;
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) return `${path ?? 'the folder'} cannot be written (${code})`;
  if (isUnavailable(error)) return `the database cannot be reached any more (${code || message})`;
  return message;
}
