import { isUtf8 } from 'node:buffer';

/** In UTF-8 a surrogate would be ED, A0 to BF, 80 to BF: bytes that no valid text has in this order. */
const SURROGATE_PAIRS = /\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g;
const LONE_SURROGATES = /\xed[\xa0-\xbf][\x80-\xbf]/g;
const REPLACEMENT = '\xef\xbf\xbd';

const LOW_BITS = 0x3f;

/**
 * Reads bytes as UTF-8. Two surrogates in a row, as systems write them that took UTF-16 for characters, become the character
 * that they mean; a lone one, and each other sequence that is invalid, becomes U+FFFD.
 */
export function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  const mended = bytes
    .toString('latin1')
    .replace(SURROGATE_PAIRS, (_, ...units: string[]) => inUtf8(units.slice(0, 4)))
    .replace(LONE_SURROGATES, REPLACEMENT);
  return Buffer.from(mended, 'latin1').toString();
}

/** @param bytes the second and the third of each surrogate */
function inUtf8(bytes: readonly string[]): string {
  const [a, b, c, d] = bytes.map((byte) => byte.charCodeAt(0) & LOW_BITS) as [number, number, number, number];
  const [high, low] = [0xd000 | (a << 6) | b, 0xd000 | (c << 6) | d];
  return Buffer.from(String.fromCharCode(high, low)).toString('latin1');
}
