import { ENGLISH } from './english';
import { GERMAN } from './german';
import type { Language } from './language';
import { DANISH, DUTCH, POLISH, SWEDISH } from './northern';
import { ARABIC, JAPANESE, UKRAINIAN } from './other-scripts';
import { FRENCH, ITALIAN, SPANISH } from './romance';

/** What the customers of the seeded desk speak. */
export const LANGUAGES: readonly Language[] = [
  ENGLISH,
  GERMAN,
  FRENCH,
  POLISH,
  DANISH,
  DUTCH,
  ITALIAN,
  SPANISH,
  JAPANESE,
  ARABIC,
  SWEDISH,
  UKRAINIAN,
];
