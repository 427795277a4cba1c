import fc from 'fast-check';
import type { MatchNode } from './match-node';
import { MAX_QUERY_DEPTH, MAX_QUERY_LENGTH, MAX_QUERY_TERMS, parseQuery } from './query-grammar';

/** A tree in short: `(a & "b c"* & -(subject:d | e))`. */
function show(node: MatchNode | null): string {
  if (node === null) return '';
  switch (node.kind) {
    case 'term': {
      const words = node.tokens.length === 1 ? node.tokens[0] : `"${node.tokens.join(' ')}"`;
      return `${node.field ? `${node.field}:` : ''}${words}${node.prefix ? '*' : ''}`;
    }
    case 'not':
      return `-${show(node.child)}`;
    case 'and':
    case 'or':
      return `(${node.children.map(show).join(node.kind === 'and' ? ' & ' : ' | ')})`;
  }
}

const words: [rule: string, query: string, match: string][] = [
  ['words must all be there', 'printer  Offline', '(printer & offline)'],
  ['quotes hold words together', '"paper jam" printer', '("paper jam" & printer)'],
  [
    'quotes of any keyboard work',
    '„Paper jam“ «ne marche pas» 「電話機」',
    '("paper jam" & "ne marche pas" & "電話 話機")',
  ],
  ['an unclosed quote reaches to the end', 'a "paper jam', '(a & "paper jam")'],
  ['a quote inside a word is no quote', '15" monitor', '(15 & monitor)'],
  ['a dash takes a word out', 'printer -laser -"paper jam"', '(printer & -laser & -"paper jam")'],
  ['only words taken out are a query too', '-laser', '-laser'],
  ['a dash alone or doubled takes nothing out', 'a - b --force', '(a & b & force)'],
  ['a dash inside a word joins', 'e-mail', '"e mail"'],
  ['OR joins its two neighbours', 'refund invoice OR receipt', '(refund & (invoice | receipt))'],
  ['OR joins several', 'a OR b OR -c d', '((a | b | -c) & d)'],
  ['OR beside what is no word joins nothing else', 'refund & OR invoice x OR !', '(refund & invoice & x)'],
  ['OR beside a group of filters joins nothing else', 'x (is:open) OR y', '(x & y)'],
  ['OR joins a word with a colon', 'a OR foo:bar OR b', '(a | "foo bar" | b)'],
  ['or in small letters is a word', 'now or never', '(now & or & never)'],
  ['AND is what a space is', 'a AND b', '(a & b)'],
  ['brackets group', '(a b) OR (c -(d e))', '((a & b) | (c & -(d & e)))'],
  ['a bracket left open or closed too often changes nothing', ')) (a b', '(a & b)'],
  ['brackets inside a word belong to it', '(printer(HP) jam) x', '("printer hp" & jam & x)'],
  ['a word taken out of what is taken out is back', '-(-a)', 'a'],
  ['a star lets a word go on', 'pri* "paper ja"*', '(pri* & "paper ja")'],
  ['a star in a phrase lets its last word go on', '"paper jam"*', '"paper jam"*'],
  [
    'subject and body say where',
    'subject:jam -body:"on fire" subject:(a OR b)',
    '(subject:jam & -body:"on fire" & (subject:a | subject:b))',
  ],
  ['an address is one phrase', 'ana@example.com', '"ana example com"'],
  ['an unknown operator is text', 'foo:bar', '"foo bar"'],
  ['a link is text', 'https://desk.example/a', '"https desk example a"'],
  ['names of object properties are text', 'constructor:x is:constructor', '"constructor x"'],
  ['text in pairs leaves the closing character out', '電話機', '"電話 話機"'],
  ['a single character of a script in pairs begins a pair', '機 OR の', '(機* | の*)'],
  ['a single character inside a phrase stays whole', 'A機B', '"a 機 b"'],
  ['repeated characters are no closing character', '機 機 機機', '(機* & 機* & 機機)'],
  ['nothing searchable is no match', ' "" !? 👍 -… ()', ''],
];

