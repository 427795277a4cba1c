import fc from 'fast-check';
import { plainSnippet } from './snippet';

describe('a snippet', () => {
  it.each([
    ['**Bold** and _thin_', 'Bold and thin'],
    ['# Title\n\n- one\n- two', 'Title one two'],
    ['> quoted\nanswer', 'quoted answer'],
    ['See [the manual](https://example.com/a)', 'See the manual'],
    ['![photo](x.png) here', 'photo here'],
    ['snake_case_name stays', 'snake_case_name stays'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['  spaces \n\n and lines  ', 'spaces and lines'],
    ['', ''],
  ])('of %j is %j', (markdown, plain) => {
    expect(plainSnippet(markdown)).toBe(plain);
  });

  it('is one line of at most 160 characters and an ellipsis, and never ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (markdown) => {
        const plain = plainSnippet(markdown);
        expect(plain.length).toBeLessThanOrEqual(161);
        expect(plain).not.toMatch(/[\n\r]/);
        expect(plain).not.toMatch(/\p{Cs}/u);
      }),
    );
    expect(plainSnippet('x'.repeat(500))).toBe(`${'x'.repeat(160)}…`);
    expect(plainSnippet(`${'x'.repeat(159)}😀😀`)).toBe(`${'x'.repeat(159)}…`);
  });
});
