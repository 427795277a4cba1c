import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { resolveRange } from './byte-range';
import {
  type ByteRange,
  FileStorage,
  type ListedObject,
  type ObjectStat,
  type PutResult,
  type SignedUrl,
  type SignedUrlOptions,
  type StoredObject,
} from './file-storage';
import { StorageNotFoundError, StorageUnavailableError } from './file-storage.errors';
import type { LinkSigner } from './link-signer';
import { assertKey } from './storage-key';
import { isMissing, toStorageError } from './local.errors';
import { LocalFileStream } from './local.file-stream';

/** Lies in the folder once it is ours. Without it the disk is not mounted or somebody took it away: "down", not "empty". */
const MARKER = '.liftdesk-storage';
/** Puts under way. A key never begins a segment with a dot, so these never meet. */
const PART = /^\.[0-9a-f-]{36}\.part$/;

/** Of a large file the disk is given so much at a time: all at once, whoever else waits for it would stand still. */
const SYNC_BYTES = 8 * 1024 * 1024;

/**
 * Keeps objects as plain files: the key is the path below the folder, the bytes are the file's, nothing lies beside it.
 * Hence `contentType` and `metadata` are not kept; the record of the file has them.
 */
export class LocalFileStorage extends FileStorage {
  readonly linkOrigins = [];

  private constructor(
    private readonly root: string,
    private readonly signer: LinkSigner,
  ) {
    super();
  }

  /**
   * Makes the folder if need be, and proves that it can be written.
   *
   * @throws StorageUnavailableError
   */
  static async open(folder: string, signer: LinkSigner): Promise<LocalFileStorage> {
    const root = resolve(folder);
    try {
      await mkdir(root, { recursive: true });
      await writeFile(
        join(root, MARKER),
        'Liftdesk keeps files here and looks for this one before it does.\n',
      );
    } catch (error) {
      throw new StorageUnavailableError(`Cannot write to the folder for uploads, ${folder}.`, {
        cause: error,
      });
    }
    return new LocalFileStorage(root, signer);
  }

  /**
   * Writes nothing: for a folder that already is a storage, on a disk that may be for reading only.
   *
   * @throws StorageUnavailableError where it is none
   */
  static async openExisting(folder: string, signer: LinkSigner): Promise<LocalFileStorage> {
    const storage = new LocalFileStorage(resolve(folder), signer);
    await storage.requireRoot();
    return storage;
  }

