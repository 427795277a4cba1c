import { foldText } from './fold-text';

/** What a character is to the tokeniser. */
export const Kind = {
  /** Ends a word. */
  Separator: 1,
  /** Part of a word in a script that puts spaces between words. */
  Plain: 2,
  /** Part of a script that has no spaces between words, or (Korean) none that set the word apart: taken in pairs. */
  Unspaced: 3,
  /** Leaves no trace and ends no word: accents, soft hyphens. */
  Dropped: 4,
  /** Melts with its neighbours (vowel signs, Hangul letters, half-width marks): the whole text must be folded first. */
  Contextual: 5,
} as const;

const WORD = /^[\p{L}\p{N}\p{M}]+$/u;
const UNSPACED =
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+$/u;
/** A mark, or a Hangul vowel or final consonant: what may melt into the character before it. */
const MELTS = /^(?:\p{M}|[\u1160-\u11FF\uD7B0-\uD7FF])/u;

/** `Kind` per code point below U+10000; 0 until it is first asked for. */
const kinds = new Uint8Array(0x10000);
/** The folded form per code point below U+10000 where that is one UTF-16 unit; 0: see `foldedLong`. */
const foldedUnits = new Uint16Array(0x10000);
const foldedLong = new Map<number, string>();
const astralKinds = new Map<number, number>();

/** The kind of a code point as it stands in a text that was not folded yet. Remembered after the first time. */
export function kindOf(codePoint: number): number {
  if (codePoint > 0xffff) return astralKindOf(codePoint);
  return kinds[codePoint] || learn(codePoint);
}

/** The folded form of a code point below U+10000 whose kind was asked for: one UTF-16 unit, or 0 where it is longer. */
export function foldedUnit(codePoint: number): number {
  return foldedUnits[codePoint] ?? 0;
}

/** The folded form where it is longer than one unit: `ß` -> `ss`. */
export function foldedLongForm(codePoint: number): string {
  return foldedLong.get(codePoint) ?? '';
}

/** The kind of a code point in a text that went through `foldText`: nothing is contextual there. */
export function kindWhenFolded(codePoint: number): number {
  const kind = kindOf(codePoint);
  return kind === Kind.Contextual ? kindByScript(String.fromCodePoint(codePoint)) : kind;
}

/** True for text of nothing but scripts that are taken in pairs. */
export function isUnspaced(text: string): boolean {
  return UNSPACED.test(text);
}

function learn(codePoint: number): number {
  const character = String.fromCharCode(codePoint);
  const folded = foldText(character);
  if (folded.length === 1) foldedUnits[codePoint] = folded.charCodeAt(0);
  else foldedLong.set(codePoint, folded);
  return (kinds[codePoint] = judge(character, folded));
}

function astralKindOf(codePoint: number): number {
  const known = astralKinds.get(codePoint);
  if (known !== undefined) return known;
  const character = String.fromCodePoint(codePoint);
  const folded = foldText(character);
  const kind = folded === character || folded === '' ? judge(character, folded) : Kind.Contextual;
  astralKinds.set(codePoint, kind);
  return kind;
}

function judge(character: string, folded: string): number {
  if (folded === '') return Kind.Dropped;
  if (MELTS.test(character.normalize('NFKD'))) return Kind.Contextual;
  const parts = new Set([...folded].map(kindByScript));
  const kind = kindByScript(folded);
  // `½`, `㈱` or `㌀` fold to several words or pairs: left to the whole-text fold.
  const several = parts.size > 1 || (kind === Kind.Unspaced && [...folded].length > 1);
  return several ? Kind.Contextual : kind;
}

function kindByScript(folded: string): number {
  if (!WORD.test(folded)) return Kind.Separator;
  return isUnspaced(folded) ? Kind.Unspaced : Kind.Plain;
}
