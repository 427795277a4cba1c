import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AttachmentLinks } from '../attachments/attachment-links';
import { Actor, isStaff } from '../auth/actor';
import { Clock, toIso } from '../common/clock';
import { ConflictError, ValidationError } from '../common/domain-error';
import { IfMatch } from '../common/etag';
import { Idempotency } from '../common/idempotency';
import type { WrittenTicket } from '../events/desk-event';
import { DeskEvents } from '../events/desk-events';
import { NotificationsService } from '../notifications/notifications.service';
import { User } from '../users/user.entity';
import { UsersService } from '../users/users.service';
import { ConversationService } from './conversation.service';
import { ChangeTicketDto, OpenTicketDto, TicketDto } from './ticket.dto';
import { NO_DUE_DATE, TICKET_PRIORITIES } from './ticket.entity';
import { assertMayChange, assertMayMove, assertMayOpen } from './ticket.policy';
import { recordEvents } from './ticket-log';
import { setTags, tagsOf } from './ticket-tags';
import { StoredTicket, TicketWriter, moveTo } from './ticket-writer';
import { LogEntry } from './ticket-log';
import { TicketIndex } from './ticket-index';

const INSERT = `
  insert into ticket (id, subject, status, priority, channel, requester_rid, assignee_rid, follow_up_of_rid, created_at, updated_at,
    customer_updated_at, waiting_since)
  values (?, ?, 'new', ?, ?, ?, ?, ?, ?, ?, ?, ?) returning rid`;

/** The verbs on a ticket as a whole; what is said in it is ConversationService's. */
@Injectable()
export class TicketsService {
  private readonly logger = new Logger(TicketsService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly users: UsersService,
    private readonly conversation: ConversationService,
    private readonly attachments: AttachmentLinks,
    private readonly writer: TicketWriter,
    private readonly index: TicketIndex,
    private readonly notifications: NotificationsService,
    private readonly events: DeskEvents,
    private readonly idempotency: Idempotency,
    private readonly clock: Clock,
  ) {}

  /** Opens a ticket with its first message and files, all or nothing. */
  async open(actor: Actor, body: OpenTicketDto, key?: string): Promise<TicketDto> {
    assertMayOpen(actor, body);
    const request = { key, userRid: actor.userRid, subject: ['tickets', body] };
    let written: WrittenTicket | undefined;
    const ticket = await this.database.transaction((manager) => {
      written = undefined;
      return this.idempotency.once(manager, request, async () => {
        const opened = await this.openIn(manager, actor, body);
        written = opened.written;
        return opened.ticket;
      });
    });
    if (written === undefined) return ticket;
    this.logger.log({ message: 'ticket.opened', ticketId: ticket.id, userId: actor.userId });
    this.events.ticketOpened(written);
    return ticket;
  }

  private async openIn(
    manager: EntityManager,
    actor: Actor,
    body: OpenTicketDto,
  ): Promise<{ ticket: TicketDto; written: WrittenTicket }> {
    const now = this.clock.now();
    const predecessor =
      body.followUpOf === undefined ? null : await this.closedTicket(manager, actor, body.followUpOf);
    const requesterRid = await this.requesterOf(manager, actor, body, predecessor);
    const assignee = body.assigneeId === undefined ? null : await this.assigneeOf(manager, body.assigneeId);
    const [{ rid }]: [{ rid: number }] = await manager.query(INSERT, [
      uuidv7(),
      body.subject,
      TICKET_PRIORITIES.indexOf(body.priority),
      isStaff(actor) ? 'agent' : 'web',
      requesterRid,
      assignee?.rid ?? null,
      predecessor?.rid ?? null,
      now,
      now,
      now,
      now,
    ]);
    const messageRid = await this.conversation.insertMessage(
      manager,
      rid,
      actor.userRid,
      'reply',
      body.body,
      now,
    );
    await manager.query('update ticket set last_message_rid = ?, last_reply_rid = ? where rid = ?', [
      messageRid,
      messageRid,
      rid,
    ]);
    await this.attachments.join(manager, actor, body.attachmentIds, {
      ticketRid: rid,
      messageRid,
      customerVisible: true,
    });
    if (body.tags.length > 0) await setTags(manager, rid, [], body.tags);
    await recordEvents(
      manager,
      rid,
      actor.userRid,
      [{ type: 'created', to: { subject: body.subject } }],
      now,
    );
    await this.index.update(manager, rid);
    const news = {
      ticketRid: rid,
      actorRid: actor.userRid,
      requesterRid,
      assigneeRid: assignee?.rid ?? null,
    };
    await this.notifications.ticketOpened(manager, news, messageRid);
    const ticket = await this.writer.view(manager, actor, rid);
    const { id, status } = ticket;
    return { ticket, written: { id, rid, requesterRid, status, version: 1, hiddenChanges: 0 } };
  }

