import fc from 'fast-check';
import { cleanFilename, MAX_FILENAME_LENGTH } from './clean-filename';

describe('cleanFilename', () => {
  it.each([
    ['a plain name', 'report.pdf'],
    ['Japanese', '見積書 (最終版).pdf'],
    ['a slash of full width', '見積／二.pdf'],
    ['quotes', `he said "hello" & 'bye'.txt`],
    ['what Windows would not take', 'a<b>c:d|e?f*.txt'],
    ['percent signs', '100%25 %2e%2e.txt'],
    ['a zero-width space', 'in\u200bvoice.pdf'],
    ['joined emoji', '👩\u200d💻.png'],
    ['right-to-left letters and their marks', 'تقرير\u200f.pdf'],
    ['a decomposed accent', 'cafe\u0301.txt'],
    ['no extension', 'README'],
    ['a leading dot', '.env'],
    ['several dots', 'a.tar.gz'],
    ['255 characters', `${'漢'.repeat(251)}.pdf`],
    ['255 emoji', `${'😀'.repeat(251)}.pdf`],
  ])('keeps %s', (_what, name) => {
    expect(cleanFilename(name)).toBe(name);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['C:\\Users\\ana\\a.pdf', 'a.pdf'],
    ['/etc/passwd', 'passwd'],
    ['a.txt/', 'file'],
    ['..', 'file'],
    ['.', 'file'],
    ['../', 'file'],
    ['', 'file'],
    ['   ', 'file'],
    ['\u200b\u200b', 'file'],
    ['\0', 'file'],
    ['a\0.pdf', 'a.pdf'],
    ['a\r\nSet-Cookie: x.pdf', 'aSet-Cookie: x.pdf'],
    ['a\x7f\x85.pdf', 'a.pdf'],
    ['  spaced .pdf  ', 'spaced .pdf'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['\u2066a\u2069.pdf', 'a.pdf'],
    ['a\ud800b.pdf', 'ab.pdf'],
  ])('makes of %j the name %j', (sent, name) => {
    expect(cleanFilename(sent)).toBe(name);
  });

  it('cuts what is longer than 255 characters, and keeps the extension', () => {
    expect(cleanFilename(`${'a'.repeat(300)}.pdf`)).toBe(`${'a'.repeat(251)}.pdf`);
    expect(cleanFilename(`${'😀'.repeat(300)}.pdf`)).toBe(`${'😀'.repeat(251)}.pdf`);
    expect(cleanFilename('b'.repeat(300))).toBe('b'.repeat(255));
    expect(cleanFilename(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`);
  });

  it('gives for anything a name of 1 to 255 characters without a path, and the same again for that', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ' ',
      '\0',
      '\u202e',
      '\u200b',
      '.pdf',
      '漢',
      '\ud83d',
      '"',
      'a'.repeat(100),
    );
    const names = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 20 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(names, (sent) => {
        const name = cleanFilename(sent);
        expect([...name].length).toBeGreaterThan(0);
        expect([...name].length).toBeLessThanOrEqual(MAX_FILENAME_LENGTH);
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(cleanFilename(name)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });
});
