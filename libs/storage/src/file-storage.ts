import type { Readable } from 'node:stream';

export interface PutOptions {
  /** Media type, for stores that keep one. The record of the file is what counts: see `StoredObject.contentType`. */
  contentType?: string;
  /** Hints for people who look into the store; never read back. Names and values in ASCII. */
  metadata?: Readonly<Record<string, string>>;
}

export interface PutResult {
  /** Bytes that were read from the source and are stored. */
  size: number;
  /** SHA-256 of these bytes, 64 hexadecimal digits in lower case. */
  sha256: string;
}

/** Bytes from `start` to `end`, both included and counted from 0; without `end`, to the last one. */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface ObjectStat {
  /** Bytes of the whole object. */
  size: number;
  lastModified: Date;
  /** What `put` was given, where the store keeps it (S3 does, a disk does not). */
  contentType?: string;
}

export interface StoredObject extends ObjectStat {
  /** Must be read to its end or destroyed, else a handle stays open. Fails if the store breaks off; never ends early. */
  stream: Readable;
  /** What the stream gives, when a range was asked for. */
  range?: Required<ByteRange>;
}

export interface ListedObject {
  key: string;
  size: number;
  lastModified: Date;
}

export type Disposition = 'attachment' | 'inline';

export interface SignedUrlOptions {
  /** The name that the browser saves under, in any script. */
  filename: string;
  /** Media type that the answer will carry. */
  contentType: string;
  /** `inline` is honoured for raster images and PDF only; anything else is an attachment. */
  disposition: Disposition;
  /** Whole seconds, 1 to 604,800 (7 days, S3's limit). */
  expiresInSeconds: number;
}

export interface SignedUrl {
  /** Works without any credential until it expires. Relative to the API's origin where the API itself serves it. */
  url: string;
  /** Earlier than asked for where the store's credentials, and their signatures with them, end before. */
  expiresAt: Date;
}

/**
 * Keeps files under keys, on a disk or in an object store: the injection token, and the contract that
 * `describeFileStorage` proves on each implementation.
 *
 * Every method takes keys as `assertKey` has them, else rejects with StorageKeyError. Every method rejects with
 * StorageUnavailableError when the store cannot do its work; this is never reported as "not found".
 */
export abstract class FileStorage {
  /** Origins that links point to, for the page's policy; none where the API itself serves them. */
  abstract readonly linkOrigins: readonly string[];

  /**
   * Stores all that the source gives. All or nothing: when the source fails or is destroyed, this rejects with the
   * source's error and the key keeps what it had before. Once it resolves the object outlives a power cut.
   * An existing object is replaced at once; who is reading it goes on with the old bytes.
   */
  abstract put(key: string, source: Readable, options?: PutOptions): Promise<PutResult>;

  /**
   * @throws StorageNotFoundError
   * @throws StorageRangeError when no byte of the range exists; a range that reaches beyond the end is clipped
   */
  abstract get(key: string, options?: { range?: ByteRange }): Promise<StoredObject>;

  /** @throws StorageNotFoundError */
  abstract stat(key: string): Promise<ObjectStat>;

  /** Removes the object; one that does not exist is no error. */
  abstract delete(key: string): Promise<void>;

  /**
   * Every object whose key begins with the prefix (a plain string, not necessarily a folder; '' for all), in no
   * promised order. What is added or removed meanwhile may or may not appear.
   */
  abstract list(prefix: string): AsyncIterable<ListedObject>;

  /**
   * A link that anybody who has it can GET until it expires. It is bound to this one object, name, type and
   * disposition. The object need not exist; the link then answers 404.
   */
  abstract signedUrl(key: string, options: SignedUrlOptions): Promise<SignedUrl>;

  /**
   * Removes what puts that never came to an end left behind before the given time, under keys with this prefix where
   * that can be told; others may use the store too. @returns how many
   */
  abstract sweepInterrupted(olderThan: Date, prefix?: string): Promise<number>;

  /** Resolves if an object could be stored now. @throws StorageUnavailableError */
  abstract check(): Promise<void>;
}
