import type { LineInfo } from './line.transport';

/** CloudWatch Logs takes events of 256 kB, its 26 bytes for each counted in; this leaves room for what is around a beginning. */
export const MOST_EVENT_BYTES = 256 * 1_024 - 26;
const BEGINNING = 32 * 1_024;

/** The line as it is, or where it is too long its head and beginning, as JSON that can still be searched. */
export function eventText(line: string, info: LineInfo): string {
  // A character takes three bytes at most, so a short line need not be measured.
  if (line.length * 3 <= MOST_EVENT_BYTES) return line === '' ? ' ' : line;
  const bytes = Buffer.byteLength(line);
  if (bytes <= MOST_EVENT_BYTES) return line;
  const { timestamp, level, message } = info;
  return JSON.stringify({
    timestamp,
    level,
    message: typeof message === 'string' ? message.slice(0, 1_000) : 'log.line-too-long',
    cutFromBytes: bytes,
    begins: line.slice(0, BEGINNING),
  });
}
