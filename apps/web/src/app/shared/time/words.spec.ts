import { ago, date, moment, span, until } from './words';

const NOW = new Date(2026, 10, 22, 10, 24).getTime();
const at = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();

describe('times in words', () => {
  it.each([
    [at(2026, 10, 22, 10, 24), 'just now'],
    [at(2026, 10, 22, 10, 12), '12 min ago'],
    [at(2026, 10, 22, 9, 10), '1 h ago'],
    [at(2026, 10, 22, 8, 15), 'Today 08:15'],
    [at(2026, 10, 21, 19, 12), 'Yesterday 19:12'],
    [at(2026, 10, 3, 9, 20), '3 Nov'],
    [at(2025, 10, 3, 9, 20), '3 Nov 2025'],
  ])('%s is %s', (iso, words) => {
    expect(ago(iso, NOW)).toBe(words);
  });

  it('names day and time of a message, and the day alone in a sentence', () => {
    expect(moment(at(2026, 10, 3, 9, 20), NOW)).toBe('3 Nov, 09:20');
    expect(moment(at(2026, 10, 22, 9, 58), NOW)).toBe('Today 09:58');
    expect(date(at(2026, 10, 2), NOW)).toBe('2 November');
  });

  it('names the time until which something lasts, with the day where it is another one', () => {
    expect(until(at(2026, 10, 22, 11, 0), NOW)).toBe('11:00');
    expect(until(at(2026, 10, 23, 5, 0), NOW)).toBe('23 Nov, 05:00');
    expect(until(at(2027, 0, 2, 5, 0), NOW)).toBe('2 Jan 2027, 05:00');
  });

  it.each([
    [41 * 60_000, '41 m'],
    [103 * 60_000, '1 h 43'],
    [246 * 60_000, '4 h 06'],
    [27 * 3_600_000, '1 d 3 h'],
    [-5, '0 m'],
  ])('%i ms last %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });
});
