import type { Language } from '../database/seed/phrases/language';
import type { Random } from '../database/seed/random';
import { filled, slotsOf } from '../database/seed/story/tell-story';
import { guessLanguage, sentencesOf } from './guess-language';

const sentences = new Map<Language, readonly string[]>();

/** Something else that somebody might have written: in the same language and of about the same length. */
export function proseLike(text: string, random: Random): string {
  if (text === '') return '';
  const language = guessLanguage(text);
  const all = sentences.get(language) ?? sentencesOf(language);
  sentences.set(language, all);
  const { greetings, closings, thanks } = language;
  if (text.length < SHORT) return closest([...thanks, ...closings], text.length, random);
  const slots = slotsOf(random);
  let said = random.chance(0.5) ? `${random.pick(greetings)}\n\n` : '';
  while (text.length - said.length >= SHORT)
    said += `${filled(random.pick(all), slots)}${random.chance(0.3) ? '\n\n' : ' '}`;
  return said + random.pick(closings);
}

/** The same for a line that stands above a text. */
export function subjectLike(text: string, random: Random): string {
  if (text === '') return '';
  const subjects = guessLanguage(text).topics.flatMap((topic) => topic.subjects);
  return filled(closest(subjects, text.length, random), slotsOf(random));
}

/** In fewer characters there is hardly a sentence. */
const SHORT = 40;
const DRAWS = 3;

/** Of a few drawn ones that of the most similar length. */
function closest(texts: readonly string[], length: number, random: Random): string {
  let best = random.pick(texts);
  for (let draw = 1; draw < DRAWS; draw += 1) {
    const other = random.pick(texts);
    if (Math.abs(other.length - length) < Math.abs(best.length - length)) best = other;
  }
  return best;
}
