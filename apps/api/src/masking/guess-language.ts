import { ASIDES } from '../database/seed/phrases/asides';
import type { Language } from '../database/seed/phrases/language';
import { LANGUAGES } from '../database/seed/phrases/languages';
import { tokenise } from '../search/tokenise';

/** So much of a text is enough. */
const LOOKED_AT = 400;

/** All that is said in a language. */
export function sentencesOf({ code, topics }: Language): string[] {
  const { customer = [], desk = [] } = ASIDES[code] ?? {};
  return [
    ...topics.flatMap((one) => [one.problems, one.details, one.questions, one.replies, one.solutions].flat()),
    ...customer,
    ...desk,
  ];
}

/** By word: the languages that have it. */
let spokenIn: ReadonlyMap<string, readonly Language[]> | undefined;

function vocabulary(): Map<string, Language[]> {
  const words = new Map<string, Language[]>();
  for (const language of LANGUAGES) {
    const { greetings, closings, thanks } = language;
    const said = [...sentencesOf(language), ...greetings, ...closings, ...thanks].join(' ');
    for (const word of new Set(tokenise(said))) words.set(word, [...(words.get(word) ?? []), language]);
  }
  return words;
}

/** The language of the phrases whose words the text has most of; English where it has none. */
export function guessLanguage(text: string): Language {
  spokenIn ??= vocabulary();
  const hits = new Map<Language, number>();
  for (const word of tokenise(text.slice(0, LOOKED_AT)))
    for (const language of spokenIn.get(word) ?? []) hits.set(language, (hits.get(language) ?? 0) + 1);
  let [best, most] = [LANGUAGES[0] as Language, 0];
  for (const [language, count] of hits) if (count > most) [best, most] = [language, count];
  return best;
}
