import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { Actor, isStaff } from '../auth/actor';
import { ValidationError } from '../common/domain-error';
import { audienceOf } from './ticket.policy';
import { TicketWriter } from './ticket-writer';

const MARK_READ = `
  insert into ticket_read (user_rid, ticket_rid, message_rid) values (?, ?, ?)
  on conflict (user_rid, ticket_rid) do update set message_rid = excluded.message_rid
  where excluded.message_rid > ticket_read.message_rid`;

const MESSAGE = {
  staff: 'select rid from message where ticket_rid = ? and id = ?',
  customer: `select rid from message where ticket_rid = ? and id = ? and kind = 'reply'`,
};

/** How far somebody has read a ticket. */
@Injectable()
export class TicketReadingService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly writer: TicketWriter,
  ) {}

  /**
   * The caller has seen what was said up to this message, or so far. What it has seen already stays so.
   * @throws ValidationError when the ticket has no such message that the caller may see
   */
  async markRead(actor: Actor, ref: string, messageId?: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const ticket = await this.writer.load(manager, actor, ref);
      const newest = isStaff(actor) ? ticket.lastMessageRid : ticket.lastReplyRid;
      const seen =
        messageId === undefined ? newest : await this.visibleMessage(manager, actor, ticket.rid, messageId);
      await manager.query(MARK_READ, [actor.userRid, ticket.rid, seen]);
    });
  }

  private async visibleMessage(
    manager: EntityManager,
    actor: Actor,
    ticketRid: number,
    messageId: string,
  ): Promise<number> {
    const [message]: { rid: number }[] = await manager.query(MESSAGE[audienceOf(actor)], [
      ticketRid,
      messageId.toLowerCase(),
    ]);
    if (!message) throw ValidationError.of('/messageId', 'This ticket has no such message');
    return message.rid;
  }
}
