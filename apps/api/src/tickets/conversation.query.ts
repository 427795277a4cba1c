import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { ATTACHMENT_COLUMNS, AttachmentRow, toAttachmentView } from '../attachments/attachment.dto';
import { Actor, isStaff } from '../auth/actor';
import { toIso } from '../common/clock';
import { decodeCursor, encodeCursor } from '../common/cursor';
import { NotFoundError } from '../common/domain-error';
import { LIMIT } from '../database/columns';
import { PageQueryDto } from '../common/page.dto';
import { Deliveries } from '../notifications/deliveries';
import type { Delivery } from '../notifications/mail.dto';
import type { Role } from '../users/user.entity';
import { ticketRef } from './ticket-ref';
import { MessageDto, MessagePageDto, TicketEventDto, TicketEventPageDto } from './message.dto';
import type { MessageKind, TicketEventType } from './message.entity';

interface MessageRow {
  rid: number;
  id: string;
  ticketId: string;
  kind: MessageKind;
  body: string;
  createdAt: number;
  authorId: string;
  authorName: string;
  authorRole: Role;
}

const MESSAGE_COLUMNS = `
  m.rid, m.id, m.kind, m.body, m.created_at as "createdAt", u.id as "authorId", u.name as "authorName", u.role as "authorRole"`;

const PAGE = (kinds: string): string => `
  select ${MESSAGE_COLUMNS} from message m join "user" u on u.rid = m.author_rid
  where m.ticket_rid = ? and m.rid > cast(? as bigint) ${kinds} order by m.rid ${LIMIT}`;
const MESSAGES = { staff: PAGE(''), customer: PAGE(`and m.kind = 'reply'`) };

const MESSAGE = `
  select ${MESSAGE_COLUMNS}, t.id as "ticketId", t.rid as "ticketRid"
  from message m join "user" u on u.rid = m.author_rid join ticket t on t.rid = m.ticket_rid where m.rid = ?`;

interface FoundTicket {
  rid: number;
  id: string;
  /** Most have none, and their files need not be looked for. PostgreSQL knows booleans, SQLite 0 and 1. */
  hasFiles: 0 | 1 | boolean;
}

const TICKET =
  'select rid, id, exists (select 1 from attachment a where a.ticket_rid = ticket.rid) as "hasFiles" from ticket';

/** Files of messages; the messages were scoped before, and with them their files. The plus keeps to the ticket's index. */
const FILES = `
  select m.rid as "messageRid", ${ATTACHMENT_COLUMNS}
  from attachment a join message m on m.rid = a.message_rid join ticket t on t.rid = a.ticket_rid
    join "user" up on up.rid = a.uploaded_by_rid
  where a.ticket_rid = ? and +a.message_rid between ? and ? order by a.rid`;

const EVENTS = `
  select e.rid, e.id, e.type, e.from_value as "from", e.to_value as "to", e.created_at as "createdAt",
    u.id as "actorId", u.name as "actorName", u.role as "actorRole"
  from ticket_event e left join "user" u on u.rid = e.actor_rid
  where e.ticket_rid = ? and e.rid > cast(? as bigint) order by e.rid ${LIMIT}`;

interface EventRow {
  rid: number;
  id: string;
  type: TicketEventType;
  from: string | null;
  to: string | null;
  createdAt: number;
  actorId: string | null;
  actorName: string | null;
  actorRole: Role | null;
}

