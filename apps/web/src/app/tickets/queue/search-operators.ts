/** What the search box understands; the API knows the same and explains in hints what it could not use. */
export interface Operator {
  /** Put into the box when it is chosen. */
  example: string;
  means: string;
}

export const OPERATORS: readonly Operator[] = [
  { example: '"battery died"', means: 'these exact words' },
  { example: 'charger OR cable', means: 'either word' },
  { example: '-spam', means: 'without this word' },
  { example: 'batt*', means: 'words that begin so' },
  { example: 'subject:invoice', means: 'in the subject only' },
  { example: 'is:unread', means: 'also open, unassigned, mine' },
  { example: 'status:open,new', means: 'new, open, pending, solved, closed' },
  { example: 'priority:high', means: 'low, normal, high, urgent' },
  { example: 'assignee:me', means: 'me, none, a name or an address' },
  { example: 'requester:hofmann', means: 'name or address; from: is the same' },
  { example: 'tag:recall', means: 'with the tag; -tag: without it' },
  { example: 'after:2026-11-01', means: 'opened on that day or later' },
  { example: 'before:2026-12-01', means: 'opened earlier' },
  { example: 'has:file', means: 'with a file' },
];

const NAMES = 'status|is|priority|assignee|from|requester|tag|before|after|has|subject';
const PIECES = new RegExp(`-?(?:${NAMES}):(?:"[^"]*"?|\\S+)|-?"[^"]*"?|\\bOR\\b`, 'giu');

export interface Piece {
  text: string;
  /** Drawn as a tinted token. */
  operator: boolean;
}

/** The text cut into operators and plain words; joined again it is the text. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), operator: false });
    pieces.push({ text: match[0], operator: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), operator: false });
  return pieces;
}
