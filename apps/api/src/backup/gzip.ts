import { promisify } from 'node:util';
import { createGunzip, gzip as gzipWhole } from 'node:zlib';
import { pipeline } from 'node:stream';
import { inOrder } from './in-order';
import { piecesOf } from './pieces';

const gzipPiece = promisify(gzipWhole);

const PIECE_BYTES = 1024 * 1024;
/** Threads of node's pool; one is left for reading and writing. */
const AT_ONCE = 3;
/** A desk is mostly text: the fastest level makes a fifth of it, a slower one little less. */
const LEVEL = 1;

/**
 * A gzip file of one member a piece, which every gunzip takes for one file: pieces are compressed beside each other, and
 * the thread that writes is free.
 */
export async function* gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let isEmpty = true;
  for await (const member of inOrder(piecesOf(source, PIECE_BYTES), AT_ONCE, compress)) {
    isEmpty = false;
    yield member;
  }
  if (isEmpty) yield await compress(Buffer.alloc(0));
}

const compress = (piece: Buffer): Promise<Buffer> => gzipPiece(piece, { level: LEVEL });

/** Fails as the source fails, and where its bytes are no gzip file. */
export function gunzip(source: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  // pipeline() ends both with the error of either, which the reader of the last one meets.
  return pipeline(source, createGunzip({ chunkSize: 256 * 1024 }), () => undefined) as AsyncIterable<Buffer>;
}
