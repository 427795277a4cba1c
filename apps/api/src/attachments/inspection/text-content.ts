import type { FileReader } from './file-reader';

const PIECE = 64 * 1024;
/** All of C0 and DEL but tab, line feed, form feed and carriage return. */
const CONTROL = /(?![\t\n\f\r])[\0-\x1f\x7f]/;

/** Whether the whole file is text: UTF-8, or UTF-16 with its byte order mark, without control characters. */
export async function inspectText(reader: FileReader): Promise<boolean> {
  const decoder = new TextDecoder(encodingOf(await reader.upTo(0, 2)), { fatal: true });
  try {
    for (let position = 0; position < reader.size; position += PIECE) {
      const piece = await reader.upTo(position, PIECE);
      const isLast = position + PIECE >= reader.size;
      if (CONTROL.test(decoder.decode(piece, { stream: !isLast }))) return false;
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false;
    throw error;
  }
}

function encodingOf(mark: Buffer): string {
  if (mark[0] === 0xff && mark[1] === 0xfe) return 'utf-16le';
  if (mark[0] === 0xfe && mark[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
