import type { Language } from './phrases/language';
import type { Random } from './random';

/** A name of that language and an address that fits it and is nobody's: `.example` is reserved for this (RFC 2606). */
export function inventPerson(
  random: Random,
  language: Language,
  unique: number | string,
): { name: string; email: string } {
  const first = random.pick(language.firstNames);
  const last = random.pick(language.lastNames);
  const place = random.pick(language.places);
  const local = latin(`${first}.${last}`) ?? `${language.code}.kunde`;
  return {
    name: language.familyFirst ? `${last} ${first}` : `${first} ${last}`,
    email: `${local}${unique}@${place}.example`,
  };
}

/** Letters that Unicode does not decompose. */
const PLAIN: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  ä: 'ae',
  ß: 'ss',
  ı: 'i',
  ' ': '-',
};

/** In the letters of addresses, or null where a script has none. */
function latin(text: string): string | null {
  const letters = [...text.toLowerCase()].map((letter) => PLAIN[letter] ?? letter);
  const plain = letters.join('').normalize('NFKD').replace(/\p{M}/gu, '');
  return /^[a-z.-]+$/.test(plain) ? plain : null;
}
