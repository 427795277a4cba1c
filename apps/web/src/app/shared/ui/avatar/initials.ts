const HUES = 6;
const LATIN_LIKE = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** `KH` for Katrin Hofmann, `佐美` for 佐藤 美咲, `M` for Maja; empty for no name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  const letters = (firstLetter(first) + firstLetter(last)).slice(0, 4);
  return LATIN_LIKE.test(letters) ? letters.toLocaleUpperCase() : letters;
}

/** 1 to 6, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) >>> 0;
  return (hash % HUES) + 1;
}

function firstLetter(word: string): string {
  return [...word].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? '';
}
