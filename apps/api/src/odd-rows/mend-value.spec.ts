import type { ColumnShape } from '../transfer/tables';
import { mendValue } from './mend-value';
import type { RawValue } from './raw-value';

const column = (shape: Partial<ColumnShape>): ColumnShape => ({
  ...{ name: 'c', kind: 'integer', bits: 64, maxLength: null, nullable: false, isInstant: false },
  ...shape,
});
const TEXT = column({ kind: 'text', bits: 0 });
const SHORT = column({ kind: 'text', bits: 0, maxLength: 3 });
const INSTANT = column({ isInstant: true });
const SMALL = column({ bits: 16 });

const text = (value: string): RawValue => ({ type: 'text', bytes: Buffer.from(value) });
const blob = (value: string): RawValue => ({ type: 'blob', bytes: Buffer.from(value) });
const integer = (value: bigint): RawValue => ({ type: 'integer', value });
const real = (value: number): RawValue => ({ type: 'real', value });

const mended = (raw: RawValue, shape: ColumnShape, isCuttable = false) => {
  const { value, findings } = mendValue(raw, shape, isCuttable);
  return [value, ...findings.map(({ problem, rule }) => `${problem}: ${rule}`)];
};

describe('a value of SQLite', () => {
  it.each<[string, RawValue, ColumnShape, unknown[]]>([
    ['a text', text('{"a":1,"a":2} 👩🏽‍🚀 שלום'), TEXT, ['{"a":1,"a":2} 👩🏽‍🚀 שלום']],
    ['three characters of four bytes', text('😀😀😀'), SHORT, ['😀😀😀']],
    ['the least of 16 bits', integer(-32768n), SMALL, [-32768]],
    ['a real that is whole', real(2 ** 52), column({}), [2 ** 52]],
    ['the last instant', integer(8_640_000_000_000_000n), INSTANT, [8.64e15]],
    ['seconds where milliseconds are meant', integer(1_795_305_600n), INSTANT, [1_795_305_600]],
    ['null where it may be', { type: 'null' }, column({ nullable: true }), [null]],
  ])('is carried as it is: %s', (_, raw, shape, expected) => {
    expect(mended(raw, shape)).toEqual(expected);
  });

  it.each<[string, RawValue, ColumnShape, unknown[]]>([
    ['NUL', text('a\0b\0'), TEXT, ['a\ufffdb\ufffd', 'nul: replace']],
    ['bytes', blob('größe'), TEXT, ['größe', 'bytes: decode']],
    ['bytes with NUL', blob('a\0'), TEXT, ['a\ufffd', 'bytes: decode', 'nul: replace']],
    [
      'what is no UTF-8',
      { type: 'text', bytes: Buffer.from('ff', 'hex') },
      TEXT,
      ['\ufffd', 'not-utf8: replace'],
    ],
    ['a whole number', integer(2n ** 60n), TEXT, ['1152921504606846976', 'number: to-text']],
    ['a fraction', real(1.5), TEXT, ['1.5', 'number: to-text']],
    ['digits', blob(' 12 '), column({}), [12, 'not-a-number: to-number']],
    ['a fraction for a whole number', real(-1.5), column({}), [-1, 'fraction: truncate']],
    ['a date', text('2026-11-26 04:00:00'), INSTANT, [1_795_665_600_000, 'not-a-number: to-number']],
    ['a day', text('2026-11-26'), INSTANT, [1_795_651_200_000, 'not-a-number: to-number']],
    [
      'a date with its zone',
      text('2026-11-26T05:00:00.000+01:00'),
      INSTANT,
      [1_795_665_600_000, 'not-a-number: to-number'],
    ],
    ['an instant too late', integer(2n ** 62n), INSTANT, [8.64e15, 'instant: nearest']],
    ['an instant too early', real(-1e300), INSTANT, [-8.64e15, 'instant: nearest']],
    ['never', real(Infinity), INSTANT, [8.64e15, 'instant: nearest']],
  ])('is mended: %s', (_, raw, shape, expected) => {
    expect(mended(raw, shape)).toEqual(expected);
  });

  it('is cut where its column holds prose, by characters', () => {
    expect(mended(text('😀😀😀😀'), SHORT, true)).toEqual(['😀😀😀', 'too-long: cut']);
    expect(mended(text('a\0bc'), SHORT, true)).toEqual(['a\ufffdb', 'nul: replace', 'too-long: cut']);
  });

  it.each<[string, RawValue, ColumnShape, string]>([
    ['too long for an address', text('abcd'), SHORT, 'too-long: null'],
    ['null', { type: 'null' }, TEXT, 'null: null'],
    ['words', text('soon'), column({}), 'not-a-number: null'],
    ['a date where a number is meant', text('2026-11-26'), column({}), 'not-a-number: null'],
    ['a day that there is not', text('2026-13-26'), INSTANT, 'not-a-number: null'],
    ['beyond 16 bits', integer(32_768n), SMALL, 'too-big: null'],
    ['beyond 2^53', integer(2n ** 53n), column({}), 'too-big: null'],
    ['endless', real(Infinity), column({}), 'too-big: null'],
  ])('stays an obstacle: %s', (_, raw, shape, expected) => {
    expect(mended(raw, shape).slice(1)).toEqual([expected]);
  });
});
