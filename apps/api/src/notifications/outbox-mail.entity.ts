import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Instant, KeyReference, PublicId, Reference, RowKey, oneOf } from '../database/columns';
import { Message } from '../tickets/message.entity';
import { Ticket } from '../tickets/ticket.entity';
import { User } from '../users/user.entity';

/** What people may choose to hear of, by mail. */
export const NOTIFICATION_KINDS = [
  'ticketReceived',
  'agentReply',
  'customerReply',
  'assigned',
  'solved',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export const MAIL_KINDS = [...NOTIFICATION_KINDS, 'passwordReset'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export const MAIL_STATUSES = ['queued', 'sent', 'failed', 'bounced', 'complained', 'suppressed'] as const;
export type MailStatus = (typeof MAIL_STATUSES)[number];

/** Longest reason that is kept. */
export const REASON_LENGTH = 300;

/** A mail, written in the transaction that caused it, and what has become of it. What it says is made when it is sent. */
@Entity('outbox_mail')
@Check('outbox_mail_kind', oneOf('kind', MAIL_KINDS))
@Check('outbox_mail_status', oneOf('status', MAIL_STATUSES))
@Index('outbox_mail_id', ['id'], { unique: true })
@Index('outbox_mail_due', ['dueAt', 'rid'], { where: `"status" = 'queued'` })
@Index('outbox_mail_failed', ['updatedAt'], { where: `"status" = 'failed'` })
@Index('outbox_mail_user_sent', ['userRid', 'sentAt'])
@Index('outbox_mail_ticket', ['ticketRid', 'rid'])
@Index('outbox_mail_provider', ['providerId'], { where: '"provider_id" IS NOT NULL' })
@Index('outbox_mail_created', ['createdAt'], { where: '"message_rid" IS NULL' })
@Index('outbox_mail_message', ['messageRid'], { where: '"message_rid" IS NOT NULL' })
@Index('outbox_mail_actor', ['actorRid'], { where: '"actor_rid" IS NOT NULL' })
export class OutboxMail {
  @RowKey() rid!: number;
  /** Also in its Message-ID. */
  @PublicId() id!: string;
  @Column({ type: 'varchar', length: 20 }) kind!: MailKind;
  @Column({ type: 'varchar', length: 12 }) status!: MailStatus;
  @Reference('user_rid') userRid!: number;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_rid', foreignKeyConstraintName: 'fk_outbox_mail_user' })
  user?: User;
  /** The address, as it was when the mail was written. */
  @Column({ type: 'varchar', length: 254 }) recipient!: string;
  @Reference('ticket_rid', { nullable: true }) ticketRid!: number | null;
  @ManyToOne(() => Ticket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_outbox_mail_ticket' })
  ticket?: Ticket;
  @Reference('message_rid', { nullable: true }) messageRid!: number | null;
  @ManyToOne(() => Message, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'message_rid', foreignKeyConstraintName: 'fk_outbox_mail_message' })
  message?: Message;
  /** Who did what the mail tells of. */
  @Reference('actor_rid', { nullable: true }) actorRid!: number | null;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'actor_rid', foreignKeyConstraintName: 'fk_outbox_mail_actor' })
  actor?: User;
  /** Encrypted, see MailSecrets; gone once the mail is sent or given up. */
  @Column({ type: 'text', nullable: true }) secret!: string | null;
  /** Why it was not sent, in words for the desk. */
  @Column({ type: 'varchar', length: REASON_LENGTH, nullable: true }) reason!: string | null;
  @Column({ type: 'integer', default: 0 }) attempts!: number;
  /** Of the worker that has it in hand; `due_at` is then when it may be taken from it. */
  @Column({ type: 'varchar', length: 36, nullable: true }) lease!: string | null;
  @Instant('due_at') dueAt!: number;
  /** Not worth sending any more after that. */
  @Instant('expires_at', { nullable: true }) expiresAt!: number | null;
  /** What the service that took it calls it: bounces are told by it. */
  @Column({ name: 'provider_id', type: 'varchar', length: 200, nullable: true }) providerId!: string | null;
  @Instant('created_at') createdAt!: number;
  @Instant('updated_at') updatedAt!: number;
  @Instant('sent_at', { nullable: true }) sentAt!: number | null;
}

export const BLOCK_KINDS = ['bounce', 'complaint'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

/** An address that is not written to until somebody at the desk says so. */
@Entity('mail_block')
@Check('mail_block_kind', oneOf('kind', BLOCK_KINDS))
export class MailBlock {
  @PrimaryColumn({ name: 'email_norm', type: 'varchar', length: 300 }) emailNorm!: string;
  @Column({ type: 'varchar', length: 10 }) kind!: BlockKind;
  @Column({ type: 'varchar', length: REASON_LENGTH }) reason!: string;
  @Instant('created_at') createdAt!: number;
}

/** What somebody does not want to hear of; everything else it gets. */
@Entity('notification_opt_out', { withoutRowid: true })
@Check('notification_opt_out_kind', oneOf('kind', NOTIFICATION_KINDS))
export class NotificationOptOut {
  @KeyReference('user_rid') userRid!: number;
  @PrimaryColumn({ type: 'varchar', length: 20 }) kind!: NotificationKind;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_rid', foreignKeyConstraintName: 'fk_notification_opt_out_user' })
  user?: User;
}
