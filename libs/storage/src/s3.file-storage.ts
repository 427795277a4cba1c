import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { within } from './deadline';
import {
  type ByteRange,
  FileStorage,
  type ListedObject,
  type ObjectStat,
  type PutOptions,
  type PutResult,
  type SignedUrl,
  type SignedUrlOptions,
  type StoredObject,
} from './file-storage';
import { StorageNotFoundError, StorageRangeError, StorageUnavailableError } from './file-storage.errors';
import { HashedSource } from './hashed-source';
import { assertLifetime, dispositionHeader, safeDisposition, wellFormed } from './link-terms';
import { openClients, originOf, type S3Clients, type S3Patience } from './s3.clients';
import { S3CallError, toStorageError } from './s3.errors';
import { type Call, listObjects, listUploads, type Place } from './s3.listing';
import { storedObject } from './s3.stored-object';
import { assertKey, isKey } from './storage-key';
import type { S3StorageConfig } from './storage.config';
import { Turnstile } from './turnstile';

export type S3FileStorageOptions = Omit<S3StorageConfig, 'type' | 'uploadDir' | 'signedUrlTtlSeconds'> &
  S3Patience;

/** S3's least, so that a file of this size and below goes up in one request. */
const PART_BYTES = 5 * 1024 * 1024;
/** Each upload under way holds a part or two in memory: the others wait, unread. */
const UPLOADS_AT_ONCE = 4;
/** How long a failed upload waits until its parts are gone; what it leaves is swept. */
const ABANDON_MS = 1_000;
/** A key that `assertKey` refuses, so that the probe never meets a file; a policy may let us into this folder alone. */
const PROBE = 'attachments/.liftdesk-check';
/** So long a write that went well proves that the next one will. */
const PROOF_MS = 5 * 60_000;

