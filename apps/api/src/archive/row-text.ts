import type { Value } from '../transfer/row';
import type { ColumnShape } from '../transfer/tables';

/** A value that no archive holds, since not every engine could take it. The message names no value. */
export class OddValueError extends Error {
  constructor(
    readonly column: string,
    readonly problem: string,
  ) {
    super(`${column}: ${problem}`);
  }
}

/** Milliseconds since 1970 that a date of JavaScript, and so its text, can hold. */
const LAST_INSTANT = 8.64e15;

/** In characters. Greater texts would wait as garbage until all of memory is looked through. */
export const PIECE = 32_000;

/**
 * One line of NDJSON: an object with the columns in their order. Integers are numbers, instants texts of ISO 8601 in UTC with
 * milliseconds, all other texts as they are. A long one comes in pieces.
 * @throws OddValueError before the first
 */
export function* lineOf(columns: readonly ColumnShape[], row: readonly Value[]): Generator<string> {
  for (const [place, column] of columns.entries()) {
    const problem = problemOf(column, row[place] as Value);
    if (problem !== null) throw new OddValueError(column.name, problem);
  }
  let line = '';
  for (const [place, column] of columns.entries()) {
    const value = row[place] as Value;
    line += `${place === 0 ? '{' : ','}"${column.name}":`;
    if (typeof value !== 'string' || value.length <= PIECE) line += jsonOf(column, value);
    else {
      yield `${line}"`;
      for (const slice of slicesOf(value)) yield JSON.stringify(slice).slice(1, -1);
      line = '"';
    }
  }
  yield `${line}}\n`;
}

/**
 * The values of a line, in the order of the columns.
 * @throws OddValueError
 */
export function rowOf(columns: readonly ColumnShape[], line: string): Value[] {
  const object = JSON.parse(line) as Record<string, unknown>;
  const row = columns.map((column) => valueOf(column, object[column.name]));
  // In any other spelling it may say more than we read: a name twice, a column more.
  if (!isWritten(line, lineOf(columns, row)))
    throw new OddValueError(columns[0]?.name ?? '', 'the line is not as an export writes it');
  return row;
}

/** Whether these pieces are the line and its line feed. */
function isWritten(line: string, pieces: Iterable<string>): boolean {
  let at = 0;
  for (const piece of pieces) {
    const text = piece.endsWith('\n') ? piece.slice(0, -1) : piece;
    if (!line.startsWith(text, at)) return false;
    at += text.length;
  }
  return at === line.length;
}

/** No character is cut in two. */
function* slicesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const last = text.charCodeAt(at + PIECE - 1);
    const end = at + PIECE + (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

const jsonOf = (column: ColumnShape, value: Value): string =>
  column.isInstant && value !== null ? `"${new Date(value as number).toISOString()}"` : JSON.stringify(value);

function valueOf(column: ColumnShape, value: unknown): Value {
  if (value === null) return null;
  if (column.isInstant && typeof value === 'string') return Date.parse(value);
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new OddValueError(column.name, 'the value is of a kind that no column has');
}

/** node has had it since 20, and TypeScript's library of 2023 not yet. */
type WellFormed = string & { isWellFormed(): boolean };

/** What is wrong with it; null where nothing is. */
function problemOf({ kind, bits, isInstant, nullable, maxLength }: ColumnShape, value: Value): string | null {
  if (value === null) return nullable ? null : 'there is no value';
  if (kind === 'integer') {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'not a whole number';
    const limit = isInstant ? LAST_INSTANT : bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (bits - 1) - 1;
    return Math.abs(value) > limit ? 'a number out of range' : null;
  }
  if (typeof value !== 'string') return 'not a text';
  if (value.includes('\0')) return 'a text with the character NUL';
  if (!(value as WellFormed).isWellFormed()) return 'a text with half a character';
  // Code points are no more than code units.
  if (maxLength !== null && value.length > maxLength && [...value].length > maxLength)
    return `a text of more than ${maxLength} characters`;
  return null;
}
