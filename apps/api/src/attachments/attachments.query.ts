import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { Actor, isStaff } from '../auth/actor';
import { ConflictError, NotFoundError } from '../common/domain-error';
import type { TicketStatus } from '../tickets/ticket.status';
import { ticketRef } from '../tickets/ticket-ref';
import { ATTACHMENT_COLUMNS, AttachmentRow } from './attachment.dto';

const SELECT = `
  select ${ATTACHMENT_COLUMNS}
  from attachment a left join ticket t on t.rid = a.ticket_rid left join message m on m.rid = a.message_rid
    join "user" up on up.rid = a.uploaded_by_rid`;

/** By id, within what the caller may see; a staged file is its uploader's alone. */
const ONE = {
  staff: `${SELECT} where a.id = ? and (a.ticket_rid is not null or a.uploaded_by_rid = ?)`,
  customer: `${SELECT} where a.id = ? and ((a.customer_visible = 1 and t.requester_rid = ?) or (a.ticket_rid is null and a.uploaded_by_rid = ?))`,
};

/** Of a ticket that was found within the caller's scope. */
const OF_TICKET = {
  staff: `${SELECT} where a.ticket_rid = ? order by a.rid limit 1000`,
  customer: `${SELECT} where a.ticket_rid = ? and a.customer_visible = 1 order by a.rid limit 1000`,
};

/** @throws ConflictError where the ticket is closed and the caller is its customer */
export function assertTakesFiles(actor: Actor, status: TicketStatus): void {
  if (status === 'closed' && !isStaff(actor))
    throw new ConflictError('This ticket is closed: open a follow-up, or reopen it first');
}

/** A ticket that files are put on, as far as that needs it. */
export interface TargetTicket {
  rid: number;
  id: string;
}

@Injectable()
export class AttachmentsQuery {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @throws NotFoundError also for a file that the caller may not see */
  async one(
    actor: Actor,
    id: string,
    manager: EntityManager = this.database.manager,
  ): Promise<AttachmentRow> {
    const key = id.toLowerCase();
    const [row]: AttachmentRow[] = isStaff(actor)
      ? await manager.query(ONE.staff, [key, actor.userRid])
      : await manager.query(ONE.customer, [key, actor.userRid, actor.userRid]);
    if (!row) throw new NotFoundError('There is no such file');
    return row;
  }

  async ofTicket(actor: Actor, ref: string): Promise<AttachmentRow[]> {
    const ticket = await this.ticket(actor, ref);
    return this.database.query(isStaff(actor) ? OF_TICKET.staff : OF_TICKET.customer, [ticket.rid]);
  }

  /**
   * The ticket that the caller may put files on.
   * @throws NotFoundError, ConflictError as assertTakesFiles()
   */
  async target(actor: Actor, ref: string): Promise<TargetTicket> {
    const ticket = await this.ticket(actor, ref);
    assertTakesFiles(actor, ticket.status);
    return ticket;
  }

  private async ticket(actor: Actor, ref: string): Promise<TargetTicket & { status: TicketStatus }> {
    const { where, values } = ticketRef(actor, ref);
    const [ticket]: (TargetTicket & { status: TicketStatus })[] = await this.database.query(
      `select rid, id, status from ticket where ${where}`,
      values,
    );
    if (!ticket) throw new NotFoundError('There is no such ticket');
    return ticket;
  }
}
