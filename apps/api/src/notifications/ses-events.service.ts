import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type SesEvent,
  SnsMessages,
  SnsRefusedError,
  SnsUnavailableError,
  parseSesEvent,
} from '@liftdesk/mail';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { DomainError, ForbiddenError, NotFoundError } from '../common/domain-error';
import { dialectOf } from '../database/dialect';
import { MailBlocks } from './mail-blocks';
import { MailNews } from './mail-news';
import { NotificationConfig } from './notification.config';
import { type MailStatus, REASON_LENGTH } from './outbox-mail.entity';

/** SNS tries again. */
export class EventNotVerifiableError extends DomainError {
  readonly code = 'event-not-verifiable';
  readonly status = 503;
  override readonly level = 'warn';
}

interface EventMail {
  rid: number;
  recipient: string;
  status: MailStatus;
}

const BY_PROVIDER_ID = `select rid, recipient, status from outbox_mail o where provider_id = ?`;
/** Of which SES's name for its last try is not written down yet. */
const BY_ID = `
  select rid, recipient, status from outbox_mail o where id = ? and (provider_id is null or status = 'queued')`;
const STORE = `
  update outbox_mail set status = ?, reason = ?, secret = null, updated_at = ?
  where rid = ? and status in ('queued', 'sent', 'bounced')`;

/** What SES tells of mail after it was sent lands on the message that it belongs to. */
@Injectable()
export class SesEventsService {
  private readonly logger = new Logger(SesEventsService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly messages: SnsMessages,
    private readonly blocks: MailBlocks,
    private readonly news: MailNews,
    private readonly clock: Clock,
    private readonly config: NotificationConfig,
  ) {}

  /**
   * @param body as SNS posted it
   * @throws NotFoundError where no topic is set up, ForbiddenError for what is not of our topics, EventNotVerifiableError
   */
  async receive(body: unknown): Promise<void> {
    if (this.config.settings.topicArns.length === 0) throw new NotFoundError('There is no such page');
    try {
      const message = await this.messages.verify(typeof body === 'string' ? body : '');
      if (message.type === 'SubscriptionConfirmation') {
        await this.messages.confirm(message);
        this.logger.log({ message: 'mail.topic-confirmed', topicArn: message.topicArn });
      } else if (message.type === 'Notification') {
        await this.take(parseSesEvent(message.message));
      } else {
        this.logger.warn({ message: 'mail.topic-unsubscribed', topicArn: message.topicArn });
      }
    } catch (error) {
      if (error instanceof SnsRefusedError) throw new ForbiddenError(`This is ${error.message}`);
      if (error instanceof SnsUnavailableError)
        throw new EventNotVerifiableError('It cannot be verified now: send it again', { cause: error });
      throw error;
    }
  }

  private async take(event: SesEvent | null): Promise<void> {
    // That it was handed over is known already: SES took it.
    if (event === null || event.outcome === 'delivered') return;
    const { outcome, reason, block } = event;
    const rid = await this.database.transaction(async (manager) => {
      const mail = await this.mailOf(manager, event);
      if (mail === null) return null;
      const now = this.clock.now();
      await manager.query(STORE, [outcome, reason?.slice(0, REASON_LENGTH) ?? null, now, mail.rid]);
      if (block)
        await this.blocks.add(
          mail.recipient,
          outcome === 'complained' ? 'complaint' : 'bounce',
          reason ?? outcome,
          manager,
        );
      return mail.rid;
    });
    // Another desk may send by the same account.
    if (rid === null) return void this.logger.log({ message: 'mail.event-of-unknown-mail', outcome });
    this.logger.warn({ message: `mail.${outcome}`, mailRid: rid, reason });
    await this.news.publish(rid);
  }

  /** By the name that SES gave it, or by ours where that was not written down before the process ended. */
  private async mailOf(manager: EntityManager, event: SesEvent): Promise<EventMail | null> {
    const lock = dialectOf(manager).lock('o');
    const [named]: EventMail[] = await manager.query(`${BY_PROVIDER_ID} ${lock}`, [event.providerId]);
    // One that waits is sent again: SNS repeats what became of the try before.
    if (named) return named.status === 'queued' ? null : named;
    const id = /^<([0-9a-f-]{36})@/.exec(event.messageId ?? '')?.[1];
    if (id === undefined) return null;
    const [ours]: EventMail[] = await manager.query(`${BY_ID} ${lock}`, [id]);
    return ours ?? null;
  }
}
