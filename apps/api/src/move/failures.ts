import { DifferenceError, InterruptedError, OperatorError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { isUnavailable } from '../database/database-errors';

const STATE =
  'The source is as it was; the target is half moved and marked, so that no server starts on it. Run the same command again: it goes on where this one ended';

/** A failure after the first write, with what state things are in. Values of rows are in no message. */
export function inMovesWords(error: unknown): Error {
  if (error instanceof InterruptedError) return new InterruptedError(`The move was interrupted. ${STATE}`);
  if (error instanceof DifferenceError)
    return new DifferenceError(
      `${error.message}\nThe target stays marked, so that no server starts on it. If somebody wrote to the source meanwhile, keep them out and begin anew with --restart`,
    );
  if (error instanceof OperatorError) return error;
  return new StartupError(`The move failed: ${whatFailed(error as Failure)}. ${STATE}`, { cause: error });
}

type Failure = Error & { code?: string; table?: string };

function whatFailed(error: Failure): string {
  const { code = '', message } = error;
  if (/^(53100|ENOSPC|SQLITE_FULL)$/.test(code)) return 'the disk of the target is full';
  if (isUnavailable(error)) return `the database cannot be reached any more (${code || message})`;
  // A value that the other engine does not take: the message would tell it.
  if (/^22/.test(code))
    return `a row of the source does not fit the target (${code}): --dry-run lists such rows`;
  if (/^SQLITE_CORRUPT/.test(code)) return 'a file of SQLite is damaged: restore a backup of it';
  return message;
}
