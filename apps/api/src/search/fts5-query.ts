import type { MatchField, MatchNode, MatchTerm } from './match-node';
import type { SearchScope } from './search-engine';

/**
 * A token of the private use area that each document holds as the first of its subject: FTS5's NOT needs something to take
 * away from, and `-word` alone takes away from all. The tokeniser emits letters and digits only, so no text and no query can
 * hold it. It stands before all else, so it parts no words of a phrase; and it stands in a column that everybody may search,
 * so it works under every restriction.
 */
export const EVERY_DOCUMENT = '\uE000';

/**
 * A token that the documents of one requester hold, in the column of that name. Asked for together with words it makes
 * FTS5 leap from one ticket of theirs to the next: a customer's search costs the same however many others there are.
 */
export function requesterToken(requesterRid: number): string {
  return `\uE001${requesterRid.toString(36)}`;
}

/** Columns of the index that a customer's search may touch: all but the internal notes. */
const CUSTOMER_COLUMNS = '{subject requester body}';

const FIELD_COLUMNS: Record<MatchField, string> = {
  subject: 'subject',
  requester: 'requester',
  body: '{body note}',
};

/** The FTS5 expression for `match`, always valid: tokens are letters and digits in double quotes, all else is written here. */
export function toFts5(match: MatchNode, scope: SearchScope): string {
  const words = scope.mayReadNotes ? write(match) : `${CUSTOMER_COLUMNS} : (${write(match)})`;
  if (scope.requesterRid === undefined) return words;
  return `(requester : "${requesterToken(scope.requesterRid)}") AND (${words})`;
}

function write(node: MatchNode): string {
  switch (node.kind) {
    case 'term':
      return writeTerm(node);
    case 'or':
      return `(${node.children.map(write).join(' OR ')})`;
    case 'and':
      return writeAll(node.children);
    case 'not':
      return writeAll([node]);
  }
}

/** FTS5's NOT stands between two expressions: what is wanted, and all that is not. */
function writeAll(children: readonly MatchNode[]): string {
  const wanted = children.filter((child) => child.kind !== 'not').map(write);
  const unwanted = children.filter((child) => child.kind === 'not').map((child) => write(child.child));
  const all = wanted.length === 0 ? `"${EVERY_DOCUMENT}"` : `(${wanted.join(' AND ')})`;
  return unwanted.length === 0 ? all : `(${all} NOT (${unwanted.join(' OR ')}))`;
}

function writeTerm(term: MatchTerm): string {
  const phrase = `"${term.tokens.join(' ')}"${term.prefix ? ' *' : ''}`;
  return term.field === null ? phrase : `(${FIELD_COLUMNS[term.field]} : ${phrase})`;
}
