import type { ByteReader } from './byte-reader';
import { ArchiveError } from './archive-error';

/** One file in a tar archive. */
export interface TarEntry {
  /** Of letters, digits and `._-/`, 100 at most. */
  name: string;
  /** In bytes. */
  size: number;
}

const BLOCK = 512;
/** Sizes from here on do not fit into 11 octal digits: they are written as GNU tar does, which all tars read. */
const OCTAL_LIMIT = 8 ** 11;
const NAME = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

/** Two empty blocks end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/**
 * The header of a plain file that its owner alone may read: POSIX ustar, https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 * @param seconds since 1970
 */
export function tarHeader({ name, size }: TarEntry, seconds: number): Buffer {
  if (!NAME.test(name) || name.length > 100) throw new Error(`No name for an entry: ${name}`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'latin1');
  header.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100, 'latin1');
  if (size < OCTAL_LIMIT) header.write(octal(size, 11), 124, 'latin1');
  else header.writeBigUInt64BE(BigInt(size), header.writeUInt32BE(0x80000000, 124));
  header.write(octal(seconds, 11), 136, 'latin1');
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${octal(sum(header), 6)}\0 `, 148, 'latin1');
  return header;
}

/** What fills up the last block of a file. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/**
 * Reads what tarHeader() wrote, and nothing else: links, folders, devices, other owners, names that lead elsewhere and
 * whatever one bit has made of a header are refused, since they would have been written in another way.
 * @returns null at the end of the archive, behind which nothing may come
 */
export async function readTarHeader(bytes: ByteReader): Promise<TarEntry | null> {
  const header = await bytes.exactly(BLOCK);
  if (header.every((byte) => byte === 0)) {
    if (!(await bytes.exactly(BLOCK)).every((byte) => byte === 0) || !(await bytes.isAtEnd()))
      throw new ArchiveError('something stands behind its end');
    return null;
  }
  const name = header.toString('latin1', 0, header.indexOf(0));
  const isLong = header.readUInt32BE(124) === 0x80000000;
  const size = isLong ? Number(header.readBigUInt64BE(128)) : octalOf(header, 124);
  const isPlain = NAME.test(name) && Number.isSafeInteger(size) && size >= 0;
  if (!isPlain || !tarHeader({ name, size }, octalOf(header, 136)).equals(header))
    throw new ArchiveError('an entry is no plain file as an export has them');
  return { name, size };
}

/** @throws ArchiveError where the fill of the last block is not empty */
export async function skipTarPadding(bytes: ByteReader, size: number): Promise<void> {
  const padding = await bytes.exactly(tarPadding(size).length);
  if (!padding.every((byte) => byte === 0)) throw new ArchiveError('something stands between its entries');
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

/** 11 digits; 0 where there are none, which no header that is equal could hold. */
function octalOf(header: Buffer, at: number): number {
  const text = header.toString('latin1', at, at + 11);
  return /^[0-7]{11}$/.test(text) ? Number.parseInt(text, 8) : 0;
}

function sum(header: Buffer): number {
  let total = 0;
  for (const byte of header) total += byte;
  return total;
}
