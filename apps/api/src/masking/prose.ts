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
  const slots = slotsOf(random);
  let [said, left] = ['', text.length];
  while (said === '' || left > 0) {
    const sentence = filled(left < SHORT ? shortPhrase(language, left, random) : random.pick(all), slots);
    if (said !== '' && sentence.length > left + SHORT) break;
    const between = said === '' ? '' : random.chance(0.3) ? '\n\n' : ' ';
    said += between + sentence;
    left -= between.length + sentence.length;
  }
  return said;
}

/** The same for a line that stands above a text. */
export function subjectLike(text: string, random: Random): string {
  if (text === '') return '';
  const { topics } = guessLanguage(text);
  return filled(
    closest(
      topics.flatMap(({ subjects }) => subjects),
      text.length,
      random,
    ),
    slotsOf(random),
  );
}

/** Of fewer characters there is hardly a sentence. */
const SHORT = 40;
const DRAWS = 3;

const shortPhrase = ({ greetings, closings, thanks }: Language, length: number, random: Random): string =>
  closest([...greetings, ...closings, ...thanks], length, random);

/** Of a few drawn ones that of the most similar length. */
function closest(texts: readonly string[], length: number, random: Random): string {
  let best = random.pick(texts);
  for (let draw = 1; draw < DRAWS; draw += 1) {
    const other = random.pick(texts);
    if (Math.abs(other.length - length) < Math.abs(best.length - length)) best = other;
  }
  return best;
}
