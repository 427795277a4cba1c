import Database from 'better-sqlite3';
import fc from 'fast-check';
import { toFts5 } from './fts5-query';
import { MatchNode, requesterMatch, termOf } from './match-node';
import { MAX_QUERY_DEPTH, MAX_QUERY_TERMS, parseQuery } from './query-grammar';
import { CREATE_SEARCH_INDEX } from './ticket-search-index';

const database = new Database(':memory:');
for (const statement of CREATE_SEARCH_INDEX) database.exec(statement);
database
  .prepare('insert into ticket_fts(rowid, subject, requester, body, note) values (1, ?, ?, ?, ?)')
  .run('\uE000 a', '\uE0011 b', 'c', 'secret');
const find = database.prepare('select rowid from ticket_fts where ticket_fts match ?');
afterAll(() => database.close());

const AGENT = { mayReadNotes: true };
const CUSTOMER = { mayReadNotes: false, requesterRid: 1 };

const terms = fc
  .record({
    tokens: fc.array(fc.constantFrom('a', 'b', 'secret', '電話'), { minLength: 1, maxLength: 3 }),
    prefix: fc.boolean(),
    field: fc.constantFrom(null, 'subject', 'requester', 'body'),
  })
  .map((term) => ({ kind: 'term', ...term }) as MatchNode);
const trees = fc.letrec<{ tree: MatchNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: MAX_QUERY_DEPTH },
    terms,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      children: fc.array(tie('tree'), { minLength: 2, maxLength: 4 }),
    }),
    tie('tree').map((child): MatchNode => (child.kind === 'not' ? child : { kind: 'not', child })),
  ),
})).tree;

/** What a tree means on the one document, told without FTS5. */
function holds(node: MatchNode, columns: Record<string, string>): boolean {
  switch (node.kind) {
    case 'term': {
      const among =
        node.field === 'body' ? ['body', 'note'] : node.field ? [node.field] : Object.keys(columns);
      return node.tokens.length === 1 && among.some((column) => columns[column] === node.tokens[0]);
    }
    case 'not':
      return !holds(node.child, columns);
    case 'and':
      return node.children.every((child) => holds(child, columns));
    case 'or':
      return node.children.some((child) => holds(child, columns));
  }
}

describe('toFts5', () => {
  it('writes what the tree means, for an agent and for a customer', () => {
    const seen = { subject: 'a', requester: 'b', body: 'c' };
    fc.assert(
      fc.property(trees, (tree) => {
        expect(find.all(toFts5(tree, AGENT))).toHaveLength(holds(tree, { ...seen, note: 'secret' }) ? 1 : 0);
        expect(find.all(toFts5(tree, CUSTOMER))).toHaveLength(holds(tree, seen) ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  it('writes an expression that FTS5 takes, for any text at all', () => {
    const syntax = fc
      .array(
        fc.constantFrom(
          '(',
          ')',
          '"',
          '-',
          ' OR ',
          ' NOT ',
          '*',
          '^',
          ':',
          '+',
          '{',
          '}',
          ' ',
          'NEAR(',
          'a',
          'secret',
          'subject:',
          '\uE000',
          '\0',
          "'",
          ';',
          '電',
        ),
        { maxLength: 200 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), syntax), (query) => {
        const { match } = parseQuery(query);
        if (match) for (const scope of [AGENT, CUSTOMER]) find.all(toFts5(match, scope));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['brackets nested as deep as allowed', `${'a OR (b -('.repeat(MAX_QUERY_DEPTH)}c`],
    ['negatives nested as deep as allowed', `${'a OR (b OR -(c OR -d) '.repeat(3)}e`],
    ['as many words as allowed', '-a OR b* '.repeat(MAX_QUERY_TERMS)],
    ['one phrase as long as allowed', `"${'電話'.repeat(250)}"`],
    ['many alternatives', Array.from({ length: MAX_QUERY_TERMS }, (_, index) => `a${index}`).join(' OR ')],
  ])('stays within what FTS5 can parse: %s', (_case, query) => {
    const { match } = parseQuery(query);
    for (const scope of [AGENT, CUSTOMER])
      expect(() => match && find.all(toFts5(match, scope))).not.toThrow();
    expect(match).not.toBeNull();
  });

  it('finds no ticket by the tokens that the index keeps for itself', () => {
    expect(parseQuery('\uE000 \uE0011').match).toEqual(parseQuery('1').match);
  });
});

describe('requesterMatch', () => {
  it.each([
    ['Ana Mül', '((requester : "ana" *) AND (requester : "mul" *))'],
    ['ana@example.com', '(requester : "ana example com" *)'],
    ['佐', '(requester : "佐" *)'],
  ])('looks for %s among names and addresses', (text, expression) => {
    const match = requesterMatch(text);
    expect(match && toFts5(match, AGENT)).toBe(expression);
  });

  it('is null where nothing can be looked for', () => {
    expect(requesterMatch(' -- ')).toBeNull();
    expect(termOf('…', null)).toBeNull();
  });
});
