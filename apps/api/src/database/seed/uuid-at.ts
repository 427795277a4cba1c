import type { Random } from './random';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A UUIDv7 of this instant whose other bits come from `random`: the same for the same seed. */
export function uuidAt(random: Random, instant: number): string {
  const time = instant.toString(16).padStart(12, '0');
  const a = random.int(0x1000000);
  const b = random.int(0x1000000);
  const c = random.int(0x1000000);
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${hex((a >> 16) & 0xff)}${(a & 0xf).toString(16)}` +
    `-${hex(0x80 | ((a >> 8) & 0x3f))}${hex(b >> 16)}-${hex((b >> 8) & 0xff)}${hex(b & 0xff)}` +
    `${hex(c >> 16)}${hex((c >> 8) & 0xff)}${hex(c & 0xff)}${hex((a >> 12) & 0xff)}`
  );
}

const hex = (byte: number): string => HEX[byte] as string;
