import { commandsOf, marked, numberIn } from './palette-entries';

const run = () => undefined;

describe('the palette', () => {
  const groups = [
    { name: 'Anywhere', shortcuts: [{ keys: 'c', label: 'New ticket', run }] },
    {
      name: 'Queue',
      shortcuts: [
        { keys: 'j', label: 'Next ticket', run },
        { keys: 's', label: 'Set status', run },
        { keys: '.', label: 'Show new tickets', run, when: () => false },
      ],
    },
  ];
  const labels = (text: string) => commandsOf(groups, text).map((entry) => entry.label);

  it('offers what can be done now, the page’s own commands first', () => {
    expect(labels('')).toEqual(['Set status', 'New ticket']);
  });

  it('narrows by words and marks them', () => {
    expect(labels('STAT')).toEqual(['Set status']);
    expect(marked('Set status', 'stat')).toEqual([
      { text: 'Set ', match: false },
      { text: 'stat', match: true },
      { text: 'us', match: false },
    ]);
  });

  it('knows a ticket’s number', () => {
    expect(numberIn('#4812')).toBe('4812');
    expect(numberIn(' 17 ')).toBe('17');
    expect(numberIn('4812 batteries')).toBeNull();
  });
});
