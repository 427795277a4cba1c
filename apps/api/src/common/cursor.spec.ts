import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor';
import { ValidationError } from './domain-error';

describe('a cursor', () => {
  it('brings back the keys that it was made of', () => {
    const keys = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(keys, (given) => {
        expect(decodeCursor(encodeCursor('-updatedAt', given), '-updatedAt', given.length)).toEqual(given);
      }),
    );
    expect(decodeCursor(encodeCursor('name', ['Ana \ud83d\ude00', 7]), 'name', 2, 1)).toEqual([
      'Ana \ud83d\ude00',
      7,
    ]);
  });

  it.each([
    ['of another order', encodeCursor('createdAt', [1])],
    ['of the other direction', encodeCursor('-x', [1])],
    ['with a key too many', encodeCursor('x', [1, 2])],
    ['with a key too few', encodeCursor('x', [])],
    ['with text for a number', encodeCursor('x', ['1'])],
    ['with a negative key', encodeCursor('x', [-1])],
    ['with half a key', encodeCursor('x', [1.5])],
    ['with a huge key', Buffer.from('["x",1e300]').toString('base64url')],
    ['with an object', Buffer.from('["x",{"a":1}]').toString('base64url')],
    ['that is no list', Buffer.from('{"0":"x","1":1,"length":2}').toString('base64url')],
    ['that is no JSON', Buffer.from('["x",1').toString('base64url')],
    ['that is nothing', ''],
  ])('is refused %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, 'x', 1)).toThrow(ValidationError);
  });

  it('is refused, and nothing worse, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (cursor) => {
        expect(() => decodeCursor(cursor, 'x', 1)).toThrow(ValidationError);
      }),
    );
  });
});
