import { Column, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { BigInteger, Instant, PublicId, Reference, RowKey } from '../database/columns';
import { Message } from '../tickets/message.entity';
import { Ticket } from '../tickets/ticket.entity';
import { User } from '../users/user.entity';

/**
 * A stored file. Without a ticket it is staged: its uploader alone sees it, and it is swept after a day.
 * On a ticket but not on a message an agent's file is for the desk alone until a reply carries it.
 */
@Entity('attachment')
@Index('attachment_id', ['id'], { unique: true })
@Index('attachment_key', ['storageKey'], { unique: true })
@Index('attachment_ticket', ['ticketRid', 'customerVisible', 'rid'])
@Index('attachment_message', ['messageRid'])
@Index('attachment_uploader', ['uploadedByRid'])
@Index('attachment_staged', ['createdAt'], { where: '"ticket_rid" IS NULL' })
export class Attachment {
  @RowKey() rid!: number;
  @PublicId() id!: string;
  @Reference('ticket_rid', { nullable: true }) ticketRid!: number | null;
  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'ticket_rid', foreignKeyConstraintName: 'fk_attachment_ticket' })
  ticket?: Ticket;
  @Reference('message_rid', { nullable: true }) messageRid!: number | null;
  @ManyToOne(() => Message)
  @JoinColumn({ name: 'message_rid', foreignKeyConstraintName: 'fk_attachment_message' })
  message?: Message;
  @Reference('uploaded_by_rid') uploadedByRid!: number;
  @ManyToOne(() => User)
  @JoinColumn({ name: 'uploaded_by_rid', foreignKeyConstraintName: 'fk_attachment_uploaded_by' })
  uploadedBy?: User;
  /** 1 when a customer who may read the ticket may read this file too. */
  @Column({ name: 'customer_visible', type: 'smallint', default: 0 }) customerVisible!: 0 | 1;
  @Column({ type: 'varchar', length: 255 }) filename!: string;
  @Column({ name: 'mime_type', type: 'varchar', length: 100 }) mimeType!: string;
  @BigInteger('size') size!: number;
  @Column({ type: 'varchar', length: 64 }) sha256!: string;
  @Column({ name: 'storage_key', type: 'varchar', length: 200 }) storageKey!: string;
  @Instant('created_at') createdAt!: number;
}