/** Reads of a ticket's conversation and log, oldest first. */
@Injectable()
export class ConversationQuery {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly deliveries: Deliveries,
  ) {}

  async messages(actor: Actor, ref: string, page: PageQueryDto): Promise<MessagePageDto> {
    const ticket = await this.ticket(actor, ref);
    const sql = isStaff(actor) ? MESSAGES.staff : MESSAGES.customer;
    const rows: MessageRow[] = await this.database.query(sql, [
      ticket.rid,
      after(page.cursor, 'messages'),
      page.limit + 1,
    ]);
    const shown = rows.slice(0, page.limit);
    const files = ticket.hasFiles
      ? await this.filesOf(this.database.manager, ticket.rid, shown)
      : new Map<number, AttachmentRow[]>();
    const deliveries = await this.deliveriesOf(this.database.manager, actor, ticket.rid, shown);
    return {
      items: shown.map((row) =>
        toMessageView(
          { ...row, ticketId: ticket.id },
          files.get(row.rid) ?? [],
          deliveries.get(row.rid) ?? null,
        ),
      ),
      nextCursor: rows.length > page.limit ? encodeCursor('messages', [shown.at(-1)?.rid ?? 0]) : null,
    };
  }

  async message(manager: EntityManager, actor: Actor, rid: number): Promise<MessageDto> {
    const [row]: (MessageRow & { ticketRid: number })[] = await manager.query(MESSAGE, [rid]);
    if (!row) throw new NotFoundError('There is no such message');
    const files = await this.filesOf(manager, row.ticketRid, [row]);
    const deliveries = await this.deliveriesOf(manager, actor, row.ticketRid, [row]);
    return toMessageView(row, files.get(rid) ?? [], deliveries.get(rid) ?? null);
  }

  async events(actor: Actor, ref: string, page: PageQueryDto): Promise<TicketEventPageDto> {
    const ticket = await this.ticket(actor, ref);
    const rows: EventRow[] = await this.database.query(EVENTS, [
      ticket.rid,
      after(page.cursor, 'events'),
      page.limit + 1,
    ]);
    const shown = rows.slice(0, page.limit);
    return {
      items: shown.map((row) => toEventView(row, ticket.id)),
      nextCursor: rows.length > page.limit ? encodeCursor('events', [shown.at(-1)?.rid ?? 0]) : null,
    };
  }

  private async ticket(actor: Actor, ref: string): Promise<FoundTicket> {
    const { where, values } = ticketRef(actor, ref);
    const [row]: FoundTicket[] = await this.database.query(`${TICKET} where ${where}`, values);
    if (!row) throw new NotFoundError('There is no such ticket');
    return row;
  }

  private async filesOf(
    manager: EntityManager,
    ticketRid: number,
    messages: MessageRow[],
  ): Promise<Map<number, AttachmentRow[]>> {
    const files = new Map<number, AttachmentRow[]>();
    const [first, last] = [messages.at(0), messages.at(-1)];
    if (!first || !last) return files;
    const rows: (AttachmentRow & { messageRid: number })[] = await manager.query(FILES, [
      ticketRid,
      first.rid,
      last.rid,
    ]);
    for (const row of rows) files.set(row.messageRid, [...(files.get(row.messageRid) ?? []), row]);
    return files;
  }

  /** What became of the mail is for the desk, and only what the desk wrote is mailed. */
  private async deliveriesOf(
    manager: EntityManager,
    actor: Actor,
    ticketRid: number,
    messages: MessageRow[],
  ): Promise<Map<number, Delivery>> {
    const mailed = messages.filter(({ kind, authorRole }) => kind === 'reply' && authorRole !== 'customer');
    const [first, last] = [mailed.at(0), mailed.at(-1)];
    if (!isStaff(actor) || !first || !last) return new Map();
    return this.deliveries.ofMessages(manager, ticketRid, first.rid, last.rid);
  }
}

function after(cursor: string | undefined, order: string): number {
  return cursor === undefined ? 0 : Number(decodeCursor(cursor, order, 1)[0]);
}

function toMessageView(row: MessageRow, files: AttachmentRow[], delivery: Delivery | null): MessageDto {
  return {
    id: row.id,
    ticketId: row.ticketId,
    author: { id: row.authorId, name: row.authorName, role: row.authorRole },
    kind: row.kind,
    body: row.body,
    attachments: files.map(toAttachmentView),
    createdAt: toIso(row.createdAt),
    delivery,
  };
}

function toEventView(row: EventRow, ticketId: string): TicketEventDto {
  return {
    id: row.id,
    ticketId,
    actor:
      row.actorId === null
        ? null
        : { id: row.actorId, name: row.actorName ?? '', role: row.actorRole ?? 'agent' },
    type: row.type,
    from: row.from === null ? null : (JSON.parse(row.from) as unknown),
    to: row.to === null ? null : (JSON.parse(row.to) as unknown),
    createdAt: toIso(row.createdAt),
  };
}
