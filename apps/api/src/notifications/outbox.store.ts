import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { v4 as uuidv4 } from 'uuid';
import { Clock } from '../common/clock';
import { dialectOf } from '../database/dialect';
import { exemptTransaction } from '../database/maintenance';
import { MailBlocks } from './mail-blocks';
import { LEASE_MS } from './mail-in-hand';
import { MailKind, MailStatus, REASON_LENGTH } from './outbox-mail.entity';

/** A mail that this worker has in hand until its lease ends. */
export interface ClaimedMail {
  rid: number;
  id: string;
  kind: MailKind;
  /** This one counted. */
  attempts: number;
  lease: string;
}

/** What came of an attempt. */
export type Outcome =
  | { status: 'sent'; providerId: string | null }
  | { status: 'queued'; reason: string; dueAt: number }
  | { status: 'bounced'; reason: string; recipient: string }
  | { status: Exclude<MailStatus, 'sent' | 'queued' | 'bounced'>; reason: string };

export interface OutboxBacklog {
  queued: number;
  /** Milliseconds that the oldest mail has been due for; 0 when none is. */
  oldestDueMs: number;
  failed: number;
}

const DUE = `select rid, id, kind, attempts from outbox_mail o where status = 'queued' and due_at <= ? order by due_at, rid limit 1`;
const CLAIM = `update outbox_mail set lease = ?, due_at = ?, attempts = ? where rid = ?`;
const RELEASE = `update outbox_mail set lease = null, due_at = ? where status = 'queued' and lease is not null`;
const SETTLE = `
  update outbox_mail set status = ?, reason = ?, due_at = ?, provider_id = coalesce(?, provider_id), sent_at = coalesce(?, sent_at),
    secret = case when cast(? as integer) = 1 then secret else null end, lease = null, updated_at = ?
  where rid = ? and lease = ? and status = 'queued' returning rid`;
/** A bounce may be told before it is written down that the mail was taken. */
const NAME = `update outbox_mail set provider_id = ?, secret = null, lease = null where rid = ? and lease = ?`;
const REVIVE = `update outbox_mail set due_at = ? where status = 'queued' and due_at > ? and lease is null and reason = ?`;
const SENT_SINCE = `select count(*) as n from outbox_mail where user_rid = ? and sent_at > ?`;
const BACKLOG = `
  select (select count(*) from outbox_mail where status = 'queued') as queued,
    (select min(due_at) from outbox_mail where status = 'queued') as "oldestDue",
    (select count(*) from outbox_mail where status = 'failed' and updated_at > ?) as failed`;
/** Those that hang on a message stay with it. */
const SWEEP = `delete from outbox_mail where created_at < ? and status <> 'queued' and message_rid is null`;

/** The outbox as a queue. Each mail is in one worker's hand at a time, for as long as its lease. */
@Injectable()
export class OutboxStore {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly blocks: MailBlocks,
  ) {}

  /** Takes the mail that has been due for longest; null where there is none. What a dead worker held is due again. */
  async claim(): Promise<ClaimedMail | null> {
    const now = this.clock.now();
    // Most often there is nothing, and to find that out nobody must wait for a turn to write.
    if ((await this.database.query<unknown[]>(DUE, [now])).length === 0) return null;
    return this.database.transaction(async (manager) => {
      const sql = `${DUE} ${dialectOf(manager).lockFree('o')}`;
      const [mail]: Omit<ClaimedMail, 'lease'>[] = await manager.query(sql, [now]);
      if (!mail) return null;
      const lease = uuidv4();
      const attempts = mail.attempts + 1;
      await manager.query(CLAIM, [lease, now + LEASE_MS, attempts, mail.rid]);
      return { ...mail, attempts, lease };
    });
  }

  /**
   * What a process before this one had in hand is due at once. On SQLite, which serves one process; elsewhere another may
   * have it in hand now, and its lease must end first.
   */
  async takeOver(): Promise<void> {
    if (dialectOf(this.database).name !== 'sqlite') return;
    await this.database.transaction((manager) => manager.query(RELEASE, [this.clock.now()]));
  }

  /**
   * Writes down what came of it, unless the lease had ended and somebody else has it in hand; who cannot be reached is not
   * written to again. A maintenance that begins waits for it.
   */
  async settle({ rid, lease }: ClaimedMail, outcome: Outcome): Promise<void> {
    const now = this.clock.now();
    const providerId = outcome.status === 'sent' ? outcome.providerId : null;
    await exemptTransaction(this.database, async (manager) => {
      const settled: unknown[] = await manager.query(SETTLE, [
        outcome.status,
        outcome.status === 'sent' ? null : outcome.reason.slice(0, REASON_LENGTH),
        outcome.status === 'queued' ? outcome.dueAt : now,
        providerId,
        outcome.status === 'sent' ? now : null,
        outcome.status === 'queued' ? 1 : 0,
        now,
        rid,
        lease,
      ]);
      if (outcome.status === 'bounced' && settled.length > 0)
        await this.blocks.add(outcome.recipient, 'bounce', outcome.reason, manager);
      if (providerId !== null) await manager.query(NAME, [providerId, rid, lease]);
    });
  }

  /** What waits for no other reason than this one is due now. */
  async revive(reason: string): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction((manager) => manager.query(REVIVE, [now, now, reason]));
  }

  /** How many mails somebody was sent since then. */
  async sentSince(userRid: number, since: number): Promise<number> {
    const [row]: { n: number | string }[] = await this.database.query(SENT_SINCE, [userRid, since]);
    return Number(row?.n ?? 0);
  }

  /** @param failedSince dead letters from before do not count any more */
  async backlog(failedSince: number): Promise<OutboxBacklog> {
    const [row]: Record<string, number | string | null>[] = await this.database.query(BACKLOG, [failedSince]);
    const oldest = row?.['oldestDue'] ?? null;
    return {
      queued: Number(row?.['queued'] ?? 0),
      oldestDueMs: oldest === null ? 0 : Math.max(0, this.clock.now() - Number(oldest)),
      failed: Number(row?.['failed'] ?? 0),
    };
  }

  /** Forgets what was sent long ago and hangs on no message. */
  async sweep(before: number): Promise<void> {
    await this.database.transaction((manager) => manager.query(SWEEP, [before]));
  }
}
