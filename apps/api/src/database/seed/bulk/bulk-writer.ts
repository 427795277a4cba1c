import type Database from 'better-sqlite3';
import type { SqlSource } from '../../../search/search-document';
import { indexTicket } from '../../../search/ticket-search-index';
import { normaliseEmail } from '../../../users/email';
import type { PlayedTicket } from '../play-ticket';
import { Random } from '../random';
import { uuidAt } from '../uuid-at';
import { asJson, documentOf } from '../write-ticket';
import type { PlannedPerson, PlannedTicket } from './plan-desk';
import { RowBuffer } from './row-buffer';

const USER = 'rid id email email_norm name role password_hash created_at';
const TICKET =
  'rid id subject status priority channel requester_rid assignee_rid last_message_rid last_reply_rid created_at updated_at ' +
  'customer_updated_at due_at waiting_since first_response_at solved_at closed_at version hidden_changes';
const MESSAGE = 'rid id ticket_rid author_rid kind body created_at';
const EVENT = 'rid id ticket_rid actor_rid type from_value to_value created_at';

/** Writes a desk into empty tables in the order of their keys, which it gives out itself: nothing is ever looked up. */
export class BulkWriter {
  private readonly tags = new Map<string, { rid: number; count: number }>();
  private readonly random: Random;
  private readonly tables: Record<
    'user' | 'ticket' | 'message' | 'ticket_event' | 'ticket_tag' | 'ticket_read' | 'tag',
    RowBuffer
  >;
  private readonly search: SqlSource;

  constructor(connection: Database.Database, seed: number) {
    const table = (name: string, columns: string) => new RowBuffer(connection, name, columns.split(' '));
    this.random = new Random(seed);
    this.tables = {
      user: table('user', USER),
      ticket: table('ticket', TICKET),
      message: table('message', MESSAGE),
      ticket_event: table('ticket_event', EVENT),
      ticket_tag: table('ticket_tag', 'tag_rid ticket_rid'),
      ticket_read: table('ticket_read', 'user_rid ticket_rid message_rid'),
      tag: table('tag', 'rid name ticket_count'),
    };
    this.search = searchOf(connection);
  }

  get tickets(): number {
    return this.tables.ticket.count;
  }

  /** Of all tables; documents of the search are not counted. */
  get rows(): number {
    return Object.values(this.tables).reduce((sum, table) => sum + table.count, 0);
  }

  person({ rid, id, name, email, role, passwordHash }: PlannedPerson, createdAt: number): void {
    this.tables.user.add(rid, id, email, normaliseEmail(email), name, role, passwordHash, createdAt);
  }

  async ticket({ ticket, readByAssignee }: PlannedTicket): Promise<void> {
    const { random, tables } = this;
    const rid = tables.ticket.count + 1;
    let lastReply = 0;
    for (const { by, kind, body, at } of ticket.messages) {
      const messageRid = tables.message.count + 1;
      if (kind === 'reply') lastReply = messageRid;
      tables.message.add(messageRid, uuidAt(random, at), rid, by.rid, kind, body, at);
    }
    const lastMessage = tables.message.count;
    tables.ticket.add(
      rid,
      uuidAt(random, ticket.createdAt),
      ticket.subject,
      ticket.status,
      ticket.priority,
      ticket.channel,
      ticket.requesterRid,
      ticket.assigneeRid,
      lastMessage,
      lastReply,
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
    );
    this.writeLog(rid, ticket);
    for (const name of ticket.tags) tables.ticket_tag.add(this.tag(name), rid);
    if (readByAssignee && ticket.assigneeRid !== null)
      tables.ticket_read.add(ticket.assigneeRid, rid, lastMessage);
    await indexTicket(this.search, rid, documentOf(ticket));
  }

  /** Writes what is still held back, and the tags, whose counts are known only now. */
  end(): void {
    for (const [name, { rid, count }] of this.tags) this.tables.tag.add(rid, name, count);
    for (const table of Object.values(this.tables)) table.flush();
  }

  private writeLog(rid: number, { events }: PlayedTicket): void {
    const { random, tables } = this;
    for (const { by, type, from, to, at } of events) {
      const eventRid = tables.ticket_event.count + 1;
      tables.ticket_event.add(eventRid, uuidAt(random, at), rid, by.rid, type, asJson(from), asJson(to), at);
    }
  }

  private tag(name: string): number {
    let tag = this.tags.get(name);
    if (!tag) this.tags.set(name, (tag = { rid: this.tags.size + 1, count: 0 }));
    tag.count += 1;
    return tag.rid;
  }
}

/** The search's own code writes its documents, so that a seeded index is exactly what the API would have made. */
function searchOf(connection: Database.Database): SqlSource {
  const prepared = new Map<string, Database.Statement>();
  return {
    query: <T>(sql: string, parameters: unknown[] = []): Promise<T> => {
      let statement = prepared.get(sql);
      if (!statement) prepared.set(sql, (statement = connection.prepare(sql)));
      statement.run(...parameters);
      return Promise.resolve([] as T);
    },
  };
}
