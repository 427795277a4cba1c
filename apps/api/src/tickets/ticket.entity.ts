import { Check, Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Instant, KeyReference, PublicId, Reference, RowKey, oneOf } from '../database/columns';
import { User } from '../users/user.entity';
import { TICKET_STATUSES, type TicketStatus } from './ticket.status';

export const TICKET_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

export const TICKET_CHANNELS = ['web', 'agent', 'api'] as const;
export type TicketChannel = (typeof TICKET_CHANNELS)[number];

/** Stored in `due_at` where no date is set, so that such tickets sort last on both engines and a keyset can hold it. */
export const NO_DUE_DATE = 253_402_300_799_999;

const ACTIVE = `"status" IN ('new', 'open', 'pending')`;

@Entity('ticket')
@Check('ticket_status', oneOf('status', TICKET_STATUSES))
@Check('ticket_priority', '"priority" BETWEEN 0 AND 3')
@Check('ticket_channel', oneOf('channel', TICKET_CHANNELS))
@Index('ticket_id', ['id'], { unique: true })
@Index('ticket_by_status_updated', ['status', 'updatedAt', 'rid'])
@Index('ticket_by_status', ['status', 'rid'])
@Index('ticket_by_status_priority', ['status', 'priority', 'updatedAt', 'rid'])
@Index('ticket_by_status_due', ['status', 'dueAt', 'rid'])
@Index('ticket_by_updated', ['updatedAt', 'rid'])
@Index('ticket_by_assignee', ['assigneeRid', 'status', 'updatedAt', 'rid', 'priority'])
@Index('ticket_by_requester', ['requesterRid', 'customerUpdatedAt', 'rid', 'status'])
@Index('ticket_unassigned', ['updatedAt', 'rid'], { where: `"assignee_rid" IS NULL AND ${ACTIVE}` })
@Index('ticket_follow_up', ['followUpOfRid'], { where: '"follow_up_of_rid" IS NOT NULL' })
export class Ticket {
  /** Also its human number. */
  @RowKey() rid!: number;
  @PublicId() id!: string;
  @Column({ type: 'varchar', length: 200 }) subject!: string;
  @Column({ type: 'varchar', length: 10 }) status!: TicketStatus;
  /** Index into TICKET_PRIORITIES, so that it sorts. */
  @Column({ type: 'smallint' }) priority!: number;
  @Column({ type: 'varchar', length: 10 }) channel!: TicketChannel;
  @Reference('requester_rid') requesterRid!: number;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'requester_rid', foreignKeyConstraintName: 'fk_ticket_requester' })
  requester?: User;
  @Reference('assignee_rid', { nullable: true }) assigneeRid!: number | null;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'assignee_rid', foreignKeyConstraintName: 'fk_ticket_assignee' })
  assignee?: User;
  @Reference('follow_up_of_rid', { nullable: true }) followUpOfRid!: number | null;
  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'follow_up_of_rid', foreignKeyConstraintName: 'fk_ticket_follow_up_of' })
  followUpOf?: Ticket;
  /** Newest message of either kind, and newest reply: a customer sees only the second. */
  @Reference('last_message_rid', { default: 0 }) lastMessageRid!: number;
  @Reference('last_reply_rid', { default: 0 }) lastReplyRid!: number;
  @Instant('created_at') createdAt!: number;
  @Instant('updated_at') updatedAt!: number;
  /** The last change that the customer may know of: a note, or a file for the desk alone, is none. */
  @Instant('customer_updated_at', { default: 0 }) customerUpdatedAt!: number;
  @Instant('due_at', { default: NO_DUE_DATE }) dueAt!: number;
  /** Since when the requester has been waiting for an answer. */
  @Instant('waiting_since', { nullable: true }) waitingSince!: number | null;
  @Instant('first_response_at', { nullable: true }) firstResponseAt!: number | null;
  @Instant('solved_at', { nullable: true }) solvedAt!: number | null;
  @Instant('closed_at', { nullable: true }) closedAt!: number | null;
  /** Counts the changes; answered as ETag. */
  @Column({ type: 'integer', default: 1 }) version!: number;
  /** How many of them the customer may not know of: its own version is less by that. */
  @Column({ name: 'hidden_changes', type: 'integer', default: 0 }) hiddenChanges!: number;
}

@Entity('tag')
@Index('tag_name', ['name'], { unique: true })
export class Tag {
  @RowKey() rid!: number;
  @Column({ type: 'varchar', length: 50 }) name!: string;
  /** Tickets that carry it: tells a rare tag, which drives a list, from a common one, which filters it. */
  @Column({ name: 'ticket_count', type: 'integer', default: 0 }) ticketCount!: number;
}

@Entity('ticket_tag', { withoutRowid: true })
@Index('ticket_tag_ticket', ['ticketRid'])
export class TicketTag {
  @KeyReference('tag_rid') tagRid!: number;
  @KeyReference('ticket_rid') ticketRid!: number;
  @ManyToOne(() => Tag, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'tag_rid', foreignKeyConstraintName: 'fk_ticket_tag_tag' })
  tag?: Tag;
  @ManyToOne(() => Ticket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_ticket_tag_ticket' })
  ticket?: Ticket;
}

/** How far somebody has read a ticket. */
@Entity('ticket_read', { withoutRowid: true })
@Index('ticket_read_ticket', ['ticketRid'])
export class TicketRead {
  @KeyReference('user_rid') userRid!: number;
  @KeyReference('ticket_rid') ticketRid!: number;
  @Reference('message_rid') messageRid!: number;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_rid', foreignKeyConstraintName: 'fk_ticket_read_user' })
  user?: User;
  @ManyToOne(() => Ticket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_ticket_read_ticket' })
  ticket?: Ticket;
}
