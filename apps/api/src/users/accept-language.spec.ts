import { acceptedLanguage } from './accept-language';

describe('the language that a browser likes best', () => {
  it.each([
    ['de', 'de'],
    ['fr-CA', 'fr'],
    ['de-CH, de;q=0.9, en;q=0.5', 'de'],
    ['en;q=0.5, es;q=0.8', 'es'],
    ['ja, zh;q=0.9, FR;q=0.2', 'fr'],
    ['de;q=0, en', 'en'],
  ])('of %j is %s', (header, language) => expect(acceptedLanguage(header)).toBe(language));

  it.each([
    undefined,
    '',
    '*',
    'ja',
    'de;q=0',
    'de;q=x',
    ';;;,,,',
    'constructor',
    `${'x'.repeat(100_000)},de`,
  ])('of %j is none of ours', (header) => expect(acceptedLanguage(header)).toBeNull());
});
