import { EVERY_DOCUMENT, requesterToken } from './fts5-query';
import { indexText } from './tokenise';

/** What these functions need of a TypeORM DataSource, EntityManager or QueryRunner. */
export interface SqlSource {
  query<T = unknown>(sql: string, parameters?: unknown[]): Promise<T>;
}

/** The words of one ticket, as people wrote them. */
export interface TicketDocument {
  subject: string;
  requesterRid: number;
  /** Name and address. */
  requester: string;
  /** The replies: what the customer may read. */
  bodies: readonly string[];
  /** What only agents may read; kept in a column of its own, which customers' searches leave out. */
  notes: readonly string[];
}

/**
 * SQLite's full-text index: one row a ticket, its rowid the ticket's `rid`, so that `order by rowid desc` streams hits
 * newest first. It keeps no text, only where tokens stand. Segments are never merged inside a request (`automerge=0`: a
 * merge there can take seconds); `mergeStep` does it in idle time, and `crisismerge` keeps it within bounds if nobody calls it.
 */
export const CREATE_SEARCH_INDEX: readonly string[] = [
  `create virtual table ticket_fts using fts5(subject, requester, body, note, content='', contentless_delete=1, tokenize='ascii', prefix='3')`,
  // Values of FTS5's settings must be literals: a bound number arrives as REAL, which it refuses.
  `insert into ticket_fts(ticket_fts, rank) values('automerge', 0)`,
  `insert into ticket_fts(ticket_fts, rank) values('crisismerge', 64)`,
];

export const DROP_SEARCH_INDEX: readonly string[] = ['drop table if exists ticket_fts'];

/**
 * Characters of a ticket's replies, and again of its notes, that are searched: room for a first and a newest message of the
 * greatest length that the API takes. Each write indexes its whole ticket: without a limit one
 * endless ticket would make everybody wait.
 */
export const MAX_TICKET_TEXT = 200_000;

/**
 * The same limit as words, which are what costs: a microsecond each. 200,000 characters of prose are 35,000 words; of Chinese,
 * where each character begins one, this is the limit that counts.
 */
export const MAX_TICKET_WORDS = 50_000;

const REPLACE_DOCUMENT =
  'insert or replace into ticket_fts(rowid, subject, requester, body, note) values (cast(? as integer), ?, ?, ?, ?)';

/**
 * Writes or replaces the document of a ticket. Call it inside the transaction that changes the ticket, its requester's name
 * or its messages, with all of the ticket's words.
 */
export async function indexTicket(source: SqlSource, rid: number, document: TicketDocument): Promise<void> {
  await source.query(REPLACE_DOCUMENT, [
    rid,
    `${EVERY_DOCUMENT} ${indexText(document.subject)}`,
    `${requesterToken(document.requesterRid)} ${indexText(document.requester)}`,
    messagesText(document.bodies),
    messagesText(document.notes),
  ]);
}

/** Between two messages stands a token that no query can hold, so that no phrase reaches from one into the next. */
function messagesText(messages: readonly string[]): string {
  const texts: string[] = [];
  let left = MAX_TICKET_WORDS;
  for (const part of searchedPart(messages)) {
    if (left === 0) break;
    const { text, words } = firstWords(indexText(part), left);
    texts.push(text);
    left -= words;
  }
  return texts.join(` ${EVERY_DOCUMENT} `);
}

function firstWords(tokens: string, most: number): { text: string; words: number } {
  let end = -1;
  for (let words = 1; words <= most; words += 1) {
    end = tokens.indexOf(' ', end + 1);
    if (end === -1) return { text: tokens, words };
  }
  return { text: tokens.slice(0, end), words: most };
}

/** The first message, then the newest ones as far as the limit reaches. */
function searchedPart(messages: readonly string[]): string[] {
  const [first, ...later] = messages;
  const kept: string[] = [];
  let left = MAX_TICKET_TEXT;
  for (const message of first === undefined ? [] : [first, ...later.reverse()]) {
    const part = message.slice(0, left);
    if (part === '') break;
    kept.push(part);
    left -= part.length;
  }
  return kept;
}
