import { hueOf, initialsOf } from './initials';

describe('initials', () => {
  it.each([
    ['Katrin Hofmann', 'KH'],
    ['maja', 'M'],
    ['Jan-Erik van der Pohl', 'JP'],
    ['佐藤 美咲', '佐美'],
    ['Олена Коваль', 'ОК'],
    ['(Support) Desk', 'SD'],
    ['', ''],
  ])('of %s are %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });

  it('have a hue that comes from the id alone', () => {
    expect(hueOf('a')).toBe(hueOf('a'));
    const hues = Array.from({ length: 200 }, (_, i) => hueOf(`id-${i}`));
    expect(new Set(hues)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });
});
