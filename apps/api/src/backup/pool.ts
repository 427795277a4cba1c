import { type FileStorage, StorageNotFoundError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { encryptedSize, fingerprintOf } from './age';
import { type Stored, readArtefact, storeArtefact } from './artefact';
import type { ListedFile } from './file-list';
import type { Manifest } from './manifest';

/** What the keys of the pool begin with. */
export const POOL = 'files/';

/** How files of this key are named. Each key has its own files: with a new one all are encrypted anew. */
export const poolSuffix = async (encryptionKey: string | undefined): Promise<string> =>
  encryptionKey === undefined ? '' : `.${await fingerprintOf(encryptionKey)}.age`;

export const poolKey = (sha256: string, suffix: string): string =>
  `${POOL}${sha256.slice(0, 2)}/${sha256}${suffix}`;

/** An attachment as the pool has it, for readArtefact(). */
export function poolFile({ files }: Pick<Manifest, 'files'>, { sha256, size }: ListedFile): Stored {
  const encryption = files.suffix === '' ? 'none' : 'age';
  return {
    key: poolKey(sha256, files.suffix),
    compression: 'none',
    encryption,
    plain: { sha256, bytes: size },
  };
}

/** What became of an attachment. */
export type Kept = 'added' | 'there' | NonNullable<ListedFile['problem']>;

/** Attachments of a local store in a place of backups: each once, under the hash of its bytes, for all backups together. */
export class Pool {
  /** Of this run, so that two rows with the same bytes do not write at once. */
  private readonly underWay = new Map<string, Promise<Kept>>();

  private constructor(
    private readonly place: FileStorage,
    /** Bytes, by key. */
    private readonly there: ReadonlyMap<string, number>,
    private readonly encryptionKey: string | undefined,
    readonly suffix: string,
  ) {}

  /** Looks what is there. @throws StorageUnavailableError */
  static async open(place: FileStorage, encryptionKey: string | undefined): Promise<Pool> {
    const there = new Map<string, number>();
    for await (const { key, size } of place.list(POOL)) there.set(key, size);
    return new Pool(place, there, encryptionKey, await poolSuffix(encryptionKey));
  }

  /** Whole, as far as its size tells. */
  has({ sha256, size }: ListedFile): boolean {
    const bytes = this.encryptionKey === undefined ? size : encryptedSize(size);
    return this.there.get(poolKey(sha256, this.suffix)) === bytes;
  }

  /** Copies it unless it is there. What is not what its row says leaves nothing behind. @throws StorageUnavailableError */
  async keep(file: ListedFile, from: FileStorage): Promise<Kept> {
    if (this.has(file)) return 'there';
    const before = this.underWay.get(file.sha256);
    if (before) return (await before) === 'added' ? 'there' : this.copy(file, from);
    const copying = this.copy(file, from);
    this.underWay.set(file.sha256, copying);
    return copying;
  }

  private copy(file: ListedFile, from: FileStorage): Promise<Kept> {
    const { place, suffix, encryptionKey } = this;
    return copyToPool({ place, suffix, encryptionKey }, file, from);
  }
}

export interface PoolTerms {
  place: FileStorage;
  suffix: string;
  encryptionKey: string | undefined;
}

/** In the place of what is there under its name; that stays where there is nothing better. @throws StorageUnavailableError */
export async function copyToPool(
  { place, suffix, encryptionKey }: PoolTerms,
  file: ListedFile,
  from: FileStorage,
): Promise<Exclude<Kept, 'there'>> {
  const bare = poolKey(file.sha256, suffix.replace(/\.age$/, ''));
  try {
    const { stream } = await from.get(file.storageKey);
    await storeArtefact(place, bare, proven(stream, file), { compression: 'none', encryptionKey });
    return 'added';
  } catch (error) {
    if (error instanceof StorageNotFoundError) return 'missing';
    if (error instanceof OtherBytesError) return 'different';
    throw error;
  }
}

class OtherBytesError extends Error {}

/** The bytes, or a failure at their end where they are not those of the row: then none are kept. */
async function* proven(stream: AsyncIterable<Uint8Array>, file: ListedFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (size !== file.size || hash.digest('hex') !== file.sha256) throw new OtherBytesError();
}

/** An attachment of a backup, byte for byte; fails at its end where it is not what its row says. @throws as readArtefact() */
export const readPoolFile = (
  place: FileStorage,
  manifest: Pick<Manifest, 'files'>,
  file: ListedFile,
  encryptionKey: string | undefined,
): AsyncGenerator<Buffer> => readArtefact(place, poolFile(manifest, file), encryptionKey);