  /** Writes beside the place, syncs, renames, syncs the folder: at each moment the key has all old or all new bytes. */
  async put(key: string, source: Readable): Promise<PutResult> {
    // It may fail before it is read: a stream whose error nobody hears ends the process.
    source.on('error', () => undefined);
    let part: string | undefined;
    try {
      const path = this.pathOf(key);
      const folder = dirname(path);
      await this.act(() => this.requireRoot());
      await this.act(() => this.makeFolder(folder));
      part = join(folder, `.${randomUUID()}.part`);
      const result = await this.write(part, source);
      await this.act(async () => {
        await rename(part ?? '', path);
        part = undefined;
        await syncFolder(folder);
      });
      return result;
    } catch (error) {
      source.destroy();
      if (part) await rm(part, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async get(key: string, options?: { range?: ByteRange }): Promise<StoredObject> {
    const handle = await this.find(() => open(this.pathOf(key), 'r'));
    try {
      const found = await this.act(() => handle.stat());
      if (!found.isFile()) throw new StorageNotFoundError();
      const range = options?.range && resolveRange(options.range, found.size);
      const stream = new LocalFileStream(handle, range?.start ?? 0, range?.end ?? found.size - 1);
      return { stream, range, size: found.size, lastModified: found.mtime };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async stat(key: string): Promise<ObjectStat> {
    const found = await this.find(() => stat(this.pathOf(key)));
    if (!found.isFile()) throw new StorageNotFoundError();
    return { size: found.size, lastModified: found.mtime };
  }

  async delete(key: string): Promise<void> {
    try {
      const path = this.pathOf(key);
      await this.find(async () => {
        if (!(await stat(path)).isFile()) return;
        await unlink(path);
        await syncFolder(dirname(path));
      });
    } catch (error) {
      if (!(error instanceof StorageNotFoundError)) throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<ListedObject> {
    await this.act(() => this.requireRoot());
    for await (const path of this.walk(this.root)) {
      const key = relative(this.root, path);
      if (!key.startsWith(prefix)) continue;
      const found = await this.act(() => unlessMissing(stat(path)));
      if (found?.isFile()) yield { key, size: found.size, lastModified: found.mtime };
    }
  }

  async signedUrl(key: string, options: SignedUrlOptions): Promise<SignedUrl> {
    return this.signer.sign(key, options);
  }

  async sweepInterrupted(olderThan: Date): Promise<number> {
    await this.act(() => this.requireRoot());
    let swept = 0;
    for await (const path of this.walk(this.root, PART)) {
      const found = await this.act(() => unlessMissing(stat(path)));
      if (!found || found.mtime >= olderThan) continue;
      await this.act(() => rm(path, { force: true }));
      swept++;
    }
    return swept;
  }

  async check(): Promise<void> {
    const probe = join(this.root, `.${randomUUID()}.part`);
    await this.act(async () => {
      await this.requireRoot();
      try {
        await writeFile(probe, 'probe');
      } finally {
        await rm(probe, { force: true });
      }
    });
  }

  private pathOf(key: string): string {
    assertKey(key);
    return join(this.root, key);
  }

  /** The source's own failures pass as they are; the disk's become ours. */
  private async write(path: string, source: Readable): Promise<PutResult> {
    const hash = createHash('sha256');
    let size = 0;
    let synced = 0;
    const handle = await this.act(() => open(path, 'wx', 0o640));
    try {
      for await (const piece of source) {
        const chunk: Uint8Array = typeof piece === 'string' ? Buffer.from(piece) : piece;
        hash.update(chunk);
        size += chunk.length;
        await this.act(() => writeAll(handle, chunk));
        if (size - synced < SYNC_BYTES) continue;
        synced = size;
        await this.act(() => handle.datasync());
      }
      await this.act(() => handle.sync());
    } finally {
      await handle.close().catch(() => undefined);
    }
    return { size, sha256: hash.digest('hex') };
  }

  /** A new folder is only there after a power cut if the folder above it was synced too. */
  private async makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: 0o750 });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made))
      await syncFolder(dirname(made));
  }

  private async *walk(folder: string, wanted?: RegExp): AsyncGenerator<string> {
    const entries = await this.act(() => unlessMissing(opendir(folder)));
    if (!entries) return;
    try {
      for await (const entry of entries) {
        const path = join(folder, entry.name);
        const hidden = entry.name.startsWith('.');
        if (entry.isDirectory() && !hidden) yield* this.walk(path, wanted);
        else if (entry.isFile() && (wanted ? wanted.test(entry.name) : !hidden)) yield path;
      }
    } catch (error) {
      throw toStorageError(error);
    }
  }

  private async requireRoot(): Promise<void> {
    await stat(join(this.root, MARKER)).catch((error: unknown) => {
      throw new StorageUnavailableError('The folder for uploads is not there.', { cause: error });
    });
  }

  /** A missing file is "not found" only while the folder itself is there. */
  private async find<T>(deed: () => Promise<T>): Promise<T> {
    try {
      return await deed();
    } catch (error) {
      if (!isMissing(error)) throw toStorageError(error);
      await this.requireRoot();
      throw new StorageNotFoundError({ cause: error });
    }
  }

  private async act<T>(deed: () => Promise<T>): Promise<T> {
    try {
      return await deed();
    } catch (error) {
      throw toStorageError(error);
    }
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
