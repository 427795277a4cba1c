import { HARD_TEXTS } from '../testing/filled-desk';
import { decodeRow, encodeRow } from './canonical-row';

describe('the canonical encoding of a row', () => {
  it('is the text format of COPY', () => {
    expect(encodeRow([1, null, 'a\tb\\c\n', '', -5])).toBe('1\t\\N\ta\\tb\\\\c\\n\t\t-5\n');
  });

  it('tells null from a text that looks like it', () => {
    expect(encodeRow(['\\N'])).not.toBe(encodeRow([null]));
    expect(encodeRow([''])).not.toBe(encodeRow([null]));
  });

  it.each(HARD_TEXTS.map((text) => [JSON.stringify(text), text]))('gives %s back', (_, text) => {
    const line = encodeRow([7, text, null]);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(decodeRow(line.slice(0, -1), [true, false, false])).toEqual([7, text, null]);
  });
});