  /**
   * Changes what is given and logs each change; nothing happens when everything is as asked already.
   * @throws StaleVersionError, ForbiddenError, ConflictError, ValidationError
   */
  async change(actor: Actor, ref: string, change: ChangeTicketDto, ifMatch: IfMatch): Promise<TicketDto> {
    const { ticket, written, changed } = await this.database.transaction(async (manager) => {
      const stored = await this.writer.load(manager, actor, ref, ifMatch);
      assertMayChange(actor, change);
      const now = this.clock.now();
      const log = await this.apply(manager, actor, stored, change, now);
      const written = log.length > 0 ? await this.writer.store(manager, actor, stored, log, now) : null;
      if (log.some((entry) => entry.type === 'subject')) await this.index.update(manager, stored.rid);
      await this.notifications.ticketChanged(manager, actor, stored, log);
      return {
        ticket: await this.writer.view(manager, actor, stored.rid),
        written,
        changed: log.map((entry) => entry.type),
      };
    });
    if (written === null) return ticket;
    this.logger.log({ message: 'ticket.changed', ticketId: ticket.id, userId: actor.userId, changed });
    this.events.ticketChanged(written);
    return ticket;
  }

  private async apply(
    manager: EntityManager,
    actor: Actor,
    ticket: StoredTicket,
    change: ChangeTicketDto,
    now: number,
  ): Promise<LogEntry[]> {
    const log: LogEntry[] = [];
    if (change.status !== undefined) {
      assertMayMove(actor, ticket.status, change.status);
      log.push(...moveTo(ticket, change.status, isStaff(actor) ? 'agent' : 'requester', now));
    }
    if (change.subject !== undefined && change.subject !== ticket.subject) {
      log.push({ type: 'subject', from: ticket.subject, to: change.subject });
      ticket.subject = change.subject;
    }
    if (change.priority !== undefined && TICKET_PRIORITIES.indexOf(change.priority) !== ticket.priority) {
      log.push({ type: 'priority', from: TICKET_PRIORITIES[ticket.priority], to: change.priority });
      ticket.priority = TICKET_PRIORITIES.indexOf(change.priority);
    }
    if (change.dueAt !== undefined) log.push(...setDueDate(ticket, change.dueAt));
    if (change.assigneeId !== undefined) log.push(...(await this.assign(manager, ticket, change.assigneeId)));
    if (change.tags !== undefined) {
      const before = await tagsOf(manager, ticket.rid);
      if (await setTags(manager, ticket.rid, before, change.tags))
        log.push({ type: 'tags', from: before, to: change.tags });
    }
    return log;
  }

  private async assign(
    manager: EntityManager,
    ticket: StoredTicket,
    assigneeId: string | null,
  ): Promise<LogEntry[]> {
    const next = assigneeId === null ? null : await this.assigneeOf(manager, assigneeId);
    if ((next?.rid ?? null) === ticket.assigneeRid) return [];
    const before =
      ticket.assigneeRid === null ? null : await manager.findOneBy(User, { rid: ticket.assigneeRid });
    ticket.assigneeRid = next?.rid ?? null;
    const shown = (user: User | null) => user && { id: user.id, name: user.name };
    return [{ type: 'assignee', from: shown(before), to: shown(next) }];
  }

  private async assigneeOf(manager: EntityManager, id: string): Promise<User> {
    const user = await manager.findOneBy(User, { id: id.toLowerCase() });
    if (user && isStaff(user) && user.disabledAt === null) return user;
    throw ValidationError.of('/assigneeId', 'This is nobody who works at the desk');
  }

  private async requesterOf(
    manager: EntityManager,
    actor: Actor,
    body: OpenTicketDto,
    predecessor: StoredTicket | null,
  ): Promise<number> {
    if (body.requesterEmail === undefined)
      return predecessor && isStaff(actor) ? predecessor.requesterRid : actor.userRid;
    const known = await this.users.findByEmail(body.requesterEmail, manager);
    if (predecessor && predecessor.requesterRid !== known?.rid)
      throw ValidationError.of(
        '/requesterEmail',
        'A follow-up is for the requester of the ticket it follows',
      );
    if (known) return known.rid;
    const name = body.requesterName ?? (body.requesterEmail.split('@')[0] as string);
    const created = await this.users.add(manager, {
      email: body.requesterEmail,
      name,
      role: 'customer',
      passwordHash: null,
    });
    return created.rid;
  }

  private async closedTicket(manager: EntityManager, actor: Actor, ref: string): Promise<StoredTicket> {
    const ticket = await this.writer.load(manager, actor, ref);
    if (ticket.status !== 'closed')
      throw new ConflictError('Only a closed ticket has a follow-up: write into this one instead');
    return ticket;
  }
}

function setDueDate(ticket: StoredTicket, dueAt: string | null): LogEntry[] {
  const next = dueAt === null ? NO_DUE_DATE : Date.parse(dueAt);
  if (next === ticket.dueAt) return [];
  const shown = (instant: number) => (instant === NO_DUE_DATE ? null : toIso(instant));
  const entry: LogEntry = { type: 'dueAt', from: shown(ticket.dueAt), to: shown(next) };
  ticket.dueAt = next;
  return [entry];
}
