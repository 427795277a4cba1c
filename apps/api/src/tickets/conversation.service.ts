import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AttachmentLinks } from '../attachments/attachment-links';
import { Actor, isStaff } from '../auth/actor';
import { Clock } from '../common/clock';
import { ConflictError } from '../common/domain-error';
import { IfMatch } from '../common/etag';
import { Idempotency } from '../common/idempotency';
import type { WrittenTicket } from '../events/desk-event';
import { DeskEvents } from '../events/desk-events';
import { NotificationsService } from '../notifications/notifications.service';
import { ConversationQuery } from './conversation.query';
import { MessageDto } from './message.dto';
import type { MessageKind } from './message.entity';
import { WriteMessageDto } from './ticket.dto';
import { TicketIndex } from './ticket-index';
import { LogEntry } from './ticket-log';
import { assertMayMove, assertMayWrite } from './ticket.policy';
import { statusAfterReply } from './ticket.status';
import { StoredTicket, TicketWriter, moveTo } from './ticket-writer';

const INSERT = `
  insert into message (id, ticket_rid, author_rid, kind, body, created_at) values (?, ?, ?, ?, ?, ?) returning rid`;

/** A closed ticket takes no reply. The problem names the ticket, so that a follow-up can link back to it. */
export class TicketClosedError extends ConflictError {
  override readonly code = 'ticket-closed';
}

export interface Written {
  message: MessageDto;
  /** The ticket's version after it. */
  version: number;
}

interface Changed {
  ticket: WrittenTicket;
  /** From the customer. */
  hidden: boolean;
}

/** What is said in a ticket: replies, which the customer reads, and notes, which it never does. */
@Injectable()
export class ConversationService {
  private readonly logger = new Logger(ConversationService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly query: ConversationQuery,
    private readonly attachments: AttachmentLinks,
    private readonly writer: TicketWriter,
    private readonly index: TicketIndex,
    private readonly notifications: NotificationsService,
    private readonly events: DeskEvents,
    private readonly idempotency: Idempotency,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a reply or a note with its files, moves the ticket as ticket.status.ts says, all or nothing.
   * @throws TicketClosedError, ForbiddenError, StaleVersionError, NotFoundError
   */
  async write(
    actor: Actor,
    ref: string,
    body: WriteMessageDto,
    ifMatch: IfMatch,
    key?: string,
  ): Promise<Written> {
    let changed: Changed | undefined;
    const written = await this.database.transaction(async (manager) => {
      changed = undefined;
      const ticket = await this.writer.load(manager, actor, ref);
      assertMayWrite(actor, body);
      const request = { key, userRid: actor.userRid, subject: ['messages', ticket.id, body] };
      return this.idempotency.once(manager, request, async () => {
        if (ifMatch) await this.writer.load(manager, actor, ref, ifMatch);
        const done = await this.writeIn(manager, actor, ticket, body);
        changed = done.changed;
        return done.written;
      });
    });
    const { message } = written;
    if (changed === undefined) return written;
    this.logger.log({
      message: `ticket.${message.kind === 'note' ? 'noted' : 'replied'}`,
      ticketId: message.ticketId,
      messageId: message.id,
      userId: actor.userId,
    });
    this.events.messageAdded(changed.ticket, message);
    this.events.ticketChanged(changed.ticket, changed);
    return written;
  }

  async insertMessage(
    manager: EntityManager,
    ticketRid: number,
    authorRid: number,
    kind: MessageKind,
    body: string,
    now: number,
  ): Promise<number> {
    const [row]: { rid: number }[] = await manager.query(INSERT, [
      uuidv7(),
      ticketRid,
      authorRid,
      kind,
      body,
      now,
    ]);
    return (row as { rid: number }).rid;
  }

  private async writeIn(
    manager: EntityManager,
    actor: Actor,
    ticket: StoredTicket,
    body: WriteMessageDto,
  ): Promise<{ written: Written; changed: Changed }> {
    const now = this.clock.now();
    const log: LogEntry[] = body.kind === 'note' ? [{ type: 'note' }] : this.afterReply(actor, ticket, now);
    if (body.status !== undefined) {
      assertMayMove(actor, ticket.status, body.status);
      log.push(...moveTo(ticket, body.status, 'agent', now));
    }
    const rid = await this.insertMessage(manager, ticket.rid, actor.userRid, body.kind, body.body, now);
    ticket.lastMessageRid = rid;
    if (body.kind === 'reply') ticket.lastReplyRid = rid;
    await this.attachments.join(manager, actor, body.attachmentIds, {
      ticketRid: ticket.rid,
      messageRid: rid,
      customerVisible: body.kind === 'reply',
    });
    const hidden = log.every(({ type }) => type === 'note');
    const after = await this.writer.store(manager, actor, ticket, log, now, { hidden });
    await this.index.update(manager, ticket.rid);
    await this.notifications.messageWritten(manager, actor, ticket, body.kind === 'reply' ? rid : null, log);
    const message = await this.query.message(manager, actor, rid);
    return { written: { message, version: ticket.version + 1 }, changed: { ticket: after, hidden } };
  }

  private afterReply(actor: Actor, ticket: StoredTicket, now: number): LogEntry[] {
    const by = isStaff(actor) ? 'agent' : 'requester';
    const status = statusAfterReply(by, ticket.status);
    if (status === null) {
      const followUpOf = { id: ticket.id, number: ticket.rid };
      throw new TicketClosedError('This ticket is closed: open a follow-up, or reopen it first', {
        extensions: { followUpOf },
      });
    }
    const moved = moveTo(ticket, status, by, now);
    if (by === 'agent') {
      ticket.firstResponseAt ??= now;
      ticket.waitingSince = null;
    } else {
      ticket.waitingSince ??= now;
    }
    return [{ type: 'reply' }, ...moved];
  }
}