describe('parseQuery', () => {
  it.each(words)('%s', (_rule, query, match) => {
    expect(show(parseQuery(query).match)).toBe(match);
  });

  describe('filters', () => {
    const day = Date.UTC(2026, 10, 1);
    const filters: [query: string, expected: object][] = [
      ['status:open,new status:solved', { statuses: ['new', 'open', 'solved'] }],
      ['STATUS:Open', { statuses: ['open'] }],
      ['-status:closed', { statuses: ['new', 'open', 'pending', 'solved'] }],
      ['is:active -is:pending', { statuses: ['new', 'open'] }],
      ['is:open', { statuses: ['new', 'open'] }],
      ['status:open -status:open', { statuses: [] }],
      ['is:unread is:unassigned', { unread: true, assignees: [{ kind: 'none' }] }],
      ['is:mine -is:unread', { unread: false, assignees: [{ kind: 'me' }] }],
      ['priority:high,urgent', { priorities: ['high', 'urgent'] }],
      ['assignee:ME', { assignees: [{ kind: 'me' }] }],
      ['assignee:none', { assignees: [{ kind: 'none' }] }],
      ['assignee:"Ana Maria"', { assignees: [{ kind: 'text', text: 'Ana Maria' }] }],
      ['from:“Ana Maria”', { requesters: [{ kind: 'text', text: 'Ana Maria' }] }],
      ['requester:ana@example.com', { requesters: [{ kind: 'text', text: 'ana@example.com' }] }],
      [
        'from:ana requester:ben',
        {
          requesters: [
            { kind: 'text', text: 'ana' },
            { kind: 'text', text: 'ben' },
          ],
        },
      ],
      ['assignee:me is:unassigned', { assignees: [{ kind: 'me' }, { kind: 'none' }] }],
      ['from:me', { requesters: [{ kind: 'me' }] }],
      ['tag:Billing tag:vip,billing -tag:spam', { tags: ['billing', 'vip'], excludedTags: ['spam'] }],
      ['after:2026-11-01 before:2026-12-01', { createdFrom: day, createdBefore: Date.UTC(2026, 11, 1) }],
      ['after:2026-10-01 after:2026-11-01', { createdFrom: day }],
      ['has:file', { hasFile: true }],
      ['-has:attachments', { hasFile: false }],
      ['status：open', { statuses: ['open'] }],
    ];
    it.each(filters)('%s is no text and asks for %j', (query, expected) => {
      expect(parseQuery(query)).toEqual({ match: null, filters: expected, hints: [] });
    });

    it('hold for the whole query wherever they stand', () => {
      const { match, filters } = parseQuery('(printer is:mine) jam');
      expect(show(match)).toBe('(printer & jam)');
      expect(filters).toEqual({ assignees: [{ kind: 'me' }] });
    });
  });

  describe('hints', () => {
    const hints: [query: string, hint: RegExp][] = [
      ['foo:bar', /^foo: is not an operator; it was searched for as a word$/],
      ['status:broken', /^status: takes new, open, .*“broken” was left out$/],
      ['is:broken', /^is: takes active, open, /],
      ['has:legs', /^has: takes file/],
      ['after:yesterday', /^after: takes a day such as 2026-11-01/],
      ['before:2026-02-30', /^before: takes a day/],
      ['status: printer', /^status: needs a value/],
      ['subject: printer', /^subject: needs a value/],
      ['-assignee:me', /^-assignee: is not possible/],
      ['-is:mine', /^-is:mine is not possible/],
      ['status:open OR printer', /^OR stands between two words/],
      ['printer OR status:open', /^OR stands between two words/],
      ['a status:open OR b', /^OR stands between two words/],
      ['x (is:open) OR y', /^OR stands between two words/],
      ['x OR (is:open) y', /^OR stands between two words/],
      ['x "" OR y', /^OR stands between two words/],
      ['x OR "" y', /^OR stands between two words/],
      ['from:???', /^from: takes a name or an address; “\?\?\?” was left out$/],
      ['requester:!', /^requester: takes a name/],
      ['assignee:%', /^assignee: takes a name/],
      ['OR', /^OR stands between two words/],
      ['pr*', /^A \* needs 3 letters before it; “pr” /],
      ['!!!', /^What has no letter or digit cannot be searched for/],
      ['a '.repeat(MAX_QUERY_TERMS + 1), /^Only the first 32 words/],
      ['a'.repeat(MAX_QUERY_LENGTH + 1), /^Only the first 500 characters/],
      [`${'('.repeat(MAX_QUERY_DEPTH + 1)}a`, /^Brackets go 5 deep/],
    ];
    it.each(hints)('%s gives one', (query, hint) => {
      expect(parseQuery(query).hints).toEqual([expect.stringMatching(hint)]);
    });

    it.each([
      'printer "paper jam"',
      'https://desk.example',
      'Re: 10:30',
      '電話* 機*',
      '"',
      'C:\\temp',
      'a "" b',
    ])('%s gives none', (query) => {
      expect(parseQuery(query).hints).toEqual([]);
    });
  });

  it('goes on behind a group that was too deep', () => {
    expect(show(parseQuery(`${'('.repeat(6)}a (b)) c${')'.repeat(5)} d`).match)).toBe('(c & d)');
  });

  const syntax = fc.array(
    fc.constantFrom(
      '(',
      ')',
      '"',
      '-',
      'OR',
      'AND',
      '*',
      ':',
      ',',
      ' ',
      'a',
      'ab*',
      'is:',
      'from:',
      'subject:',
      '-tag:',
      'x:y',
      '電話',
      '\uE000',
      '\0',
      "'",
    ),
    { maxLength: 300 },
  );
  it('never throws and stays within its bounds for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 700 }),
          syntax.map((parts) => parts.join('')),
        ),
        (query) => {
          const { match, hints } = parseQuery(query);
          expect(count(match)).toBeLessThanOrEqual(MAX_QUERY_TERMS);
          expect(hints.length).toBeLessThanOrEqual(5);
          for (const hint of hints) expect(hint.length).toBeLessThan(700);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Terms of a tree; fails where a list has fewer than two children or a negation holds a negation. */
function count(node: MatchNode | null): number {
  if (node === null) return 0;
  switch (node.kind) {
    case 'term':
      expect(node.tokens.length).toBeGreaterThan(0);
      return 1;
    case 'not':
      expect(node.child.kind).not.toBe('not');
      return count(node.child);
    case 'and':
    case 'or':
      expect(node.children.length).toBeGreaterThan(1);
      return node.children.reduce((sum, child) => sum + count(child), 0);
  }
}
