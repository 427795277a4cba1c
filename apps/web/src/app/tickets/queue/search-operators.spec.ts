import { piecesOf } from './search-operators';

describe('the search text', () => {
  const operators = (text: string) => piecesOf(text).flatMap((piece) => (piece.operator ? [piece.text] : []));

  it('is cut into operators and words and loses nothing', () => {
    const text = '  tag:recall -tag:spam  "exact words" bike* OR x foo:bar from:"Katrin Hofmann" ';
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
    expect(operators(text)).toEqual([
      'tag:recall',
      '-tag:spam',
      '"exact words"',
      'OR',
      'from:"Katrin Hofmann"',
    ]);
  });

  it('tints no unknown operator', () => {
    expect(operators('foo:bar http://x')).toEqual([]);
  });

  it('tints a quote that is still being typed', () => {
    expect(operators('a "half')).toEqual(['"half']);
  });
});
