import { foldText } from './fold-text';
import { Kind, foldedLongForm, foldedUnit, kindOf, kindWhenFolded } from './characters';

/**
 * The one tokeniser of the full-text search: it runs in code, so that SQLite and PostgreSQL index and find the same words.
 *
 * A text becomes lower-case tokens of letters and digits without accents: `Größe Łódź` -> `grosse lodz`. Scripts written
 * without spaces (and Korean, whose particles stick to the word) become overlapping pairs of characters and the last single
 * one: `電話機` -> `電話 話機 機`; a phrase of pairs then finds any part of a sentence, and a prefix any single character.
 *
 * Whoever changes what comes out here must have every index rebuilt, for stored tokens would no longer meet new queries.
 */

/** Longest token in UTF-16 units; what is longer (keys, encoded files) is cut, in documents and in queries alike. */
export const MAX_TOKEN_LENGTH = 64;

const SPACE = 0x20;
/** Room kept free in the buffer: more than any one character can add (two tokens and two spaces). */
const HEADROOM = 2 * MAX_TOKEN_LENGTH + 2;
/** A buffer grown past this for one huge text is let go again. */
const KEPT_UNITS = 1 << 16;

/** Where the tokens of the text at hand are written; one for all calls, as none of them awaits anything. */
let units = new Uint16Array(4096);

/** The tokens of `text`, in order; none holds anything but letters, digits and the marks that belong to them. */
export function tokenise(text: string): string[] {
  const tokens = indexText(text);
  return tokens === '' ? [] : tokens.split(' ');
}

/** The tokens of `text` with one space between: what an index that splits at spaces is given. */
export function indexText(text: string): string {
  return scan(text, false) ?? scan(foldText(text), true) ?? '';
}

/** One pass over the characters; null where one of them needs the whole text folded first. */
function scan(text: string, folded: boolean): string | null {
  if (units.length > KEPT_UNITS) units = new Uint16Array(4096);
  let size = 0;
  let tokenStart = 0;
  let previous: number = Kind.Separator;
  for (let at = 0; at < text.length; at++) {
    let codePoint = text.charCodeAt(at);
    if (codePoint >= 0xd800 && codePoint <= 0xdbff) {
      codePoint = text.codePointAt(at) ?? codePoint;
      if (codePoint > 0xffff) at++;
    }
    const kind = folded ? kindWhenFolded(codePoint) : kindOf(codePoint);
    if (kind === Kind.Dropped) continue;
    if (kind === Kind.Contextual) return null;
    if (kind === Kind.Separator) {
      previous = kind;
      continue;
    }
    if (size + HEADROOM > units.length) grow();
    if (kind !== previous) {
      if (size > 0) units[size++] = SPACE;
      tokenStart = size;
    }
    size = write(size, codePoint, tokenStart + MAX_TOKEN_LENGTH);
    if (kind === Kind.Unspaced && previous === Kind.Unspaced) {
      units[size++] = SPACE;
      tokenStart = size;
      size = write(size, codePoint, tokenStart + MAX_TOKEN_LENGTH);
    }
    previous = kind;
  }
  return Buffer.from(units.buffer, 0, size * 2).toString('utf16le');
}

/** Appends the folded character unless it would reach past `limit`; answers the new size. */
function write(size: number, codePoint: number, limit: number): number {
  if (codePoint > 0xffff) {
    if (size + 2 > limit) return size;
    units[size] = 0xd800 + ((codePoint - 0x10000) >> 10);
    units[size + 1] = 0xdc00 + ((codePoint - 0x10000) & 0x3ff);
    return size + 2;
  }
  const unit = foldedUnit(codePoint);
  if (unit !== 0) {
    if (size < limit) units[size++] = unit;
    return size;
  }
  const long = foldedLongForm(codePoint);
  for (let at = 0; at < long.length && size < limit; at++) units[size++] = long.charCodeAt(at);
  return size;
}

function grow(): void {
  const larger = new Uint16Array(units.length * 2);
  larger.set(units);
  units = larger;
}
