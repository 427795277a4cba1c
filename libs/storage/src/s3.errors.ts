import {
  StorageDamagedError,
  StorageError,
  StorageKeyError,
  StorageNotFoundError,
  StorageUnavailableError,
} from './file-storage.errors';

/** What the SDK's errors have; credentials and sockets fail with others. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/** Why a call to the store failed, in an operator's words: the cause of a StorageUnavailableError. Holds no secret. */
export class S3CallError extends Error {
  override readonly name = 'S3CallError';

  constructor(
    message: string,
    /** The store's own name for it, e.g. `AccessDenied`. */
    readonly code: string,
    readonly status: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  AccessDenied: 'the credentials may not do this: look at the policies of the role, the bucket and the key',
  NoSuchBucket: 'there is no such bucket: look at S3_ATTACHMENTS_BUCKET',
  InvalidAccessKeyId: 'the store does not know the access key',
  SignatureDoesNotMatch: 'the secret access key is not the right one, or a proxy changes requests',
  ExpiredToken: 'the temporary credentials have expired',
  InvalidToken: 'the session token is not the right one',
  CredentialsProviderError: 'no credentials were found: give the instance a role',
  PermanentRedirect: 'the bucket is in another region: look at AWS_REGION',
  AuthorizationHeaderMalformed: 'the bucket is in another region: look at AWS_REGION',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  NotImplemented: 'the store does not know what was asked: try S3_SSE=off and S3_CHECKSUMS=when-required',
  DeadlineError: 'the store hangs, or the line is too slow for S3_DEADLINE',
  SlowDown: 'the store asks for fewer requests',
};

/** HEAD answers have no body, so that the SDK knows them by their status alone. */
const BY_STATUS: Readonly<Record<number, string>> = { 301: 'PermanentRedirect', 403: 'AccessDenied' };
/** Say nothing: the status or the code does. Node has tried several addresses where it is an AggregateError. */
const EMPTY_NAMES = new Set([
  'Forbidden',
  '403',
  '301',
  'Unknown',
  'UnknownError',
  'Error',
  'AggregateError',
]);

/** An SDK's error in the words of FileStorage. A missing bucket is "unavailable": every file would look missing else. */
export function toStorageError(error: unknown, deed: string, bucket: string): StorageError {
  if (error instanceof StorageError) return error;
  const { name = 'Error', message = '', code, $metadata } = (error ?? {}) as SdkError;
  // The SDK has no other name for it.
  if (message.startsWith('Checksum mismatch')) return new StorageDamagedError({ cause: error });
  const status = $metadata?.httpStatusCode;
  const kind = (EMPTY_NAMES.has(name) ? (BY_STATUS[status ?? 0] ?? code) : undefined) ?? name;
  if (kind === 'NoSuchKey' || kind === 'NotFound') return new StorageNotFoundError({ cause: error });
  if (kind === 'KeyTooLongError')
    return new StorageKeyError('The storage key is too long for this store.', { cause: error });
  const advice = ADVICE[kind] ?? (message || 'the store cannot be reached');
  const requestId = $metadata?.requestId === undefined ? '' : `, request ${$metadata.requestId}`;
  const text = `${deed} on the bucket ${bucket}: ${kind}${requestId}: ${advice}`;
  const cause = new S3CallError(text, kind, status, $metadata ? undefined : { cause: error });
  return new StorageUnavailableError(undefined, { cause });
}
