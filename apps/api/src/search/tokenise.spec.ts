import fc from 'fast-check';
import { foldText } from './fold-text';
import { MAX_TOKEN_LENGTH, indexText, tokenise } from './tokenise';

/** Text as it is met: every script, accents in both forms, emoji, half surrogates, and plain words among it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)))
    .map((units) => units.join('')),
  fc
    .array(
      fc.constantFrom(
        'Größe',
        'ŁÓDŹ',
        'ΣΑΣ',
        'ё',
        'İı',
        'שָׁלוֹם',
        'مَرحبا',
        '電話機',
        'プリンター',
        'ｶﾞ',
        '한국어',
        'ที่นี่',
        ' ',
        '-',
        'हिन्दी',
        '½㌀',
        '😀',
      ),
    )
    .map((words) => words.join('')),
);

const examples: [rule: string, text: string, tokens: string][] = [
  [
    'words are lower case, punctuation ends them',
    "Don't re-open #1042, e-mail ANNA@Example.com!",
    'don t re open 1042 e mail anna example com',
  ],
  [
    'German umlauts lose their dots, sharp s is ss',
    'Größe STRASSE Straße ẞ Ärger',
    'grosse strasse strasse ss arger',
  ],
  ['French accents and ligatures are plain', 'L’œuvre à Besançon', 'l oeuvre a besancon'],
  [
    'Polish and Nordic letters are plain',
    'Łódź żółty smørrebrød Ægir Þór đak',
    'lodz zolty smorrebrod aegir thor dak',
  ],
  ['Czech letters are plain', 'Příliš žluťoučký kůň', 'prilis zlutoucky kun'],
  ['both Turkish i are one letter', 'İSTANBUL ısı ISI', 'istanbul isi isi'],
  ['Russian yo is ye', 'Ёлка еще', 'елка еще'],
  ['Greek has one sigma and no accents', 'Ὀδυσσεύς ΟΔΥΣΣΕΥΣ', 'οδυσσευσ οδυσσευσ'],
  ['Hebrew points are dropped', 'שָׁלוֹם', 'שלום'],
  ['Arabic vowels, hamza seats and stretching are dropped', 'أَهْلاً مـــرحبا', 'اهلا مرحبا'],
  ['vowel signs of India stay', 'हिन्दी', 'हिन्दी'],
  ['Japanese comes in pairs and keeps its voicing marks', 'プリンター か が', 'プリ リン ンタ ター ー か が'],
  ['half-width and full-width are one', 'ﾌﾟﾘﾝﾀ ＡＢＣ１２', 'プリ リン ンタ タ abc12'],
  ['Chinese comes in pairs, punctuation ends a run', '打印机。坏了', '打印 印机 机 坏了 了'],
  ['Korean comes in pairs', '서버가', '서버 버가 가'],
  ['Thai comes in pairs with its vowel signs', 'ที่', 'ท\u0E35 \u0E35\u0E48 \u0E48'],
  ['scripts are cut apart inside a word', 'iPhone15の機', 'iphone15 の機 機'],
  ['rare characters beyond U+FFFF are whole', '𠮷野家', '𠮷野 野家 家'],
  ['soft hyphens and joiners leave no trace', 'Donau\u00ADdampf zero\u200Bwidth', 'donaudampf zerowidth'],
  ['emoji, symbols and half surrogates are no words', '👍🏽 ok \uD800 § → 5€', 'ok 5'],
  ['characters that stand for several words become them', '½ ㈱ ㌀ ㎞', '1 2 株 アパ パー ート ト km'],
  ['nothing gives nothing', ' …!? ', ''],
];

describe('tokenise', () => {
  it.each(examples)('%s', (_rule, text, tokens) => {
    expect(indexText(text)).toBe(tokens);
  });

  it('cuts a token of absurd length, the same way each time', () => {
    expect(tokenise(`${'a'.repeat(5000)} b`)).toEqual(['a'.repeat(MAX_TOKEN_LENGTH), 'b']);
    expect(tokenise('ß'.repeat(5000))).toEqual(['s'.repeat(MAX_TOKEN_LENGTH)]);
  });

  it('grows with a huge text and stays right after it', () => {
    const sentence = 'Straße 電話機 ';
    expect(tokenise(sentence.repeat(20_000))).toHaveLength(80_000);
    expect(indexText(sentence)).toBe('strasse 電話 話機 機');
  });

  it('emits letters, digits and their marks only, never longer than the limit', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const token of tokenise(text)) {
          expect(token).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
          expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
          expect(Buffer.from(token, 'utf8').toString('utf8')).toBe(token);
        }
      }),
    );
  });

  it('finds the same tokens in any Unicode form of a text', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
        expect(indexText(text.normalize(form))).toBe(indexText(text));
      }),
      { numRuns: 500 },
    );
  });

  it('reads a text character by character as it reads the folded whole', () => {
    fc.assert(
      fc.property(anyText, (text) => expect(indexText(text)).toBe(indexText(foldText(text)))),
      { numRuns: 500 },
    );
  });

  it('finds a plain token again in itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aZßłéÜ9ёΣשİ-. ') }), (text) => {
        expect(indexText(indexText(text))).toBe(indexText(text));
      }),
    );
  });
});

describe('foldText', () => {
  it('changes nothing when done twice, for each single character', () => {
    const unstable: string[] = [];
    for (let codePoint = 0; codePoint < 0x20000; codePoint++) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const once = foldText(String.fromCodePoint(codePoint));
      if (foldText(once) !== once) unstable.push(codePoint.toString(16));
    }
    expect(unstable).toEqual([]);
  });

  it('changes nothing when done twice, for any text', () => {
    fc.assert(
      fc.property(anyText, (text) => expect(foldText(foldText(text))).toBe(foldText(text))),
      { numRuns: 500 },
    );
  });
});
