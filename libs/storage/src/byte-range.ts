import { StorageRangeError } from './file-storage.errors';
import type { ByteRange } from './file-storage';

/**
 * The bytes of an object of `size` bytes that a range names, clipped to its end.
 *
 * @throws StorageRangeError when there is none
 */
export function resolveRange(range: ByteRange, size: number): Required<ByteRange> {
  const end = Math.min(range.end ?? size - 1, size - 1);
  if (range.start < 0 || range.start > end) throw new StorageRangeError(size);
  return { start: range.start, end };
}

/**
 * Reads a Range header (RFC 9110, 14.2) against an object of `size` bytes.
 *
 * @returns undefined when the whole object is to be sent: no header, several ranges, another unit, or nonsense
 * @throws StorageRangeError when it is well-formed and no byte of it exists
 */
export function parseRangeHeader(header: string | undefined, size: number): Required<ByteRange> | undefined {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '');
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0) throw new StorageRangeError(size);
    return resolveRange({ start: Math.max(0, size - suffix) }, size);
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return resolveRange({ start: Number(first), end: last === '' ? undefined : Number(last) }, size);
}
