import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error';

/** Checksums as the SDK names them, e.g. `x-amz-checksum-crc32`, in base64. */
export type Checksums = Readonly<Record<string, string>>;

const CHECKSUMS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'x-amz-checksum-crc32': (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum;
  },
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest(),
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest(),
};
/** Say something about checksums and are none. */
const ABOUT_CHECKSUMS = new Set(['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-type']);

/**
 * The object's bytes of a request: out of the chunks that the SDK sends streams in, and proven by everything that was
 * said about them.
 *
 * @param declared as verifySignature() gives it
 * @throws S3Error
 */
export function readBody(
  raw: Buffer,
  headers: IncomingHttpHeaders,
  declared: string,
): { bytes: Buffer; checksums: Checksums } {
  const chunked = declared.startsWith('STREAMING-') ? fromChunks(raw) : undefined;
  const bytes = chunked?.bytes ?? raw;
  if (!chunked && headers['content-length'] === undefined) throw new S3Error('MissingContentLength');
  if (!chunked && declared !== 'UNSIGNED-PAYLOAD' && declared !== hex(bytes))
    throw new S3Error('XAmzContentSHA256Mismatch');
  const decodedLength = headers['x-amz-decoded-content-length'];
  if (chunked && Number(decodedLength) !== bytes.length) throw new S3Error('IncompleteBody');
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(bytes).digest('base64'))
    throw new S3Error('BadDigest');
  return { bytes, checksums: provenChecksums(bytes, { ...headers, ...chunked?.trailers }) };
}

function provenChecksums(bytes: Buffer, said: IncomingHttpHeaders): Checksums {
  const proven: Record<string, string> = {};
  for (const [name, value] of Object.entries(said)) {
    if (!name.startsWith('x-amz-checksum-') || ABOUT_CHECKSUMS.has(name)) continue;
    const sum = CHECKSUMS[name];
    if (!sum) throw new S3Error('NotImplemented', `${name} is not known here`);
    if (sum(bytes).toString('base64') !== value) throw new S3Error('BadDigest', `${name} does not match`);
    proven[name] = value;
  }
  return proven;
}

/** `<size in hex>[;chunk-signature=..]\r\n<bytes>\r\n` .. `0[;..]\r\n<trailers>\r\n\r\n` */
function fromChunks(raw: Buffer): { bytes: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    if (lineEnd < 0) throw new S3Error('IncompleteBody', 'A chunk has no head');
    const size = Number.parseInt(raw.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0)
      return { bytes: Buffer.concat(chunks), trailers: trailersOf(raw.toString('latin1', start)) };
    if (!(start + size + 2 <= raw.length)) throw new S3Error('IncompleteBody', 'A chunk is not whole');
    chunks.push(raw.subarray(start, start + size));
    at = start + size + 2;
  }
}

function trailersOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

const hex = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
