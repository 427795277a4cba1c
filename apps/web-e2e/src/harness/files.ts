import { sampleFiles } from '@liftdesk/testing';
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

export interface SomeFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** One page that says `text`. */
export function aPdf(name: string, text: string): SomeFile {
  return { name, mimeType: 'application/pdf', buffer: sampleFiles.pdf(text) };
}

/** A picture of a dented box, sort of: 640 × 480 in true colour, big enough to be looked at. */
export function aPhoto(name: string, width = 640, height = 480): SomeFile {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inBox = x > width * 0.2 && x < width * 0.8 && y > height * 0.3 && y < height * 0.85;
      const onTape = inBox && Math.abs(x - width / 2) < width * 0.04;
      const shade = Math.round(40 * (y / height) + 20 * Math.sin(x / 37));
      const colour = onTape ? [214, 189, 130] : inBox ? [172, 122, 78] : [186, 202, 208];
      const at = y * (1 + width * 3) + 1 + x * 3;
      colour.forEach((value, i) => (rows[at + i] = Math.max(0, Math.min(255, value - shade))));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return { name, mimeType: 'image/png', buffer: Buffer.concat([signature, ...chunks]) };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
