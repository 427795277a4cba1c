import type { Value } from '../transfer/row';
import { ArchiveError } from './archive-error';
import type { ArchivedTable } from './contents';
import { OddValueError, rowOf } from './row-text';

/** A message of 10 MB, each character of it escaped by six. */
const LINE_LIMIT = 64 << 20;
const LINE_FEED = 10;

/** The rows of a table's NDJSON, as they come. @throws ArchiveError that names table and line */
export async function* rowsOf(
  { shape, columns }: ArchivedTable,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Value[][]> {
  let number = 0;
  for await (const text of wholeLines(shape.name, content)) {
    const lines = text.slice(0, -1).split('\n');
    yield lines.map((line) => {
      number += 1;
      try {
        return rowOf(columns, line);
      } catch (error) {
        const why = error instanceof OddValueError ? error.message : 'no JSON';
        throw new ArchiveError(`line ${number} of table ${shape.name}: ${why}`, { cause: error });
      }
    });
  }
}

/** Texts that end with a line each. */
async function* wholeLines(table: string, content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const textOf = (bytes: Buffer): string => {
    try {
      return decoder.decode(bytes);
    } catch (error) {
      throw new ArchiveError(`table ${table} is not in UTF-8`, { cause: error });
    }
  };
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield textOf(Buffer.concat([...parts, chunk.subarray(0, end)]));
      [parts, size] = [[], 0];
    }
    if (end === chunk.length) continue;
    parts.push(chunk.subarray(end));
    size += chunk.length - end;
    if (size > LINE_LIMIT) throw new ArchiveError(`a line of table ${table} is longer than any row`);
  }
  if (size > 0) throw new ArchiveError(`table ${table} does not end with its last line`);
}
