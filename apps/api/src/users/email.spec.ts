import fc from 'fast-check';
import { emailSchema, normaliseEmail } from './email';

describe('an e-mail address', () => {
  it.each([
    ['ana@example.com', 'ANA@EXAMPLE.COM'],
    ['ana@example.com', ' ana@example.com '],
    ['straße@example.de', 'STRASSE@EXAMPLE.DE'],
    ['straße@example.de', 'STRAẞE@example.de'],
    ['οδός@example.gr', 'ΟΔΌΣ@EXAMPLE.GR'],
    ['οδοσ@example.gr', 'οδος@example.gr'],
    ['ΐ@example.gr', 'Ϊ́@EXAMPLE.GR'],
    ['иван@пример.рф', 'ИВАН@ПРИМЕР.РФ'],
    ['i̇stanbul@example.tr', 'İSTANBUL@example.tr'],
    ['andré@example.fr', 'ANDRE\u0301@example.fr'],
    ['ａｎａ@example.jp', 'ana@example.jp'],
    ['ⴀⴁ@example.ge', 'ႠႡ@example.ge'],
  ])('is the same one however it is written: %s and %s', (one, other) => {
    expect(normaliseEmail(one)).toBe(normaliseEmail(other));
  });

  it.each([
    ['ana@example.com', 'anna@example.com'],
    ['andré@example.fr', 'andre@example.fr'],
    ['a.na@example.com', 'ana@example.com'],
    ['ana+desk@example.com', 'ana@example.com'],
  ])('is another one where people differ: %s and %s', (one, other) => {
    expect(normaliseEmail(one)).not.toBe(normaliseEmail(other));
  });

  it('knows no letter case in any script, and normalising it twice changes nothing', () => {
    const letters = fc.string({ unit: fc.integer({ min: 0x41, max: 0x1ffff }).map(character), minLength: 1 });
    fc.assert(
      fc.property(letters, (text) => {
        const normal = normaliseEmail(text);
        expect(normaliseEmail(normal)).toBe(normal);
        for (const letter of text) {
          expect(normaliseEmail(letter.toUpperCase())).toBe(normaliseEmail(letter));
          expect(normaliseEmail(letter.toLowerCase())).toBe(normaliseEmail(letter));
        }
      }),
    );
  });

  it.each(['a@b.cd', 'ana.müller+1@müller.example', '用户@例子.公司', 'o’neil@example.com'])(
    'is taken as people write it: %s',
    (address) => expect(emailSchema.parse(address)).toBe(address),
  );

  it.each([
    '',
    'ana',
    'ana@',
    '@example.com',
    'a b@example.com',
    'a@b@c.de',
    'Ana <ana@example.com>',
    'a@b..de',
    'a\u0000b@example.com',
    'a\ud800b@example.com',
    'a@example.com\r\nBcc: all@example.com',
    `${'a'.repeat(250)}@example.com`,
    `${'ﷺ'.repeat(100)}@example.com`,
  ])('is refused where it is none: %j', (address) => {
    expect(emailSchema.safeParse(address).success).toBe(false);
  });
});

/** Surrogates are no characters of their own. */
function character(code: number): string {
  return code >= 0xd800 && code <= 0xdfff ? 'a' : String.fromCodePoint(code);
}
