import { numberPlaceholders } from './placeholders';

describe('placeholders for PostgreSQL', () => {
  it.each([
    ['select 1', 'select 1'],
    ['select ? where a = ? and b in (?, ?)', 'select $1 where a = $2 and b in ($3, $4)'],
    [`select '?', ?, 'it''s ? still', ?`, `select '?', $1, 'it''s ? still', $2`],
    [`select "what?", ?`, `select "what?", $1`],
    ['select ? -- why?\n, ?', 'select $1 -- why?\n, $2'],
    ['select ? /* or ? */, ?', 'select $1 /* or ? */, $2'],
    [`select ? like ? escape '\\'`, `select $1 like $2 escape '\\'`],
    ['select $1, $2', 'select $1, $2'],
  ])('%s', (sql, numbered) => {
    expect(numberPlaceholders(sql)).toBe(numbered);
    expect(numberPlaceholders(sql)).toBe(numbered);
  });
});
