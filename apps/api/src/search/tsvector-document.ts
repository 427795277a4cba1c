import { EVERY_DOCUMENT, requesterToken } from './fts5-query';
import { type TicketDocument, messageTokens } from './search-document';
import { indexText } from './tokenise';

/** Subject, requester, replies, notes: the columns of SQLite's index, as the four weights that PostgreSQL has. */
type Weight = 'A' | 'B' | 'C' | 'D';

/** PostgreSQL knows no place beyond it: words further on have all the same one. */
const LAST_PLACE = 16_383;
/** One place is left out before it, lest the last word that has a place stand beside all of those. */
const LAST_OWN_PLACE = LAST_PLACE - 2;
/** Places that PostgreSQL keeps of one word. */
const MAX_PLACES = 255;
/** PostgreSQL refuses a document of a megabyte; this much less, in its own way of counting. */
const MAX_SIZE = 1_000_000;
const SIZE_OF_WORD = 4;
const SIZE_OF_PLACE = 2;

/**
 * The document of a ticket as a tsvector literal, made here so that PostgreSQL's own parser has no say: the same tokens as on
 * SQLite. Words of different columns, and of two messages, are never neighbours, so that no phrase reaches across.
 *
 * Beyond what PostgreSQL takes a document still is found by every word, but not by phrases that stand further on than some
 * 16,000 words (in scripts without spaces a word of three characters is a phrase), nor by words after a megabyte of others.
 */
export function tsvectorOf(document: TicketDocument): string {
  const writer = new TsvectorWriter();
  writer.add(EVERY_DOCUMENT, 'A');
  writer.add(indexText(document.subject), 'A');
  writer.add(requesterToken(document.requesterRid), 'B');
  writer.add(indexText(document.requester), 'B');
  // The customer's before the desk's: where the room ends, it ends for the notes first.
  for (const text of messageTokens(document.bodies)) writer.add(text, 'C');
  for (const text of messageTokens(document.notes)) writer.add(text, 'D');
  return writer.toString();
}

class TsvectorWriter {
  private readonly words = new Map<string, string[]>();
  private place = 0;
  private size = 0;

  /** @param tokens with one space between, in order */
  add(tokens: string, weight: Weight): void {
    if (tokens === '') return;
    for (const token of tokens.split(' ')) this.addWord(token, weight);
    this.place += 1;
  }

  /** Tokens are letters, digits and marks: nothing in them need be escaped. */
  toString(): string {
    const parts: string[] = [];
    for (const [word, places] of this.words) parts.push(`'${word}':${places.join(',')}`);
    return parts.join(' ');
  }

  private addWord(token: string, weight: Weight): void {
    this.place += 1;
    let places = this.words.get(token);
    if (places === undefined) {
      const needed = Buffer.byteLength(token) + SIZE_OF_WORD + SIZE_OF_PLACE;
      if (this.size + needed > MAX_SIZE) return;
      this.words.set(token, (places = []));
      this.size += needed;
    }
    if (this.place > LAST_OWN_PLACE) addLast(places, weight);
    else if (places.length < MAX_PLACES && this.size + SIZE_OF_PLACE <= MAX_SIZE) {
      places.push(`${this.place}${weight}`);
      this.size += SIZE_OF_PLACE;
    }
  }
}

/** Once a word: PostgreSQL keeps one weight a place, the greatest, so that a word of a reply is not hidden by a note's. */
function addLast(places: string[], weight: Weight): void {
  const last = places.at(-1);
  if (last === undefined || !last.startsWith(`${LAST_PLACE}`)) {
    if (places.length === MAX_PLACES) places.pop();
    places.push(`${LAST_PLACE}${weight}`);
  }
}
