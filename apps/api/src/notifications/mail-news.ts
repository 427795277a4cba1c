import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DeskEvents } from '../events/desk-events';
import { SHOWN_DELIVERY } from './mail.dto';

const MESSAGE = `
  select t.id as "ticketId", m.id as "messageId"
  from outbox_mail o join message m on m.rid = o.message_rid join ticket t on t.rid = o.ticket_rid
  where o.rid = ? and ${SHOWN_DELIVERY}`;

/** Tells clients that look at a ticket what became of the mail of a message. */
@Injectable()
export class MailNews {
  private readonly logger = new Logger(MailNews.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly events: DeskEvents,
  ) {}

  /**
   * Never rejects: that clients see it later is no reason to send a mail again.
   * @param rid of the mail in the outbox, after its state was written down
   */
  async publish(rid: number): Promise<void> {
    try {
      const [message]: { ticketId: string; messageId: string }[] = await this.database.query(MESSAGE, [rid]);
      if (message) this.events.mailChanged(message.ticketId, message.messageId);
    } catch (error) {
      this.logger.warn({ message: 'mail.news-failed', error });
    }
  }
}
