import type { MatchField } from './match-node';

/** The least meaningful parts of a query, as they were typed. */
export type QueryPiece =
  | { kind: 'open'; negated: boolean; field: MatchField | null }
  | { kind: 'close' }
  | { kind: 'or' }
  | { kind: 'words'; negated: boolean; field: MatchField | null; text: string; prefix: boolean }
  | { kind: 'filter'; negated: boolean; name: string; value: string }
  | { kind: 'unknown-operator'; name: string };

const FIELDS = new Map<string, MatchField>([
  ['subject', 'subject'],
  ['body', 'body'],
]);

/** Quotes as keyboards and word processors of several languages make them. */
const QUOTES = '"“”„‟«»＂「」『』';
const DASHES = '-−－';
const OPERATOR = /([A-Za-z]{2,})[:\uFF1A]/y;
/** `http:` and the like are no operators somebody mistyped. */
const LINK = /^\/\//;

/**
 * Cuts a query into pieces; any text is accepted.
 *
 * @param filterNames the operators that become filters, lower case
 */
export function readPieces(query: string, filterNames: ReadonlySet<string>): QueryPiece[] {
  const pieces: QueryPiece[] = [];
  let at = 0;
  let depth = 0;
  const peek = () => query.charAt(at);
  const isSpace = (character: string) => /\s/.test(character);

  while (at < query.length) {
    if (isSpace(peek())) {
      at++;
      continue;
    }
    const negated = readDash();
    if (at >= query.length || isSpace(peek())) continue;
    if (peek() === '(') open(negated, null);
    else if (peek() === ')') close();
    else readOperand(negated);
  }
  return pieces;

  /** A dash right before a word takes it out; alone, or doubled as in `--force`, it means nothing. */
  function readDash(): boolean {
    const start = at;
    while (at < query.length && DASHES.includes(peek())) at++;
    return at - start === 1;
  }

  function open(negated: boolean, field: MatchField | null): void {
    at++;
    depth++;
    pieces.push({ kind: 'open', negated, field });
  }

  function close(): void {
    at++;
    if (depth === 0) return;
    depth--;
    pieces.push({ kind: 'close' });
  }

  function readOperand(negated: boolean): void {
    OPERATOR.lastIndex = at;
    const name = OPERATOR.exec(query)?.[1]?.toLowerCase();
    const field = name === undefined ? undefined : FIELDS.get(name);
    if (name !== undefined && (field !== undefined || filterNames.has(name))) {
      at = OPERATOR.lastIndex;
      if (field !== undefined && peek() === '(') return open(negated, field);
      const { text, prefix } = readText();
      if (field === undefined || text === '') pieces.push({ kind: 'filter', negated, name, value: text });
      else pieces.push({ kind: 'words', negated, field, text, prefix });
      return;
    }
    const rest = name === undefined ? '' : query.slice(OPERATOR.lastIndex);
    if (name !== undefined && /^\S/.test(rest) && !LINK.test(rest))
      pieces.push({ kind: 'unknown-operator', name });
    const quoted = QUOTES.includes(peek());
    const { text, prefix } = readText();
    if (!quoted && !negated && text === 'OR') pieces.push({ kind: 'or' });
    else if (quoted || negated || text !== 'AND')
      pieces.push({ kind: 'words', negated, field: null, text, prefix });
  }

  function readText(): { text: string; prefix: boolean } {
    return at < query.length && QUOTES.includes(peek()) ? readQuoted() : readWord();
  }

  /** Up to the closing quote; to the end where there is none. */
  function readQuoted(): { text: string; prefix: boolean } {
    const start = ++at;
    while (at < query.length && !QUOTES.includes(peek())) at++;
    const text = query.slice(start, at++);
    const prefix = peek() === '*';
    if (prefix) at++;
    return { text, prefix };
  }

  /** Up to a space, or to the bracket that closes a group: in `(printer(HP))` the first `)` belongs to the word. */
  function readWord(): { text: string; prefix: boolean } {
    const start = at;
    let inside = 0;
    for (; at < query.length && !isSpace(peek()); at++) {
      if (peek() === '(') inside++;
      else if (peek() === ')' && inside > 0) inside--;
      else if (peek() === ')' && depth > 0) break;
    }
    const text = query.slice(start, at);
    return { text, prefix: text.endsWith('*') };
  }
}
