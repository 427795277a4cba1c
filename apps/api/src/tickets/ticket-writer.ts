import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import type { Actor } from '../auth/actor';
import { IfMatch, matches } from '../common/etag';
import { NotFoundError, StaleVersionError } from '../common/domain-error';
import { dialectOf } from '../database/dialect';
import type { WrittenTicket } from '../events/desk-event';
import { audienceOf } from './ticket.policy';
import { ticketRef } from './ticket-ref';
import { TICKET_SQL, TicketRow, toTicketView } from './ticket.row';
import { LogEntry, recordEvents } from './ticket-log';
import type { TicketDto } from './ticket.dto';
import type { TicketStatus } from './ticket.status';

/** The columns that a change is decided by. */
export interface StoredTicket {
  rid: number;
  id: string;
  subject: string;
  status: TicketStatus;
  priority: number;
  requesterRid: number;
  assigneeRid: number | null;
  dueAt: number;
  waitingSince: number | null;
  firstResponseAt: number | null;
  solvedAt: number | null;
  closedAt: number | null;
  lastMessageRid: number;
  lastReplyRid: number;
  /** As the caller counts: a customer's leaves out what it may not know of. */
  version: number;
  /** Changes that no customer may know of. */
  hiddenChanges: number;
}

const load = (version: string): string => `
  select rid, id, subject, status, priority, requester_rid as "requesterRid", assignee_rid as "assigneeRid", due_at as "dueAt",
    waiting_since as "waitingSince", first_response_at as "firstResponseAt", solved_at as "solvedAt", closed_at as "closedAt",
    last_message_rid as "lastMessageRid", last_reply_rid as "lastReplyRid", ${version} as version, hidden_changes as "hiddenChanges"
  from ticket`;
const LOAD = { staff: load('version'), customer: load('version - hidden_changes') };

const STORE = `
  update ticket set subject = ?, status = ?, priority = ?, assignee_rid = ?, due_at = ?, waiting_since = ?,
    first_response_at = ?, solved_at = ?, closed_at = ?, last_message_rid = ?, last_reply_rid = ?, updated_at = ?,
    customer_updated_at = case when ? = 1 then customer_updated_at else ? end, version = version + 1, hidden_changes = hidden_changes + ?
  where rid = ?`;

/** Loads a ticket to change it and stores the result with its log: the two ends of every write to a ticket. */
@Injectable()
export class TicketWriter {
  /**
   * The ticket as the last writer left it; nobody else changes it, or what belongs to it, until the transaction ends.
   * @throws NotFoundError also for a ticket that the caller may not see
   * @throws StaleVersionError with the ticket as it is now, when `ifMatch` names another version
   */
  async load(
    manager: EntityManager,
    actor: Actor,
    ref: string,
    ifMatch: IfMatch = null,
  ): Promise<StoredTicket> {
    const { where, values } = ticketRef(actor, ref);
    const sql = `${LOAD[audienceOf(actor)]} where ${where} ${dialectOf(manager).lock()}`;
    const [ticket]: StoredTicket[] = await manager.query(sql, values);
    if (!ticket) throw new NotFoundError('There is no such ticket');
    if (!matches(ifMatch, ticket.version)) {
      const current = await this.view(manager, actor, ticket.rid);
      throw new StaleVersionError('Somebody changed this ticket meanwhile', { extensions: { current } });
    }
    return ticket;
  }

  /**
   * @param hidden the customer may not know of this change: for it, version and instant of the last change stay
   * @returns the ticket as it is now, for DeskEvents after the commit
   */
  async store(
    manager: EntityManager,
    actor: Actor,
    ticket: StoredTicket,
    log: readonly LogEntry[],
    now: number,
    { hidden } = { hidden: false },
  ): Promise<WrittenTicket> {
    await manager.query(STORE, [
      ticket.subject,
      ticket.status,
      ticket.priority,
      ticket.assigneeRid,
      ticket.dueAt,
      ticket.waitingSince,
      ticket.firstResponseAt,
      ticket.solvedAt,
      ticket.closedAt,
      ticket.lastMessageRid,
      ticket.lastReplyRid,
      now,
      hidden ? 1 : 0,
      now,
      hidden ? 1 : 0,
      ticket.rid,
    ]);
    await recordEvents(manager, ticket.rid, actor.userRid, log, now);
    const { id, rid, requesterRid, status } = ticket;
    const before = audienceOf(actor) === 'staff' ? ticket.version : ticket.version + ticket.hiddenChanges;
    const hiddenChanges = ticket.hiddenChanges + (hidden ? 1 : 0);
    return { id, rid, requesterRid, status, version: before + 1, hiddenChanges };
  }

  /** The ticket as the caller sees it, from inside the transaction. */
  async view(manager: EntityManager, actor: Actor, rid: number): Promise<TicketDto> {
    const audience = audienceOf(actor);
    const scope = audience === 'customer' ? [actor.userRid] : [];
    const [row]: TicketRow[] = await manager.query(TICKET_SQL[dialectOf(manager).name].byNumber[audience], [
      actor.userRid,
      rid,
      ...scope,
    ]);
    if (!row) throw new NotFoundError('There is no such ticket');
    return toTicketView(row, actor);
  }
}

/** Moves the ticket and the instants that belong to the status. @returns what to log, if anything changed */
export function moveTo(
  ticket: StoredTicket,
  status: TicketStatus,
  by: 'requester' | 'agent',
  now: number,
): LogEntry[] {
  const from = ticket.status;
  if (from === status) return [];
  ticket.status = status;
  switch (status) {
    case 'solved':
      ticket.solvedAt = now;
      ticket.closedAt = null;
      ticket.waitingSince = null;
      break;
    case 'closed':
      ticket.closedAt = now;
      ticket.waitingSince = null;
      break;
    case 'pending':
      ticket.solvedAt = null;
      ticket.closedAt = null;
      ticket.waitingSince = null;
      break;
    case 'new':
    case 'open':
      ticket.solvedAt = null;
      ticket.closedAt = null;
      if (by === 'requester') ticket.waitingSince ??= now;
      break;
  }
  return [{ type: 'status', from, to: status }];
}
