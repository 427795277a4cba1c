import { decodeText } from './decode-text';

const read = (hex: string): string => decodeText(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('bytes read as a text', () => {
  it.each([
    ['plain text stays', '61 c3 a9 f0 9f 98 80', 'aé😀'],
    [
      'U+FFFD, U+FFFF and a mark of byte order are characters',
      'ef bb bf ef bf bd ef bf bf',
      '\ufeff\ufffd\uffff',
    ],
    ['two surrogates are the character that they mean', '61 ed a0 bd ed b8 80 62', 'a😀b'],
    ['a lone surrogate is one U+FFFD', '61 ed a0 bd 62', 'a\ufffdb'],
    ['surrogates the wrong way round are two', 'ed b8 80 ed a0 bd', '\ufffd\ufffd'],
    ['three surrogates are a character and one', 'ed a0 bd ed b8 80 ed b8 80', '😀\ufffd'],
    ['a byte of Latin-1', '63 61 66 e9', 'caf\ufffd'],
    ['a sequence that is cut is one', '61 f0 9f 98', 'a\ufffd'],
    ['a slash written too long', 'c0 af', '\ufffd\ufffd'],
    ['beyond Unicode', 'f4 90 80 80', '\ufffd\ufffd\ufffd\ufffd'],
  ])('%s', (_, hex, text) => {
    expect(read(hex)).toBe(text);
  });
});
