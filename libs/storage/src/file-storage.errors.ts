/**
 * What callers of a FileStorage meet, whichever store is behind it. `status` and `code` are what an HTTP
 * layer answers with; `cause` keeps the store's own error for the log and never leaves the server.
 */
export abstract class StorageError extends Error {
  /** Stable, machine-readable name of the kind of failure. */
  abstract readonly code: string;
  /** The HTTP status that says the same. */
  abstract readonly status: number;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The store works and has no object under this key. */
export class StorageNotFoundError extends StorageError {
  readonly code = 'not-found';
  readonly status = 404;

  constructor(options?: ErrorOptions) {
    super('There is no such file.', options);
  }
}

/** The store cannot be reached, refused us, is full or broke off: says nothing about whether the object exists. */
export class StorageUnavailableError extends StorageError {
  readonly code = 'storage-unavailable';
  readonly status = 503;

  constructor(message = 'The file storage is not available.', options?: ErrorOptions) {
    super(message, options);
  }
}

/** The store gives an object, and says by a checksum of its own that these are not the bytes that were put. */
export class StorageDamagedError extends StorageUnavailableError {
  constructor(options?: ErrorOptions) {
    super('The file is damaged in the file storage.', options);
  }
}

/** The key can never name an object: a mistake of the caller, see `assertKey`. */
export class StorageKeyError extends StorageError {
  readonly code = 'invalid-key';
  readonly status = 400;
}

/** No byte of the asked range lies within the object. */
export class StorageRangeError extends StorageError {
  readonly code = 'range-not-satisfiable';
  readonly status = 416;

  /** @param size bytes the object has */
  constructor(
    readonly size: number,
    options?: ErrorOptions,
  ) {
    super('The range lies outside the file.', options);
  }
}

/** A signed link whose signature does not fit what it asks for. */
export class StorageLinkInvalidError extends StorageError {
  readonly code = 'link-invalid';
  readonly status = 403;

  constructor() {
    super('This link is not valid.');
  }
}

/** A signed link that was good once. */
export class StorageLinkExpiredError extends StorageError {
  readonly code = 'link-expired';
  readonly status = 403;

  constructor() {
    super('This link has expired. Ask for a new one.');
  }
}
