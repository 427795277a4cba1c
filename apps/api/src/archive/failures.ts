import { StorageUnavailableError } from '@liftdesk/storage';
import { StartupError } from '../common/startup-error';
import { isUnavailable } from '../database/database-errors';
import { reasonOf } from '../files-move/file-place';

/** What failed through nobody's mistake, in a line with what state things are in; anything else as it is. */
export function inLine(error: unknown, work: 'export' | 'import', state: string): unknown {
  const why = error instanceof StartupError ? null : whatFailed(error as Failure);
  return why === null
    ? error
    : new StartupError(
        `The ${work} failed: ${why.replace(/\.$/, '')}. ${state}, and the same command can be run again`,
        {
          cause: error,
        },
      );
}

type Failure = Error & { code?: string; path?: string };

function whatFailed(error: Failure): string | null {
  if (error instanceof StorageUnavailableError) return reasonOf(error);
  const { code = '', path, message } = error;
  if (/^(ENOSPC|EDQUOT|SQLITE_FULL|53100)$/.test(code)) return `the disk is full${path ? ` (${path})` : ''}`;
  if (/^SQLITE_(IOERR|CORRUPT|READONLY|CANTOPEN|BUSY)/.test(code)) return `${message} (${code})`;
  return isUnavailable(error) ? `the database cannot be reached any more (${code || message})` : null;
}
