/**
 * Accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic, and characters that only steer the display (soft hyphen,
 * joiners, direction, variation). Not the voicing marks of Japanese (U+3099, U+309A) nor the vowel signs of India and Thailand:
 * those tell words apart.
 */
const DROPPED =
  /[\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u08D3-\u08E1\u08E3-\u08FF\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20F0\uFE20-\uFE2F\u00AD\u061C\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF\u{E0100}-\u{E01EF}]/gu;

/** Letters that Unicode does not decompose, though people type them plain; and the two shapes of one Greek letter. */
const PLAIN: Record<string, string> = {
  ß: 'ss',
  ς: 'σ',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
};
const HAS_PLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/**
 * `text` in lower case, without accents and in one Unicode form: what differs only in these is one word to the search.
 * Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(DROPPED, '')
    .toLowerCase()
    .replace(HAS_PLAIN, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFC');
}
