import type { Colour, Drawing } from './drawing';

/** Side of a block, pixels. Each gets one colour: no more of the format is needed for a believable picture. */
const BLOCK = 8;
const COMPONENTS = [1, 2, 3];
/** The standard's table for luminance: how many codes there are of each length from 1 to 16, and what they mean. */
const DC_LENGTHS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const DC_CODES = codesOf(DC_LENGTHS);
/** One code, for "nothing more in this block". */
const AC_LENGTHS = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** A baseline JPEG (ITU-T T.81) whose blocks are plain. Width and height are multiples of 8. */
export function encodeJpeg(draw: Drawing, width: number, height: number): Buffer {
  const columns = width / BLOCK;
  const rows = height / BLOCK;
  const bits = new BitWriter();
  const previous = [0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const colour = toYcc(draw((column + 0.5) / columns, (row + 0.5) / rows));
      colour.forEach((value, component) => {
        // The mean of 64 equal samples, divided by the quantiser of 8, is the sample itself.
        const dc = Math.round(value);
        writeDifference(bits, dc - (previous[component] ?? 0));
        previous[component] = dc;
        bits.write(0, 1);
      });
    }
  }
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...Array<number>(64).fill(BLOCK)]),
    segment(0xc0, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      3,
      ...COMPONENTS.flatMap((id) => [id, 0x11, 0]),
    ]),
    segment(0xc4, [0x00, ...DC_LENGTHS, ...DC_VALUES]),
    segment(0xc4, [0x10, ...AC_LENGTHS, 0]),
    segment(0xda, [3, ...COMPONENTS.flatMap((id) => [id, 0]), 0, 63, 0]),
    bits.end(),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function segment(marker: number, data: number[]): Buffer {
  const length = data.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...data]);
}

/** Luminance and the two colour differences, each around 0. */
function toYcc([r, g, b]: Colour): [number, number, number] {
  return [
    0.299 * r + 0.587 * g + 0.114 * b - 128,
    -0.1687 * r - 0.3313 * g + 0.5 * b,
    0.5 * r - 0.4187 * g - 0.0813 * b,
  ];
}

function writeDifference(bits: BitWriter, difference: number): void {
  const size = 32 - Math.clz32(Math.abs(difference));
  const { code, length } = DC_CODES[size] as HuffmanCode;
  bits.write(code, length);
  bits.write(difference < 0 ? difference + (1 << size) - 1 : difference, size);
}

interface HuffmanCode {
  code: number;
  length: number;
}

function codesOf(lengths: number[]): HuffmanCode[] {
  const codes: HuffmanCode[] = [];
  let code = 0;
  lengths.forEach((count, index) => {
    for (let n = 0; n < count; n += 1) codes.push({ code: code++, length: index + 1 });
    code <<= 1;
  });
  return codes;
}

class BitWriter {
  private readonly bytes: number[] = [];
  private current = 0;
  private filled = 0;

  write(value: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      this.current = (this.current << 1) | ((value >> bit) & 1);
      this.filled += 1;
      if (this.filled === 8) this.flush();
    }
  }

  end(): Buffer {
    while (this.filled !== 0) this.write(1, 1);
    return Buffer.from(this.bytes);
  }

  /** A byte of all ones is followed by an empty one, or it would read as a marker. */
  private flush(): void {
    this.bytes.push(this.current);
    if (this.current === 0xff) this.bytes.push(0);
    this.current = 0;
    this.filled = 0;
  }
}
