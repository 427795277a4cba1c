/**
 * What SQLite lets in and nobody else does. Its columns hold any type, its texts any bytes; PostgreSQL refuses such rows, and
 * JavaScript reads something else than what stands there. A move stops before it writes anything and lists them by table,
 * column and key. With `--repair` it mends what can be mended without inventing anything, and records every change:
 *
 * | found | what `--repair` does | stays an obstacle |
 * |---|---|---|
 * | `nul`: NUL in a text | each becomes U+FFFD | |
 * | `not-utf8`: a text whose bytes are no UTF-8 | two surrogates that make a character become it; each other invalid sequence becomes U+FFFD, a lone surrogate one | |
 * | `bytes`: bytes (BLOB) in a text column | they are read as UTF-8, as above | |
 * | `number`: a number in a text column | its decimal text | |
 * | `too-long`: more characters than the column holds | prose is cut: names, subjects, file names, reasons, user agents | of anything else, such as an address or a key |
 * | `not-a-number`: a text or bytes in a number column | a whole number in digits becomes that number; a date as SQLite and ISO 8601 write it, in a column of instants, becomes that instant, in UTC where it names no zone | where it is neither |
 * | `fraction`: a fraction in a number column | what stands behind the point goes | |
 * | `instant`: an instant beyond what JavaScript's Date holds, ±8.64e15 ms | becomes the nearest one that it holds | |
 * | `too-big`: a whole number beyond the column's 16 or 32 bits, or beyond 2^53 | | always |
 * | `null`: nothing where something must stand | | always |
 * | `check`: a value that the column's CHECK does not allow | | always |
 * | `reference`: a key of a row that is not there | the row goes where deleting the other would have deleted it; else the reference becomes null | where it must not be null |
 * | `key`: any of these in a primary key | the row goes where it is of those that live a day at most anyway: refresh tokens, links to a new password, answers kept for repetitions | of any other: keys are not changed |
 * | `duplicate`: two rows with one value in a unique index, also after a repair | | always |
 *
 * Not odd, and carried as they are: texts of any size in any script, emoji, JSON with a key twice, control characters other
 * than NUL, U+FFFD itself, and instants that are only unlikely, such as seconds where milliseconds are meant: nobody but their
 * owner can tell.
 */
export const PROBLEMS = {
  nul: 'NUL in a text',
  'not-utf8': 'bytes that are no UTF-8',
  bytes: 'bytes instead of a text',
  number: 'a number instead of a text',
  'too-long': 'a text too long for its column',
  'not-a-number': 'a text instead of a number',
  fraction: 'a fraction instead of a whole number',
  instant: 'an instant out of range',
  'too-big': 'a number too big for its column',
  null: 'nothing where something must be',
  check: 'a value that is not allowed',
  reference: 'a reference to a row that is not there',
  key: 'a broken key',
  duplicate: 'a value twice that must be unique',
} as const;
export type Problem = keyof typeof PROBLEMS;

export const RULES = {
  replace: 'becomes U+FFFD',
  decode: 'is read as UTF-8',
  'to-text': 'becomes its decimal text',
  cut: 'is cut to the length of the column',
  'to-number': 'becomes that number',
  truncate: 'loses its fraction',
  nearest: 'becomes the nearest instant in range',
  clear: 'becomes null',
  'leave-out': 'its row is left out, and recorded whole',
} as const;
export type Rule = keyof typeof RULES;

/** What is wrong with one value, and by which rule it is mended; null where nothing mends it. */
export interface Finding {
  column: string;
  problem: Problem;
  rule: Rule | null;
}

/** Prose, which loses nothing but its end when it is cut; the whole of it stays in the record. */
export const CUTTABLE: ReadonlySet<string> = new Set([
  'user.name',
  'session.user_agent',
  'ticket.subject',
  'attachment.filename',
  'outbox_mail.reason',
  'mail_block.reason',
]);

/** Tables whose rows live a day at most. */
export const SHORT_LIVED: ReadonlySet<string> = new Set([
  'refresh_token',
  'password_reset',
  'idempotency_key',
]);
