import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { type Mail, MailError, MailRejectedError, MailTransport, MailUnavailableError } from '@liftdesk/mail';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock } from '../common/clock';
import { MaintenanceError } from '../database/maintenance';
import { retryDelay } from './back-off';
import { MailBuilder, NothingToSendError } from './mail-builder';
import { MailNews } from './mail-news';
import { NotificationConfig } from './notification.config';
import { OutboxBell } from './outbox-bell';
import { type MailSource, OutboxQuery } from './outbox.query';
import { type ClaimedMail, OutboxStore, type Outcome } from './outbox.store';
import { isOurAddress } from './reply-token';

/** A mail that failed so often is given up, until somebody at the desk sends it again. */
export const MAX_ATTEMPTS = 10;
const HOUR_MS = 3_600_000;
/** The bell rings for what this process writes; this is for what others leave behind and for what is due later. */
const POLL_MS = 3_000;
/** After the service was away or asked for less: how long nothing is tried, growing up to the longest. */
const SHORTEST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** It takes nothing from anybody just now, while other refusals are about one mail. */
const ASKS_FOR_REST: ReadonlySet<string | undefined> = new Set(['throttled', 'quota']);
/** Doubling from a quarter of a second: half a minute in all. With twice the longest MAIL_TIMEOUT it is within a lease. */
const LONGEST_SETTLE_PAUSE_MS = 16_000;
/** The shutdown waits no longer for a mail on its way: its lease ends, and it is sent again. */
const STOP_WITHIN_MS = 8_000;
export const AWAY = 'The mail service cannot be reached: it is tried again';

/**
 * Sends what is in the outbox, one mail after the other, outside of any transaction: a crash in between can lead to one mail
 * that comes twice, and to none that is lost. Any number of processes may do so at once.
 */
