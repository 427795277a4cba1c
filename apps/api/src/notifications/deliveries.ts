import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { ConflictError, NotFoundError } from '../common/domain-error';
import { afterCommit } from '../database/after-commit';
import { dialectOf } from '../database/dialect';
import {
  DELIVERY_COLUMNS,
  type Delivery,
  type DeliveryRow,
  SHOWN_DELIVERY,
  toDeliveryView,
} from './mail.dto';
import { MailBlocks } from './mail-blocks';
import { MailNews } from './mail-news';
import { OutboxBell } from './outbox-bell';

/** Mail to this address came back or was reported: the desk must say that it is to be written to again. */
export class AddressBlockedError extends ConflictError {
  override readonly code = 'address-blocked';
}

const OF_MESSAGES = `
  select m.rid as "messageRid", ${DELIVERY_COLUMNS}
  from outbox_mail o join message m on m.rid = o.message_rid
  where o.ticket_rid = ? and m.rid between ? and ? and ${SHOWN_DELIVERY} order by o.rid`;

const BY_ID = `
  select o.rid, o.lease, o.due_at as "dueAt", ${DELIVERY_COLUMNS} from outbox_mail o join message m on m.rid = o.message_rid
  where o.id = ? and ${SHOWN_DELIVERY}`;

interface StoredDelivery extends DeliveryRow {
  rid: number;
  /** Of the worker that has it in hand until `dueAt`. */
  lease: string | null;
  dueAt: number;
}

const AGAIN = `
  update outbox_mail set status = 'queued', reason = null, attempts = 0, due_at = ?, lease = null, updated_at = ? where rid = ?`;

/** Mail that hangs on messages, for those at the desk; customers never come here. */
@Injectable()
export class Deliveries {
  private readonly logger = new Logger(Deliveries.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly blocks: MailBlocks,
    private readonly bell: OutboxBell,
    private readonly news: MailNews,
    private readonly clock: Clock,
  ) {}

  /** Those of the ticket's messages from the first to the last, by row key of the message. */
  async ofMessages(
    manager: EntityManager,
    ticketRid: number,
    first: number,
    last: number,
  ): Promise<Map<number, Delivery>> {
    const rows: (DeliveryRow & { messageRid: number })[] = await manager.query(OF_MESSAGES, [
      ticketRid,
      first,
      last,
    ]);
    return new Map(rows.map((row) => [row.messageRid, toDeliveryView(row)]));
  }

  /**
   * Sends a mail again that was not sent, or came back. One that waits is sent now; one on its way is left alone.
   * @throws AddressBlockedError unless the block is to be lifted
   * @throws ConflictError when it was sent and has not come back
   */
  async resend(id: string, liftBlock: boolean): Promise<Delivery> {
    const { rid, delivery } = await this.database.transaction(async (manager) => {
      const sql = `${BY_ID} ${dialectOf(manager).lock('o')}`;
      const [mail]: StoredDelivery[] = await manager.query(sql, [id.toLowerCase()]);
      const now = this.clock.now();
      if (!mail) throw new NotFoundError('There is no such mail');
      if (mail.status === 'sent') throw new ConflictError('This mail was sent already');
      // Taken out of the worker's hand it would be sent twice.
      if (mail.status === 'queued' && mail.lease !== null && mail.dueAt > now)
        return { rid: mail.rid, delivery: toDeliveryView(mail) };
      if (liftBlock) await this.blocks.lift(manager, mail.recipient);
      else if (await this.blocks.isBlocked(manager, mail.recipient))
        throw new AddressBlockedError(
          'Mail to this address came back or was reported: lift the block to write to it again',
        );
      await manager.query(AGAIN, [now, now, mail.rid]);
      afterCommit(manager, () => this.bell.ring());
      const queued = { ...mail, status: 'queued' as const, reason: null, attempts: 0, updatedAt: now };
      return { rid: mail.rid, delivery: toDeliveryView(queued) };
    });
    await this.news.publish(rid);
    this.logger.log({ message: 'mail.sent-again', mailId: id, liftBlock });
    return delivery;
  }
}
