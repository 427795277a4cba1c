import type { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { decrypt, encrypt } from './age';
import { BackupKeyError, DamagedBackupError } from './backup.errors';
import { gunzip, gzip } from './gzip';

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** Bytes as they were given, and what became of them on the way into the place. */
export const artefactSchema = z.strictObject({
  key: z.string().min(1),
  /** Of the object as it is stored. */
  bytes: z.int().min(0),
  sha256: sha256Schema,
  compression: z.enum(['gzip', 'none']),
  /** `age`: by DATABASE_ENCRYPTION_KEY, see age.ts. */
  encryption: z.enum(['age', 'none']),
  /** Of what was given, and comes back. */
  plain: z.strictObject({ bytes: z.int().min(0), sha256: sha256Schema }),
});

export type Artefact = z.output<typeof artefactSchema>;

export interface Wrapping {
  compression: Artefact['compression'];
  /** DATABASE_ENCRYPTION_KEY; without it the bytes are not encrypted. */
  encryptionKey: string | undefined;
}

/** What stands behind the key of what is wrapped so. */
export const suffixOf = ({ compression, encryptionKey }: Wrapping): string =>
  (compression === 'gzip' ? '.gz' : '') + (encryptionKey === undefined ? '' : '.age');

/**
 * Compresses, encrypts and stores, piece by piece; all or nothing, as FileStorage.put().
 * @param key without the suffix of its wrapping
 * @throws what the source throws, and StorageUnavailableError
 */
export async function storeArtefact(
  place: FileStorage,
  key: string,
  source: AsyncIterable<Uint8Array>,
  wrapping: Wrapping,
): Promise<Artefact> {
  const { compression, encryptionKey } = wrapping;
  const plain = new Tally();
  let bytes: AsyncIterable<Uint8Array> = plain.count(source);
  if (compression === 'gzip') bytes = gzip(bytes);
  if (encryptionKey !== undefined) bytes = encrypt(bytes, encryptionKey);
  const whole = key + suffixOf(wrapping);
  const { size, sha256 } = await place.put(whole, Readable.from(bytes, { objectMode: false }));
  const encryption = encryptionKey === undefined ? 'none' : 'age';
  return { key: whole, bytes: size, sha256, compression, encryption, plain: plain.result() };
}

/** What is known of an object before it is read. Without the hash of its bytes, that of what they hold must do. */
export type Stored = Omit<Artefact, 'bytes' | 'sha256' | 'plain'> &
  Partial<Pick<Artefact, 'bytes' | 'sha256'>> & { plain: { bytes?: number; sha256: string } };

/**
 * The bytes as they were given to storeArtefact(). They are proven only at the end: until then whatever is made of them
 * is to be thrown away.
 * @throws BackupKeyError without the key, or with another one
 * @throws DamagedBackupError where one byte differs, or is missing, here or at the end
 * @throws StorageNotFoundError, StorageUnavailableError
 */
export async function* readArtefact(
  place: FileStorage,
  artefact: Stored,
  encryptionKey: string | undefined,
): AsyncGenerator<Buffer> {
  const { key, compression, encryption } = artefact;
  if (encryption === 'age' && encryptionKey === undefined) throw new BackupKeyError(key, false);
  const { stream } = await place.get(key);
  const stored = new Tally();
  const plain = new Tally();
  try {
    let bytes: AsyncIterable<Uint8Array> = stored.count(stream);
    if (encryption === 'age') bytes = decrypt(bytes, encryptionKey as string, key);
    if (compression === 'gzip') bytes = gunzip(bytes);
    yield* plain.count(bytes) as AsyncGenerator<Buffer>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_'))
      throw new DamagedBackupError(`${key} cannot be decompressed`, { cause: error });
    throw error;
  } finally {
    stream.destroy();
  }
  stored.assertIs(artefact, key);
  plain.assertIs(artefact.plain, key);
}

/**
 * Into a new file that nobody else may read.
 * @param durable on the disk when this resolves; not for what is thrown away
 * @throws as readArtefact()
 */
export async function restoreArtefact(
  place: FileStorage,
  artefact: Artefact,
  encryptionKey: string | undefined,
  path: string,
  durable = true,
): Promise<void> {
  const target = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(readArtefact(place, artefact, encryptionKey), target);
  if (!durable) return;
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Counts and hashes bytes that pass. */
class Tally {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  async *count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.hash.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
    }
  }

  result(): Artefact['plain'] {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  assertIs(expected: Partial<Artefact['plain']>, key: string): void {
    const { bytes, sha256 } = this.result();
    if (bytes !== (expected.bytes ?? bytes))
      throw new DamagedBackupError(`${key} has ${bytes} bytes instead of ${expected.bytes}`);
    if (sha256 !== (expected.sha256 ?? sha256)) throw new DamagedBackupError(`${key} has other bytes`);
  }
}
