import { isUnspaced } from './characters';
import { tokenise } from './tokenise';

/** Where a word is looked for: the subject, the requester's name and address, or the messages. */
export type MatchField = 'subject' | 'requester' | 'body';

/** One word, or several that must stand side by side; with `prefix` the last one may go on. `tokens` is never empty. */
export interface MatchTerm {
  kind: 'term';
  tokens: readonly string[];
  prefix: boolean;
  /** null: anywhere the caller may look. */
  field: MatchField | null;
}

/** What a text search asks for, known to no engine yet. Lists have two children or more; `not` never holds a `not`. */
export type MatchNode =
  MatchTerm | { kind: 'and' | 'or'; children: readonly MatchNode[] } | { kind: 'not'; child: MatchNode };

/** The shortest beginning of a word that the indexes answer fast. */
export const MIN_PREFIX_LENGTH = 3;

/** All of `nodes`; null for none. */
export function allOf(nodes: readonly MatchNode[]): MatchNode | null {
  return join('and', nodes);
}

/** Any of `nodes`; null for none. */
export function anyOf(nodes: readonly MatchNode[]): MatchNode | null {
  return join('or', nodes);
}

export function noneOf(node: MatchNode): MatchNode {
  return node.kind === 'not' ? node.child : { kind: 'not', child: node };
}

/**
 * `text` as one term, null when it holds no letter or digit.
 *
 * A text that ends in a script taken in pairs finds what goes on behind it as well: of `電話` the pair alone is asked for,
 * not the single character that closes a run in the index; a single character becomes a prefix of pairs.
 *
 * @param wantsPrefix the last word may go on; kept only where it is `MIN_PREFIX_LENGTH` long
 */
export function termOf(text: string, field: MatchField | null, wantsPrefix = false): MatchTerm | null {
  const tokens = tokenise(text);
  const last = tokens.at(-1);
  if (last === undefined) return null;
  if (isUnspaced(last)) {
    const before = tokens.at(-2) ?? '';
    const closesRun = [...before].length === 2 && isUnspaced(before) && before.endsWith(last);
    return { kind: 'term', tokens: closesRun ? tokens.slice(0, -1) : tokens, prefix: !closesRun, field };
  }
  return { kind: 'term', tokens, prefix: wantsPrefix && [...last].length >= MIN_PREFIX_LENGTH, field };
}

/**
 * A person's name or address as it stands in the index: each word of `text` must be there, or one that begins so.
 * Null when `text` holds no letter or digit.
 */
export function requesterMatch(text: string): MatchNode | null {
  const terms = text.split(/\s+/).map((word) => termOf(word, 'requester', true));
  return allOf(terms.filter((term) => term !== null));
}

function join(kind: 'and' | 'or', nodes: readonly MatchNode[]): MatchNode | null {
  const [only] = nodes;
  if (only === undefined) return null;
  if (nodes.length === 1) return only;
  return { kind, children: nodes.flatMap((node) => (node.kind === kind ? node.children : [node])) };
}
