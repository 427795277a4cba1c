import { type Hash, createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { ArchiveError } from './archive-error';

/**
 * The last member of a sealed gzip file: it is empty, and its comment (RFC 1952, FCOMMENT) is the SHA-256 of all bytes before
 * it. gunzip, tar and their like pass over it; we see by it that not one bit of the file has changed and nothing was cut off.
 */
function seal(hash: Hash): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 0xff]);
  const comment = Buffer.from(`sha256 of all before: ${hash.digest('hex')}\0`, 'latin1');
  return Buffer.concat([header, comment, Buffer.from([3, 0]), Buffer.alloc(8)]);
}

/** Texts of greater pieces would wait as garbage until all of memory is looked through. */
const CHUNK = 1 << 16;
const BROKEN = 'it was changed or cut since it was exported, or something else packed it';
const SEAL_LENGTH = seal(createHash('sha256')).length;

/** gzip, sealed. */
export async function* sealed(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gzip = createGzip({ chunkSize: CHUNK });
  pipeline(Readable.from(bytes, { objectMode: false }), gzip, () => undefined);
  const hash = createHash('sha256');
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  yield seal(hash);
}

/**
 * What sealed() was given. The seal is looked at when all is read: until then nothing is proven.
 * @throws ArchiveError where it is broken, or the file was made by something else
 */
export async function* unsealed(file: FileHandle): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  const end = size - SEAL_LENGTH;
  if (end <= 0) throw new ArchiveError('it is too short to be one');
  const hash = createHash('sha256');
  const gunzip = createGunzip({ chunkSize: CHUNK });
  pipeline(Readable.from(bytesOf(file, end, hash), { objectMode: false }), gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (/^Z_/.test(code ?? '')) throw new ArchiveError(BROKEN, { cause: error });
    throw error;
  }
  const { buffer } = await file.read(Buffer.alloc(SEAL_LENGTH), 0, SEAL_LENGTH, end);
  if (!buffer.equals(seal(hash))) throw new ArchiveError(BROKEN);
}

/** Up to the seal. A stream of node's own would close the file, which others go on reading. */
async function* bytesOf(file: FileHandle, end: number, hash: Hash): AsyncGenerator<Buffer> {
  for (let at = 0; at < end;) {
    const { buffer, bytesRead } = await file.read(
      Buffer.allocUnsafe(CHUNK),
      0,
      Math.min(CHUNK, end - at),
      at,
    );
    if (bytesRead === 0) throw new ArchiveError('it was cut while it was read');
    const bytes = buffer.subarray(0, bytesRead);
    hash.update(bytes);
    at += bytesRead;
    yield bytes;
  }
}
