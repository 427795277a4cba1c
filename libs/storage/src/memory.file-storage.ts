import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { resolveRange } from './byte-range';
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
import { StorageNotFoundError, StorageUnavailableError } from './file-storage.errors';
import type { LinkSigner } from './link-signer';
import { assertKey } from './storage-key';

interface Kept {
  bytes: Buffer;
  lastModified: Date;
  contentType?: string;
}

/** The fake for tests: keeps the same contract, in memory. */
export class MemoryFileStorage extends FileStorage {
  readonly linkOrigins = [];
  /** While true, everything is refused as if the store were down. */
  down = false;
  private readonly objects = new Map<string, Kept>();

  constructor(private readonly signer: LinkSigner) {
    super();
  }

  /** What is stored now, sorted. */
  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  async put(key: string, source: Readable, options?: PutOptions): Promise<PutResult> {
    try {
      this.reach(key);
      const bytes = await buffer(source);
      this.reach(key);
      this.objects.set(key, { bytes, lastModified: new Date(), contentType: options?.contentType });
      return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      source.destroy();
      throw error;
    }
  }

  async get(key: string, options?: { range?: ByteRange }): Promise<StoredObject> {
    const { bytes, ...kept } = this.find(key);
    const range = options?.range && resolveRange(options.range, bytes.length);
    const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
    return { ...kept, size: bytes.length, range, stream: Readable.from(part.length > 0 ? [part] : []) };
  }

  async stat(key: string): Promise<ObjectStat> {
    const { bytes, ...kept } = this.find(key);
    return { ...kept, size: bytes.length };
  }

  async delete(key: string): Promise<void> {
    this.reach(key);
    this.objects.delete(key);
  }

  async *list(prefix: string): AsyncIterable<ListedObject> {
    this.reach();
    for (const [key, { bytes, lastModified }] of this.objects) {
      if (key.startsWith(prefix)) yield { key, size: bytes.length, lastModified };
    }
  }

  async signedUrl(key: string, options: SignedUrlOptions): Promise<SignedUrl> {
    return this.signer.sign(key, options);
  }

  async sweepInterrupted(): Promise<number> {
    this.reach();
    return 0;
  }

  async check(): Promise<void> {
    this.reach();
  }

  private reach(key?: string): void {
    if (key !== undefined) assertKey(key);
    if (this.down) throw new StorageUnavailableError();
  }

  private find(key: string): Kept {
    this.reach(key);
    const kept = this.objects.get(key);
    if (!kept) throw new StorageNotFoundError();
    return kept;
  }
}
