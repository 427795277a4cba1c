import { toIso } from './clock';

describe('a time in the API', () => {
  it('is what Date makes of it, to the millisecond, over all the years a client can write', () => {
    const edges = [
      0, -1, 1, 86_399_999, 86_400_000, 951_782_400_000, 253_402_300_799_999, -62_167_219_200_001,
    ];
    // A step that is no multiple of a day, an hour or a second walks through all of them.
    const many = Array.from({ length: 20_000 }, (_, n) => -2_208_988_800_000 + n * 331_777_123);
    for (const instant of [...edges, ...many]) expect(toIso(instant)).toBe(new Date(instant).toISOString());
  });

  it('is null where there is none', () => expect(toIso(null)).toBeNull());
});
