import { EventStreamParser } from './event-stream-parser';

describe('an event stream', () => {
  it('gives events with type, data and id', () => {
    expect(new EventStreamParser().feed('id: 7\nevent: presence\ndata: {"a":1}\n\ndata: b\n\n')).toEqual([
      { type: 'presence', data: '{"a":1}', id: '7' },
      { type: 'message', data: 'b', id: '7' },
    ]);
  });

  it.each(['\n', '\r\n', '\r'])('may be cut anywhere, with lines that end by %j', (end) => {
    const text = ['event: x', 'data: one', 'data:two', '', ': beat', '', 'data', '', 'data: last', ''].join(
      end,
    );
    const expected = [
      { type: 'x', data: 'one\ntwo', id: '' },
      { type: 'message', data: '', id: '' },
    ];
    for (let at = 1; at < text.length; at++) {
      const parser = new EventStreamParser();
      expect([...parser.feed(text.slice(0, at)), ...parser.feed(text.slice(at))]).toEqual(expected);
    }
    const parser = new EventStreamParser();
    expect([...text].flatMap((letter) => parser.feed(letter))).toEqual(expected);
  });

  it('gives nothing for comments, and forgets a type without data', () => {
    const parser = new EventStreamParser();
    expect(parser.feed(': beat\n\nevent: lost\n\n')).toEqual([]);
    expect(parser.feed('data: x\n\n')).toEqual([{ type: 'message', data: 'x', id: '' }]);
  });
});
