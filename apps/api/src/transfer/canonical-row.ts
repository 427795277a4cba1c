import type { Row, Value } from './row';

/**
 * The canonical encoding of a row is PostgreSQL's text format of COPY: values in the order of the table's columns with a tab
 * between, integers in decimal, `\N` for null, and a line feed at the end; in UTF-8. What PostgreSQL sends and takes is this
 * already, so that a desk there can be hashed as fast as it is read.
 * https://www.postgresql.org/docs/current/sql-copy.html (file formats, text format)
 */
export function encodeRow(row: Row): string {
  let line = '';
  for (let place = 0; place < row.length; place += 1) {
    if (place > 0) line += '\t';
    line += encodeValue(row[place] as Value);
  }
  return `${line}\n`;
}

const TO_ESCAPE = /[\b\t\n\v\f\r\\]/;
const ALL_TO_ESCAPE = /[\b\t\n\v\f\r\\]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

function encodeValue(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  // SQLite keeps bytes in any column, should somebody have put them there: as PostgreSQL writes its bytea.
  if (typeof value !== 'string') return `\\\\x${Buffer.from(value).toString('hex')}`;
  return TO_ESCAPE.test(value)
    ? value.replace(ALL_TO_ESCAPE, (character) => ESCAPES[character] as string)
    : value;
}

const ESCAPED = /\\([bfnrtv\\])/g;
const UNESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * The row of a line, without its line feed.
 * @param isNumber by column: its values are numbers
 */
export function decodeRow(line: string, isNumber: readonly boolean[]): Row {
  return line.split('\t').map((text, place) => {
    if (text === '\\N') return null;
    if (isNumber[place] === true) return Number(text);
    return text.includes('\\')
      ? text.replace(ESCAPED, (_, letter: string) => UNESCAPES[letter] as string)
      : text;
  });
}
