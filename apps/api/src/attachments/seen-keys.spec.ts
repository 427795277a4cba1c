import { SeenKeys } from './seen-keys';

describe('seen keys', () => {
  it('are those that were added, and no others, whatever the order of adding and asking', () => {
    const seen = new SeenKeys();
    const key = (n: number) => `attachments/${n}.pdf`;
    expect(seen.has(key(0))).toBe(false);
    for (let n = 0; n < 5_000; n += 2) {
      seen.add(key(n));
      if (n % 500 === 0) expect([seen.has(key(n)), seen.has(key(n + 1))]).toEqual([true, false]);
    }
    for (let n = 0; n < 5_000; n++) expect(seen.has(key(n))).toBe(n % 2 === 0);
  });
});