/** Keeps objects in a bucket: S3, or a store that speaks its protocol. */
export class S3FileStorage extends FileStorage {
  private readonly turns: Turnstile;
  private provenAt = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly options: S3FileStorageOptions,
    private readonly clients: S3Clients,
    readonly linkOrigins: readonly string[],
  ) {
    super();
    this.turns = new Turnstile(options.uploadsAtOnce ?? UPLOADS_AT_ONCE);
  }

  /** Calls nobody: a desk without its files still starts, and /health tells. */
  static async open(options: S3FileStorageOptions): Promise<S3FileStorage> {
    const origin = await originOf(options.bucket, options);
    return new S3FileStorage(options, openClients(options), [origin]);
  }

  /** Nest calls it when the application ends. */
  onApplicationShutdown(): void {
    this.clients.write.destroy();
    this.clients.read.destroy();
  }

  async put(key: string, source: Readable, options?: PutOptions): Promise<PutResult> {
    const hashed = new HashedSource(source);
    try {
      const target = this.target(key);
      await this.turns.enter();
      try {
        await this.upload({
          ...target,
          Body: hashed.read(),
          ContentType: options?.contentType,
          Metadata: options?.metadata && { ...options.metadata },
          ...this.encryption,
        });
        this.provenAt = performance.now();
        return hashed.result();
      } catch (error) {
        throw hashed.failure ? error : this.refusal(error);
      } finally {
        this.turns.leave();
      }
    } catch (error) {
      source.destroy();
      throw hashed.failure ? hashed.failure.error : error;
    }
  }

  async get(key: string, options?: { range?: ByteRange }): Promise<StoredObject> {
    const target = this.target(key);
    const { start, end } = options?.range ?? {};
    if (start !== undefined && (start < 0 || (end ?? start) < start)) throw await this.outOf(key);
    const range = start === undefined ? {} : { Range: `bytes=${start}-${end ?? ''}` };
    try {
      const answer = await this.call('GetObject', () =>
        this.clients.read.send(new GetObjectCommand({ ...target, ...range })),
      );
      return storedObject(
        answer,
        this.options.idleMs ?? this.options.deadlineMs,
        start !== undefined,
        (error) => this.unavailable(error),
      );
    } catch (error) {
      if (error instanceof StorageUnavailableError && (error.cause as S3CallError).status === 416)
        throw await this.outOf(key);
      throw error;
    }
  }

  async stat(key: string): Promise<ObjectStat> {
    const target = this.target(key);
    try {
      const {
        ContentLength = 0,
        LastModified,
        ContentType,
      } = await this.call('HeadObject', () => this.clients.read.send(new HeadObjectCommand(target)));
      return { size: ContentLength, lastModified: LastModified ?? new Date(0), contentType: ContentType };
    } catch (error) {
      // The answer has no body: a bucket that is gone looks like an object that is.
      if (error instanceof StorageNotFoundError) await this.requireBucket();
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    const target = this.target(key);
    try {
      await this.call('DeleteObject', () => this.clients.write.send(new DeleteObjectCommand(target)));
    } catch (error) {
      if (!(error instanceof StorageNotFoundError)) throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<ListedObject> {
    const { keyPrefix } = this.options;
    for await (const { key: whole, ...object } of listObjects(
      this.clients.read,
      this.place(prefix),
      this.call,
    )) {
      const key = whole.slice(keyPrefix.length);
      if (isKey(key)) yield { key, ...object };
    }
  }

  async signedUrl(key: string, options: SignedUrlOptions): Promise<SignedUrl> {
    const target = this.target(key);
    const { contentType, expiresInSeconds } = options;
    assertLifetime(expiresInSeconds);
    const disposition = safeDisposition(contentType, options.disposition);
    const command = new GetObjectCommand({
      ...target,
      ResponseContentType: contentType,
      ResponseContentDisposition: dispositionHeader(wellFormed(options.filename), disposition),
    });
    const signingDate = new Date(Math.floor(Date.now() / 1000) * 1000);
    return this.call('sign GetObject', async () => {
      const { expiration } = await within(this.options.deadlineMs, () =>
        this.clients.read.config.credentials(),
      );
      const url = await getSignedUrl(this.clients.read, command, {
        expiresIn: expiresInSeconds,
        signingDate,
      });
      const ends = signingDate.getTime() + expiresInSeconds * 1000;
      return { url, expiresAt: new Date(Math.min(ends, expiration?.getTime() ?? ends)) };
    });
  }

  async sweepInterrupted(olderThan: Date, prefix = ''): Promise<number> {
    let swept = 0;
    const uploads = listUploads(this.clients.read, this.place(prefix), this.call);
    for await (const { key, uploadId, initiated } of uploads) {
      if (initiated >= olderThan) continue;
      await this.abort(key, uploadId, this.options.deadlineMs);
      swept += 1;
    }
    return swept;
  }

  /** Asks for the bucket each time; writes and removes a small object when the last write is a while ago or failed. */
  async check(): Promise<void> {
    await this.requireBucket();
    if (performance.now() - this.provenAt < PROOF_MS) return;
    const probe = { Bucket: this.options.bucket, Key: this.options.keyPrefix + PROBE };
    const put = new PutObjectCommand({ ...probe, Body: 'probe', ...this.encryption });
    await this.call('PutObject', () => this.clients.write.send(put));
    await this.call('DeleteObject', () => this.clients.write.send(new DeleteObjectCommand(probe)));
    this.provenAt = performance.now();
  }

  private get encryption(): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { sse, sseKmsKeyId } = this.options;
    return sse === 'off' ? {} : { ServerSideEncryption: sse, SSEKMSKeyId: sseKmsKeyId };
  }

  private target(key: string): { Bucket: string; Key: string } {
    assertKey(key);
    return { Bucket: this.options.bucket, Key: this.options.keyPrefix + key };
  }

  private place(prefix: string): Place {
    return { Bucket: this.options.bucket, Prefix: this.options.keyPrefix + prefix };
  }

  private async upload(params: PutObjectCommandInput & { Key: string }): Promise<void> {
    const upload = new Upload({
      client: this.clients.write,
      params,
      partSize: PART_BYTES,
      queueSize: 1,
      leavePartsOnError: true,
    });
    try {
      await upload.done();
    } catch (error) {
      await this.abort(params.Key, upload.uploadId, ABANDON_MS).catch(() => undefined);
      throw error;
    }
  }

  /** Removes the parts of an upload that will not be completed; one that is gone is no error. */
  private async abort(key: string, uploadId: string | undefined, patienceMs: number): Promise<void> {
    if (uploadId === undefined) return;
    const command = new AbortMultipartUploadCommand({
      Bucket: this.options.bucket,
      Key: key,
      UploadId: uploadId,
    });
    try {
      await this.call('AbortMultipartUpload', () =>
        within(patienceMs, () => this.clients.write.send(command)),
      );
    } catch (error) {
      if ((error as { cause?: S3CallError }).cause?.code !== 'NoSuchUpload') throw error;
    }
  }

  /** Why a put failed. Who waits for a turn would only find out the same, one after the other. */
  private refusal(error: unknown): Error {
    const refusal = this.translate(error, 'PutObject');
    if (refusal instanceof StorageUnavailableError) {
      this.provenAt = Number.NEGATIVE_INFINITY;
      this.turns.refuseWaiting(refusal);
    }
    return refusal;
  }

  private async requireBucket(): Promise<void> {
    const { bucket } = this.options;
    try {
      await this.call('HeadBucket', () => this.clients.read.send(new HeadBucketCommand({ Bucket: bucket })));
    } catch (error) {
      if (!(error instanceof StorageNotFoundError)) throw error;
      throw this.translate(Object.assign(new Error(), { name: 'NoSuchBucket' }), 'HeadBucket');
    }
  }

  /** What to say of a range that holds no byte. @throws StorageNotFoundError when there is no object either */
  private async outOf(key: string): Promise<StorageRangeError> {
    return new StorageRangeError((await this.stat(key)).size);
  }

  private readonly call: Call = async (deed, send) => {
    try {
      return await send();
    } catch (error) {
      throw this.translate(error, deed);
    }
  };

  private unavailable(error: unknown): Error {
    return this.translate(error, 'reading');
  }

  private translate(error: unknown, deed: string): Error {
    return toStorageError(error, deed, this.options.bucket);
  }
}
