import { EVERY_DOCUMENT, requesterToken } from './fts5-query';
import type { MatchField, MatchNode, MatchTerm } from './match-node';
import type { SearchScope } from './search-engine';

/** Weights of the document that stand for SQLite's columns, see tsvectorOf(). */
const FIELD_WEIGHTS: Record<MatchField, string> = { subject: 'A', requester: 'B', body: 'CD' };
/** All but the internal notes. */
const CUSTOMER_WEIGHTS = 'ABC';
const ALL_WEIGHTS = 'ABCD';

/** The tsquery for `match`, always valid: tokens are letters and digits in quotes, all else is written here. */
export function toTsquery(match: MatchNode, scope: SearchScope): string {
  const words = write(match, scope.mayReadNotes ? ALL_WEIGHTS : CUSTOMER_WEIGHTS);
  if (scope.requesterRid === undefined) return words;
  return `${quoted(requesterToken(scope.requesterRid))}:B & (${words})`;
}

/** @param allowed the weights that the caller may search at all */
function write(node: MatchNode, allowed: string): string {
  switch (node.kind) {
    case 'term':
      return writeTerm(node, allowed);
    case 'or':
      return `(${node.children.map((child) => write(child, allowed)).join(' | ')})`;
    case 'and':
      return writeAll(node.children, allowed);
    case 'not':
      return writeAll([node], allowed);
  }
}

/** A negative alone would make PostgreSQL read the whole index: something that all have stands beside it. */
function writeAll(children: readonly MatchNode[], allowed: string): string {
  const parts = children.map((child) =>
    child.kind === 'not' ? `!(${write(child.child, allowed)})` : write(child, allowed),
  );
  const wanted = children.some((child) => child.kind !== 'not');
  return `(${(wanted ? parts : [quoted(EVERY_DOCUMENT), ...parts]).join(' & ')})`;
}

function writeTerm({ tokens, prefix, field }: MatchTerm, allowed: string): string {
  const wanted = field === null ? allowed : FIELD_WEIGHTS[field];
  const weights = [...wanted].filter((weight) => allowed.includes(weight)).join('');
  // No weights ask for less work than all of them.
  const within = weights === ALL_WEIGHTS ? '' : weights;
  const words = tokens.map((token, index) => {
    const flags = `${prefix && index === tokens.length - 1 ? '*' : ''}${within}`;
    return flags === '' ? quoted(token) : `${quoted(token)}:${flags}`;
  });
  return words.length === 1 ? (words[0] as string) : `(${words.join(' <-> ')})`;
}

const quoted = (token: string): string => `'${token}'`;
