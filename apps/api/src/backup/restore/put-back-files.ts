import { type FileStorage, StorageDamagedError, StorageNotFoundError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileTotals } from '../../files-move/attachment-source';
import { DamagedBackupError } from '../backup.errors';
import { type ListedFile, readFileList } from '../file-list';
import { inOrder } from '../in-order';
import type { Manifest } from '../manifest';
import { readPoolFile } from '../pool';

const AT_ONCE = 4;

/** Attachments of a backup, and where they are to be. */
export interface FilesOptions {
  /** Of backups. */
  place: FileStorage;
  /** Where attachments are to be; null where nothing is there yet, and nothing is to be written. */
  storage: FileStorage | null;
  /** Whether what is there is hashed; else its size must do, as of a bucket that checks its bytes by itself. */
  byBytes: boolean;
  encryptionKey: string | undefined;
  /** Keys of those that the restored desk has no row of: they are neither looked at nor put back. */
  forgotten: ReadonlySet<string>;
  /** Only looks whether it could be done. */
  dryRun: boolean;
  signal: AbortSignal;
  /** Told after each file, with the bytes that were looked at so far. */
  onBytes?: (bytes: number) => void;
}

export interface RestoredFiles {
  /** They are what their rows say. */
  there: FileTotals;
  /** They were missing, or other bytes, and are now those of the backup; would be, with `dryRun`. */
  putBack: FileTotals;
  /** Their objects were gone already when the backup was made. */
  lostBefore: number;
  /** Keys of those that can be had from nowhere. */
  lost: { storageKey: string; why: 'missing' | 'damaged' }[];
}

/**
 * Looks at every attachment of a backup where it is to be, and puts back from the backup what is missing there or has other
 * bytes; each is proven by its hash before it is taken. Nothing is removed: what is newer than the backup stays.
 * @throws DamagedBackupError for their list, StorageUnavailableError
 */
export async function putBackFiles(manifest: Manifest, options: FilesOptions): Promise<RestoredFiles> {
  const found: RestoredFiles = {
    ...{ there: { files: 0, bytes: 0 }, putBack: { files: 0, bytes: 0 } },
    ...{ lostBefore: 0, lost: [] },
  };
  let bytes = 0;
  const lookAt = async (file: ListedFile) => ({ file, fate: await fateOf(manifest, file, options) });
  const files = inOrder(wantedFiles(manifest, options), AT_ONCE, lookAt);
  for await (const { file, fate } of files) {
    if (fate === 'there' || fate === 'putBack') {
      found[fate].files += 1;
      found[fate].bytes += file.size;
    } else if (fate === 'lostBefore') found.lostBefore += 1;
    else found.lost.push({ storageKey: file.storageKey, why: fate });
    options.onBytes?.((bytes += file.size));
  }
  return found;
}

/** What is to be written into the store: files that are not there, by their size. */
export async function bytesToPutBack(manifest: Manifest, options: FilesOptions): Promise<number> {
  const { storage } = options;
  if (storage === null || manifest.files.where === 'store') return 0;
  let bytes = 0;
  const sizeOf = async (file: ListedFile): Promise<number> =>
    file.problem !== undefined || (await isThere(storage, file)) ? 0 : file.size;
  for await (const missing of inOrder(wantedFiles(manifest, options), AT_ONCE, sizeOf)) bytes += missing;
  return bytes;
}

async function* wantedFiles(
  manifest: Manifest,
  { place, forgotten }: FilesOptions,
): AsyncGenerator<ListedFile> {
  for await (const file of readFileList(place, manifest)) if (!forgotten.has(file.storageKey)) yield file;
}

type Fate = 'there' | 'putBack' | 'lostBefore' | 'missing' | 'damaged';

async function fateOf(manifest: Manifest, file: ListedFile, options: FilesOptions): Promise<Fate> {
  const { storage, byBytes, signal } = options;
  signal.throwIfAborted();
  if (storage !== null && (await (byBytes ? isSound : isThere)(storage, file))) return 'there';
  if (file.problem !== undefined) return 'lostBefore';
  if (manifest.files.where === 'store') return 'missing';
  try {
    await putBack(manifest, file, options);
    return 'putBack';
  } catch (error) {
    if (error instanceof StorageNotFoundError) return 'missing';
    if (error instanceof DamagedBackupError || error instanceof StorageDamagedError) return 'damaged';
    throw error;
  }
}

async function putBack(manifest: Manifest, file: ListedFile, options: FilesOptions): Promise<void> {
  const { place, storage, encryptionKey, dryRun } = options;
  const bytes = readPoolFile(place, manifest, file, encryptionKey);
  if (dryRun || storage === null) for await (const _ of bytes);
  else await storage.put(file.storageKey, Readable.from(bytes, { objectMode: false }));
}

async function isThere(storage: FileStorage, { storageKey, size }: ListedFile): Promise<boolean> {
  try {
    return (await storage.stat(storageKey)).size === size;
  } catch (error) {
    if (error instanceof StorageNotFoundError) return false;
    throw error;
  }
}

async function isSound(storage: FileStorage, { storageKey, sha256 }: ListedFile): Promise<boolean> {
  try {
    const { stream } = await storage.get(storageKey);
    const hash = createHash('sha256');
    for await (const chunk of stream) hash.update(chunk as Buffer);
    return hash.digest('hex') === sha256;
  } catch (error) {
    if (error instanceof StorageNotFoundError || error instanceof StorageDamagedError) return false;
    throw error;
  }
}
