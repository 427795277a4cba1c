import { bytesOf, durationOf, Pace, totalsOf, wordsOfDifference } from './words';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [9_940, '9.9 kB'],
  [10_000_000, '10 MB'],
  [999_400_000, '999 MB'],
  [999_999_999, '1.0 GB'],
  [3_400_000_000, '3.4 GB'],
  [5e15, '5000 TB'],
])('%i bytes are read as %s', (bytes, text) => expect(bytesOf(bytes)).toBe(text));

it.each([
  [0, '0 s'],
  [0.2, '1 s'],
  [59, '59 s'],
  [61, '2 min'],
  [3_600, '1 h 0 min'],
  [7_261, '2 h 2 min'],
])('%d seconds are read as %s', (seconds, text) => expect(durationOf(seconds)).toBe(text));

it('counts one file as one', () => {
  expect(totalsOf({ files: 1, bytes: 5 })).toBe('1 file, 5 bytes');
  expect(totalsOf({ files: 12_345, bytes: 5 })).toBe('12,345 files, 5 bytes');
});

it('tells the pace and the time left from the first bytes on', () => {
  jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(1000).mockReturnValueOnce(2000);
  const pace = new Pace();
  const total = { files: 10, bytes: 10_000_000 };
  expect(pace.words({ files: 0, bytes: 0 }, total)).toBe('0 of 10 files, 0 bytes of 10 MB, 0 bytes/s');
  expect(pace.words({ files: 2, bytes: 2_000_000 }, total)).toBe(
    '2 of 10 files, 2.0 MB of 10 MB, 1.0 MB/s, 8 s left',
  );
  jest.restoreAllMocks();
});

it('tells a difference without the name of the file', () => {
  const given = {
    attachment: 'id',
    ticket: 7,
    key: 'attachments/x',
    where: 'source',
    what: 'missing',
  } as const;
  expect(wordsOfDifference(given)).toBe('missing in the source: attachments/x, attachment id of ticket 7');
  expect(wordsOfDifference({ ...given, ticket: null, notMended: 'wrong bytes' })).toBe(
    'missing in the source: attachments/x, attachment id that waits for its message; not mended: wrong bytes there',
  );
});
