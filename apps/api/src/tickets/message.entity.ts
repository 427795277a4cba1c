import { Check, Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { Instant, JsonText, PublicId, Reference, RowKey, oneOf } from '../database/columns';
import { User } from '../users/user.entity';
import { Ticket } from './ticket.entity';

export const MESSAGE_KINDS = ['reply', 'note'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A reply, which the customer reads, or an internal note, which it never does. Addressed through its ticket only. */
@Entity('message')
@Check('message_kind', oneOf('kind', MESSAGE_KINDS))
@Index('message_ticket', ['ticketRid', 'rid'])
@Index('message_author', ['authorRid'])
export class Message {
  @RowKey() rid!: number;
  @PublicId() id!: string;
  @Reference('ticket_rid') ticketRid!: number;
  @ManyToOne(() => Ticket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_message_ticket' })
  ticket?: Ticket;
  @Reference('author_rid') authorRid!: number;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'author_rid', foreignKeyConstraintName: 'fk_message_author' })
  author?: User;
  @Column({ type: 'varchar', length: 10 }) kind!: MessageKind;
  /** Markdown as written. */
  @Column({ type: 'text' }) body!: string;
  @Instant('created_at') createdAt!: number;
}

export const TICKET_EVENT_TYPES = [
  'created',
  'status',
  'priority',
  'assignee',
  'tags',
  'subject',
  'dueAt',
  'reply',
  'note',
  'attachment.added',
  'attachment.removed',
] as const;
export type TicketEventType = (typeof TICKET_EVENT_TYPES)[number];

/** One line of a ticket's log: who changed what, when, from what to what. */
@Entity('ticket_event')
@Check('ticket_event_type', oneOf('type', TICKET_EVENT_TYPES))
@Index('ticket_event_ticket', ['ticketRid', 'rid'])
@Index('ticket_event_actor', ['actorRid'])
export class TicketEvent {
  @RowKey() rid!: number;
  @PublicId() id!: string;
  @Reference('ticket_rid') ticketRid!: number;
  @ManyToOne(() => Ticket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_ticket_event_ticket' })
  ticket?: Ticket;
  @Reference('actor_rid', { nullable: true }) actorRid!: number | null;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'actor_rid', foreignKeyConstraintName: 'fk_ticket_event_actor' })
  actor?: User;
  @Column({ type: 'varchar', length: 20 }) type!: TicketEventType;
  @JsonText('from_value', { nullable: true }) from!: string | null;
  @JsonText('to_value', { nullable: true }) to!: string | null;
  @Instant('created_at') createdAt!: number;
}
