import type { SqlSource, TicketDocument } from '../../search/search-document';
import { searchEngineOf } from '../../search/search-engine';
import type { PlayedMessage, PlayedTicket } from './play-ticket';
import type { Random } from './random';
import { uuidAt } from './uuid-at';

const TICKET = `
  insert into ticket (rid, id, subject, status, priority, channel, requester_rid, assignee_rid, created_at, updated_at,
    customer_updated_at, due_at, waiting_since, first_response_at, solved_at, closed_at, version, hidden_changes)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const MESSAGE = `
  insert into message (id, ticket_rid, author_rid, kind, body, created_at) values (?, ?, ?, ?, ?, ?) returning rid`;
const EVENT = `
  insert into ticket_event (id, ticket_rid, actor_rid, type, from_value, to_value, created_at) values (?, ?, ?, ?, ?, ?, ?)`;
const TAG = `
  insert into tag (name, ticket_count) values (?, 1)
  on conflict (name) do update set ticket_count = tag.ticket_count + 1 returning rid`;
const TAGGED = 'insert into ticket_tag (tag_rid, ticket_rid) values (?, ?)';
const LAST = 'update ticket set last_message_rid = ?, last_reply_rid = ? where rid = ?';

/** A ticket's keys once it stands in the tables. */
export interface WrittenTicket<File> {
  rid: number;
  messages: { rid: number; message: PlayedMessage<File> }[];
  lastMessageRid: number;
  lastReplyRid: number;
}

/**
 * Writes a ticket with all that belongs to it but files, the search index included. For a few hundred; a desk of a million
 * goes through BulkWriter.
 * @param rid also its number
 */
export async function writeTicket<File>(
  source: SqlSource,
  random: Random,
  rid: number,
  ticket: PlayedTicket<File>,
): Promise<WrittenTicket<File>> {
  await source.query(TICKET, [
    rid,
    uuidAt(random, ticket.createdAt),
    ticket.subject,
    ticket.status,
    ticket.priority,
    ticket.channel,
    ticket.requester.rid,
    ticket.assignee?.rid ?? null,
    ticket.createdAt,
    ticket.updatedAt,
    ticket.customerUpdatedAt,
    ticket.dueAt,
    ticket.waitingSince,
    ticket.firstResponseAt,
    ticket.solvedAt,
    ticket.closedAt,
    ticket.version,
    ticket.hiddenChanges,
  ]);
  const messages: WrittenTicket<File>['messages'] = [];
  for (const message of ticket.messages) {
    const { by, kind, body, at } = message;
    const [row] = await source.query<{ rid: number }[]>(MESSAGE, [
      uuidAt(random, at),
      rid,
      by.rid,
      kind,
      body,
      at,
    ]);
    messages.push({ rid: row?.rid ?? 0, message });
  }
  for (const { by, type, from, to, at } of ticket.events) {
    await source.query(EVENT, [uuidAt(random, at), rid, by.rid, type, asJson(from), asJson(to), at]);
  }
  for (const name of ticket.tags) {
    const [tag] = await source.query<{ rid: number }[]>(TAG, [name]);
    await source.query(TAGGED, [tag?.rid, rid]);
  }
  const lastMessageRid = messages.at(-1)?.rid ?? 0;
  const lastReplyRid = messages.findLast(({ message }) => message.kind === 'reply')?.rid ?? 0;
  await source.query(LAST, [lastMessageRid, lastReplyRid, rid]);
  await searchEngineOf(source).write(source, rid, documentOf(ticket));
  return { rid, messages, lastMessageRid, lastReplyRid };
}

export const asJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** The words of a ticket that the search index holds. */
export function documentOf({ subject, requester, messages }: PlayedTicket<unknown>): TicketDocument {
  const said = (kind: 'reply' | 'note') => messages.filter((one) => one.kind === kind).map((one) => one.body);
  return {
    subject,
    requesterRid: requester.rid,
    requester: `${requester.name} ${requester.email}`,
    bodies: said('reply'),
    notes: said('note'),
  };
}
