import { isUnspaced } from './characters';
import { MIN_PREFIX_LENGTH, MatchField, MatchNode, allOf, anyOf, noneOf, termOf } from './match-node';
import { FilterBuilder, QueryFilters } from './query-filters';
import { QueryPiece, readPieces } from './query-pieces';

export interface ParsedQuery {
  /** What the text must hold; null when the query has no words, or none with a letter or digit: then only filters count. */
  match: MatchNode | null;
  filters: QueryFilters;
  /** English sentences, each once and a handful at most: what of the query was left out or understood otherwise. */
  hints: string[];
}

export const MAX_QUERY_LENGTH = 500;
export const MAX_QUERY_TERMS = 32;
const MAX_HINTS = 5;
const OR_LEFT_OUT = 'OR stands between two words; here it was left out';
/** Groups inside groups; more than FTS5's own parser would stand is cut long before. */
export const MAX_QUERY_DEPTH = 5;

/**
 * Reads what people type into the search box. No text is an error; what cannot be understood is told in `hints`.
 *
 * - words: all of them, anywhere; `"exact words"`; `begin*`; `-word`, `-"exact words"`
 * - `a OR b` joins its two neighbours: `refund invoice OR receipt` = refund and (invoice or receipt); `( )` groups
 * - `subject:word`, `body:word`, also before quotes and groups
 * - filters: see {@link QueryFilters}; `status:open,new is:unread priority:high assignee:me from:"Ana Maria" tag:x -tag:y
 *   after:2026-11-01 before:2026-12-01 has:file`. They hold for the whole query, wherever they stand
 */
export function parseQuery(query: string): ParsedQuery {
  const hints = new Set<string>();
  const builder = new FilterBuilder((text) => hints.add(text));
  if (query.length > MAX_QUERY_LENGTH)
    hints.add(`Only the first ${MAX_QUERY_LENGTH} characters were searched for`);
  const pieces = readPieces(query.slice(0, MAX_QUERY_LENGTH), builder.names);
  const match = new Parser(pieces, builder, hints).parse();
  return { match, filters: builder.filters, hints: [...hints].slice(0, MAX_HINTS) };
}

class Parser {
  private at = 0;
  private terms = 0;

  constructor(
    private readonly pieces: readonly QueryPiece[],
    private readonly filters: FilterBuilder,
    private readonly hints: Set<string>,
  ) {}

  parse(): MatchNode | null {
    return this.readGroup(0, null);
  }

  /** Up to the end of the group or of the query. */
  private readGroup(depth: number, field: MatchField | null): MatchNode | null {
    const alternatives: MatchNode[][] = [];
    let afterWords = false;
    let joins = false;
    for (let piece = this.next(); piece && piece.kind !== 'close'; piece = this.next()) {
      if (piece.kind === 'or') {
        joins = afterWords && this.standsBeforeWords();
        if (!joins) this.hints.add(OR_LEFT_OUT);
        afterWords = false;
        continue;
      }
      const node = this.readOperand(piece, depth, field);
      // The word itself is the next piece.
      if (piece.kind === 'unknown-operator') continue;
      if (node === null && joins) this.hints.add(OR_LEFT_OUT);
      else if (node !== null && joins) alternatives.at(-1)?.push(node);
      else if (node !== null) alternatives.push([node]);
      afterWords = node !== null;
      joins = false;
    }
    return allOf(alternatives.map(anyOf).filter((node) => node !== null));
  }

  private readOperand(piece: QueryPiece, depth: number, field: MatchField | null): MatchNode | null {
    switch (piece.kind) {
      case 'open': {
        if (depth >= MAX_QUERY_DEPTH) {
          this.hints.add(`Brackets go ${MAX_QUERY_DEPTH} deep; what stood deeper was left out`);
          this.skipGroup();
          return null;
        }
        const group = this.readGroup(depth + 1, piece.field ?? field);
        return group && piece.negated ? noneOf(group) : group;
      }
      case 'words':
        return this.readWords(piece, piece.field ?? field);
      case 'filter':
        if (this.countTerm()) this.filters.add(piece.name, piece.value, piece.negated);
        return null;
      case 'unknown-operator':
        this.hints.add(`${piece.name}: is not an operator; it was searched for as a word`);
        return null;
      case 'or':
      case 'close':
        return null;
    }
  }

  private readWords(piece: QueryPiece & { kind: 'words' }, field: MatchField | null): MatchNode | null {
    if (!this.countTerm()) return null;
    const term = termOf(piece.text, field, piece.prefix);
    if (term === null) {
      if (piece.text.trim() === '') return null;
      this.hints.add('What has no letter or digit cannot be searched for; it was left out');
      return null;
    }
    const last = term.tokens.at(-1) ?? '';
    if (piece.prefix && !term.prefix && !isUnspaced(last)) {
      this.hints.add(
        `A * needs ${MIN_PREFIX_LENGTH} letters before it; “${last}” was searched for as a whole word`,
      );
    }
    return piece.negated ? noneOf(term) : term;
  }

  /** Of the piece read last. */
  private standsBeforeWords(): boolean {
    const after = this.pieces[this.at]?.kind;
    return after === 'words' || after === 'open' || after === 'unknown-operator';
  }

  private countTerm(): boolean {
    if (this.terms < MAX_QUERY_TERMS) {
      this.terms++;
      return true;
    }
    this.hints.add(`Only the first ${MAX_QUERY_TERMS} words were searched for`);
    return false;
  }

  private skipGroup(): void {
    let open = 1;
    for (let piece = this.next(); piece && open > 0; piece = this.next()) {
      if (piece.kind === 'open') open++;
      if (piece.kind === 'close' && --open === 0) return;
    }
  }

  private next(): QueryPiece | undefined {
    return this.pieces[this.at++];
  }
}