@Injectable()
export class OutboxWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxWorker.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private wanted = false;
  private readonly stopping = new AbortController();
  private tookOver = false;
  private restMs = 0;
  /** Some mail may wait for no other reason than that the service was away; before this process started, too. */
  private someWait = true;
  private restUntil = 0;
  private lastSentAt = -Infinity;

  constructor(
    private readonly store: OutboxStore,
    private readonly query: OutboxQuery,
    private readonly builder: MailBuilder,
    private readonly transport: MailTransport,
    private readonly news: MailNews,
    private readonly bell: OutboxBell,
    private readonly clock: Clock,
    private readonly config: NotificationConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.settings.worker) return;
    this.bell.onRing(() => this.wake());
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.bell.onRing(null);
    this.stopping.abort();
    const patience = new AbortController();
    const late = pause(STOP_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.running, late]);
    patience.abort();
    await this.transport.close();
  }

  /** Looks into the outbox now, or once more after what is being sent. */
  wake(): void {
    this.wanted = true;
    if (this.running || this.stopping.signal.aborted || performance.now() < this.restUntil) return;
    this.running = this.runWhileWanted().finally(() => {
      this.running = undefined;
      if (this.wanted) this.wake();
    });
  }

  private async runWhileWanted(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      try {
        await this.takeOver();
        await this.drain();
      } catch (error) {
        // What waits is sent afterwards: the poll finds it.
        if (error instanceof MaintenanceError) return;
        this.logger.error({ message: 'mail.outbox-failed', error });
        return;
      }
    }
  }

  /** Once, before anything is claimed: that may have to wait for the end of a maintenance. */
  private async takeOver(): Promise<void> {
    if (this.tookOver) return;
    await this.store.takeOver();
    this.tookOver = true;
  }

  /** Sends what is due, until there is no more, the service needs rest, or the process ends. */
  async drain(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const claim = await this.store.claim();
      if (claim === null) return;
      const outcome = await this.attempt(claim);
      await this.settle(claim, outcome);
      this.log(claim, outcome);
      await this.news.publish(claim.rid);
      if (outcome.status === 'sent') await this.recover();
      if (performance.now() < this.restUntil) return;
    }
  }

  private async attempt(claim: ClaimedMail): Promise<Outcome> {
    // Nothing came of ten attempts, not even a failure: it may be this mail that ends the process.
    if (claim.attempts > MAX_ATTEMPTS) return { status: 'failed', reason: 'It was tried in vain' };
    const source = await this.query.source(claim.rid);
    if (source === null) return { status: 'failed', reason: 'What it was about is gone' };
    const suppressed = await this.whySuppressed(source);
    if (suppressed !== null) return { status: 'suppressed', reason: suppressed };
    if (source.expiresAt !== null && source.expiresAt <= this.clock.now())
      return { status: 'failed', reason: 'It could not be sent in time' };
    let mail: Mail;
    try {
      mail = await this.builder.build(claim.rid, source);
    } catch (error) {
      return this.failed(claim, source, error);
    }
    try {
      await this.keepPace();
      const { providerId } = await this.transport.send(mail);
      return { status: 'sent', providerId };
    } catch (error) {
      return this.failed(claim, source, error);
    }
  }

  /** What was sent and is not written down is sent again: a database that is away for a moment is waited for. */
  private async settle(claim: ClaimedMail, outcome: Outcome): Promise<void> {
    for (let wait = 250; ; wait *= 2) {
      try {
        return await this.store.settle(claim, outcome);
      } catch (error) {
        if (wait > LONGEST_SETTLE_PAUSE_MS || this.stopping.signal.aborted) throw error;
        this.logger.warn({ message: 'mail.not-settled', mailId: claim.id, error });
      }
      // Before the others, for whom the mail may be due again by then.
      await pause(wait);
    }
  }

  /** Mail that must not go out, whoever wrote it. */
  private async whySuppressed(source: MailSource): Promise<string | null> {
    const { fromEmail, replyDomain, perRecipientAnHour } = this.config.settings;
    if (source.userDisabledAt !== null) return 'The account is disabled';
    if (!mayRead(source)) return 'This ticket is not for them any more';
    if (source.blockReason !== null) return source.blockReason;
    if (isOurAddress(source.recipient, fromEmail, replyDomain)) return 'It would come back to us';
    // Links to a new password have a limit of their own; who works here is told of every ticket, and answers by no machine.
    if (source.kind === 'passwordReset' || source.userRole !== 'customer') return null;
    const sent = await this.store.sentSince(source.userRid, this.clock.now() - HOUR_MS);
    return sent >= perRecipientAnHour
      ? `More than ${perRecipientAnHour} mails in an hour to one customer`
      : null;
  }

  private async failed(claim: ClaimedMail, source: MailSource, error: unknown): Promise<Outcome> {
    if (error instanceof NothingToSendError) return { status: 'failed', reason: error.message };
    if (error instanceof MailRejectedError) {
      if (!error.undeliverable) return { status: 'failed', reason: error.message };
      return { status: 'bounced', reason: error.message, recipient: source.recipient };
    }
    if (!(error instanceof MailError)) this.logger.error({ message: 'mail.broken', mailId: claim.id, error });
    const away = error instanceof MailUnavailableError;
    this.someWait ||= away;
    if (away || (error instanceof MailError && ASKS_FOR_REST.has(error.detail))) this.rest();
    const reason = error instanceof MailError ? error.message : 'Something is wrong with this mail';
    if (claim.attempts >= MAX_ATTEMPTS) return { status: 'failed', reason };
    const dueAt = this.clock.now() + retryDelay(claim.attempts);
    return { status: 'queued', reason: away ? AWAY : reason, dueAt };
  }

  private rest(): void {
    this.restMs = Math.min(Math.max(this.restMs * 2, SHORTEST_REST_MS), LONGEST_REST_MS);
    this.restUntil = performance.now() + this.restMs;
  }

  /** The service is back: what waited for it alone need not wait longer. */
  private async recover(): Promise<void> {
    this.restMs = 0;
    this.restUntil = 0;
    if (!this.someWait) return;
    await this.store.revive(AWAY);
    this.someWait = false;
  }

  /** No faster than the service takes it. What it takes is asked of it now and then, and need not be known. */
  private async keepPace(): Promise<void> {
    const perSecond = await this.transport.maxPerSecond().catch(() => null);
    const wait = perSecond === null ? 0 : this.lastSentAt + 1_000 / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    this.lastSentAt = performance.now();
  }

  private log({ id, kind, attempts }: ClaimedMail, outcome: Outcome): void {
    const line = { mailId: id, kind, attempts };
    if (outcome.status === 'sent') this.logger.log({ message: 'mail.sent', ...line });
    else if (outcome.status === 'queued')
      this.logger.warn({ message: 'mail.delayed', ...line, reason: outcome.reason });
    else this.logger.warn({ message: `mail.${outcome.status}`, ...line, reason: outcome.reason });
  }
}

/** Who worked at the desk may do so no longer, and still be the one whom a ticket is assigned to. */
const mayRead = ({ ticketRid, userRole, userRid, requesterRid }: MailSource): boolean =>
  ticketRid === null || userRole !== 'customer' || userRid === requesterRid;
