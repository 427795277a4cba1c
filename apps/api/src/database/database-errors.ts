/**
 * The database cannot take this now: it is away, restarts, is overloaded, or gave up on a statement. Nothing was written
 * that the caller was told of; it may try again.
 */
export class DatabaseUnavailableError extends Error {
  readonly code = 'database-unavailable';
  readonly status = 503;
  readonly retryAfterSeconds = 5;
}

/** What two transactions that meet are told by PostgreSQL: the whole of one must run again. */
export type Collision = 'conflict' | 'duplicate';

interface DriverError {
  /** Of an error that the server itself answered with. */
  severity?: unknown;
  /** Of PostgreSQL, five characters; or of node, such as ECONNREFUSED. */
  code?: unknown;
  message?: unknown;
}

/** serialization_failure, deadlock_detected. */
const CONFLICT = new Set(['40001', '40P01']);
const UNIQUE_VIOLATION = '23505';

/**
 * By SQLSTATE: 08 connection, 53 resources, 57P admin shutdown, crash, starting up; 57014 the statement time-out, 25P03 a
 * transaction that idled too long, 55P03 a lock that did not come, 25006 a server that has become a read-only replica.
 */
const UNAVAILABLE = /^(08...|53...|57P..|57014|25P0[34]|55P03|25006)$/;
const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;
/** What pg and its pool say without a code. */
const BROKEN =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after calling end)/;

export function collisionOf(error: unknown): Collision | null {
  const { code } = driverErrorOf(error);
  if (code === UNIQUE_VIOLATION) return 'duplicate';
  return typeof code === 'string' && CONFLICT.has(code) ? 'conflict' : null;
}

/** Whether the server, or the way to it, is at fault, and not the statement. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  const { code, message } = driverErrorOf(error);
  if (typeof code === 'string' && (UNAVAILABLE.test(code) || NETWORK.test(code))) return true;
  return typeof message === 'string' && BROKEN.test(message);
}

/** Whether the server answered that the statement failed. If not, it may be at it still, and its answer may yet come. */
export function isServersAnswer(error: unknown): boolean {
  return driverErrorOf(error).severity !== undefined;
}

/** The error itself, or where the database is at fault one that says so in words for the caller. */
export function inOurWords(error: unknown): unknown {
  if (error instanceof DatabaseUnavailableError || !isUnavailable(error)) return error;
  const { code } = driverErrorOf(error);
  const words =
    code === '57014'
      ? 'The database took too long to answer: try again, or ask for less'
      : 'The database cannot be reached just now: try again in a moment';
  return new DatabaseUnavailableError(words, { cause: error });
}

/** TypeORM wraps what the driver threw. */
function driverErrorOf(error: unknown): DriverError {
  const { driverError } = (error ?? {}) as { driverError?: DriverError };
  return driverError ?? ((error ?? {}) as DriverError);
}
