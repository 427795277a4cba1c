import { type Edit, editFor, pastedLink } from './markdown-tools';

/** `[` and `]` stand for the selection. */
function selected(marked: string) {
  const start = marked.indexOf('[');
  const end = marked.indexOf(']') - 1;
  return { text: marked.replace(/[[\]]/g, ''), start, end };
}

function after(text: string, { from, to, insert, start, end }: Edit): string {
  const result = text.slice(0, from) + insert + text.slice(to);
  return `${result.slice(0, start)}‹${result.slice(start, end)}›${result.slice(end)}`;
}

describe('the formatting tools', () => {
  const cases = [
    ['bold', 'a [bike] b', 'a **‹bike›** b'],
    ['bold', 'a **[bike]** b', 'a ‹bike› b'],
    ['italic', '[bike]', '*‹bike›*'],
    ['code', 'see [E-04]', 'see `‹E-04›`'],
    ['code', '[a\nb]', '```\n‹a\nb›\n```'],
    ['list', 'x\n[one\ntwo]', 'x\n‹- one\n- two›'],
    ['list', '[- one\n- two]', '‹one\ntwo›'],
    ['quote', 'so [it] is', '‹> so it› is'],
  ] as const;

  it.each(cases)('%s on %j', (tool, before, result) => {
    const selection = selected(before);
    expect(after(selection.text, editFor(tool, selection))).toBe(result);
  });

  it('make a link whose address is selected', () => {
    const selection = { text: 'the manual', start: 4, end: 10 };
    expect(after(selection.text, editFor('link', selection))).toBe('the [manual](‹https://›)');
  });

  it('make a link of words that an address is pasted over', () => {
    const edit = pastedLink({ text: 'the manual', start: 4, end: 10 }, 'https://havn.example/m');
    expect(edit && after('the manual', edit)).toBe('the [manual](https://havn.example/m)‹›');
  });

  it('leave other pasting alone', () => {
    expect(pastedLink({ text: 'abc', start: 1, end: 1 }, 'https://havn.example')).toBeNull();
    expect(pastedLink({ text: 'abc', start: 0, end: 3 }, 'just words')).toBeNull();
  });
});
