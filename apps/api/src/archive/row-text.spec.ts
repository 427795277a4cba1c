import { HARD_TEXTS } from '../testing/filled-desk';
import type { ColumnShape } from '../transfer/tables';
import { PIECE, lineOf, rowOf } from './row-text';

const text = (name: string, given: Partial<ColumnShape> = {}): ColumnShape => ({
  ...{ name, kind: 'text', bits: 0, maxLength: null, nullable: false, isInstant: false },
  ...given,
});
const COLUMNS = [
  text('at', { kind: 'integer', bits: 64, isInstant: true }),
  text('size', { kind: 'integer', bits: 64, nullable: true }),
  text('body'),
  text('note'),
];

describe('a line of a table', () => {
  const long = (start: string): string => start + '😀"\n語'.repeat(PIECE);

  it.each([...HARD_TEXTS, long(''), long('x'), long('xy')])('is what JSON makes of it: %#', (body) => {
    const line = [...lineOf(COLUMNS, [0, null, body, body])].join('');
    expect(line).toBe(
      `${JSON.stringify({ at: '1970-01-01T00:00:00.000Z', size: null, body, note: body })}\n`,
    );
    expect(rowOf(COLUMNS, line.slice(0, -1))).toEqual([0, null, body, body]);
  });

  it('of a long text comes in pieces, none of which is long', () => {
    const pieces = [...lineOf(COLUMNS, [0, 9_007_199_254_740_991, long(''), ''])];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(3 * PIECE);
  });

  it.each([-8.64e15, -1, 0, 1_795_305_600_001, 253_402_300_799_999, 8.64e15])(
    'has the instant %s to the millisecond',
    (at) => {
      expect(rowOf(COLUMNS, [...lineOf(COLUMNS, [at, 1, '', ''])].join('').slice(0, -1))[0]).toBe(at);
    },
  );

  it.each(['2026-11-26', '2026-11-26T04:00:00Z', '26 Nov 2026', 'never', 5])(
    'has no instant written as %s',
    (at) => {
      const line = JSON.stringify({ at, size: 1, body: '', note: '' });
      expect(() => rowOf(COLUMNS, line)).toThrow(/at/);
    },
  );
});
