import { fileSize } from './file-size';

describe('fileSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 kB'],
    [420 * 1024, '420 kB'],
    [1024 * 1024 - 1, '1 MB'],
    [1.94 * 1024 * 1024, '1.9 MB'],
    [10 * 1024 * 1024, '10 MB'],
    [3 * 1024 ** 4, '3072 GB'],
  ])('says %d bytes as %s', (bytes, words) => {
    expect(fileSize(bytes)).toBe(words);
  });
});
