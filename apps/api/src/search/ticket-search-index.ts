import { EVERY_DOCUMENT, requesterToken } from './fts5-query';
import { type SqlSource, type TicketDocument, messageTokens } from './search-document';
import { indexText } from './tokenise';

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
const messagesText = (messages: readonly string[]): string =>
  messageTokens(messages).join(` ${EVERY_DOCUMENT} `);
