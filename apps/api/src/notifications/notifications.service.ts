import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../auth/actor';
import { Clock } from '../common/clock';
import { afterCommit } from '../database/after-commit';
import { MailSecrets } from './mail-secrets';
import type { MailKind } from './outbox-mail.entity';
import { OutboxBell } from './outbox-bell';

/** What has happened in a ticket; row keys. */
export interface TicketNews {
  ticketRid: number;
  /** Who did it: nobody is told of what it did itself. */
  actorRid: number;
  requesterRid: number;
  assigneeRid: number | null;
}

/** A ticket as it is after the change. */
interface NewsTicket {
  rid: number;
  requesterRid: number;
  assigneeRid: number | null;
  lastReplyRid: number;
}

interface Change {
  type: string;
  to?: unknown;
}

interface NewMail {
  kind: MailKind;
  userRid: number;
  actorRid: number | null;
  ticketRid?: number;
  messageRid?: number;
  secret?: string;
  expiresAt?: number;
  /** Only for who does not get this kind, which would say the same. */
  insteadOf?: MailKind;
}

/**
 * Nothing for somebody who is disabled or does not want it, nor for an agent who wrote to itself. An address that is blocked
 * gets its row all the same: the desk sees why nothing was sent.
 */
const INSERT = `
  insert into outbox_mail (id, kind, status, user_rid, recipient, reason, ticket_rid, message_rid, actor_rid, secret, due_at,
    expires_at, created_at, updated_at)
  select ?, ?, case when b.email_norm is null then 'queued' else 'suppressed' end, u.rid, u.email, b.reason,
    cast(? as integer), cast(? as integer), cast(? as integer), case when b.email_norm is null then cast(? as text) end, cast(? as bigint), cast(? as bigint), cast(? as bigint),
    cast(? as bigint)
  from "user" u left join mail_block b on b.email_norm = u.email_norm
  where u.rid = ? and u.disabled_at is null and (u.role = 'customer' or u.rid <> ?)
    and not exists (select 1 from notification_opt_out o where o.user_rid = u.rid and o.kind = ?)`;
const INSERT_INSTEAD = `${INSERT}
    and exists (select 1 from notification_opt_out o where o.user_rid = u.rid and o.kind = ?)`;

const RESETS_SINCE = `
  select count(*) as n from outbox_mail where user_rid = ? and kind = 'passwordReset' and created_at > ?`;
const WITHDRAW_RESET = `
  update outbox_mail set status = 'suppressed', secret = null, reason = ?, updated_at = ?
  where user_rid = ? and kind = 'passwordReset' and status = 'queued'`;

/**
 * Who is told of what. Each method writes into the outbox, in the transaction that makes the news: mail for a change that is
 * rolled back does not exist, and mail for one that is kept is not lost.
 */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly secrets: MailSecrets,
    private readonly bell: OutboxBell,
    private readonly clock: Clock,
  ) {}

  /** The requester hears that the ticket has come in, as a receipt even where it wrote it; who is to work on it hears of it. */
  async ticketOpened(manager: EntityManager, news: TicketNews, messageRid: number): Promise<void> {
    const { ticketRid, actorRid, requesterRid } = news;
    await this.write(manager, {
      kind: 'ticketReceived',
      userRid: requesterRid,
      actorRid,
      ticketRid,
      messageRid,
    });
    await this.assigned(manager, news, messageRid);
  }

  /**
   * An answer of the desk goes to the requester, one of the requester to whoever works on it: to nobody where nobody does.
   * That a ticket was solved is told once, whatever was written with it.
   * @param replyRid null for an internal note, of which no mail tells
   */
  async messageWritten(
    manager: EntityManager,
    actor: Actor,
    ticket: NewsTicket,
    replyRid: number | null,
    log: readonly Change[],
  ): Promise<void> {
    const news = newsOf(actor, ticket);
    if (replyRid !== null) await this.replied(manager, news, replyRid);
    if (isSolved(log)) await this.solved(manager, news, replyRid === null ? undefined : 'agentReply');
  }

  /** Who is to work on it hears of it, the requester that it is solved. */
  async ticketChanged(
    manager: EntityManager,
    actor: Actor,
    ticket: NewsTicket,
    log: readonly Change[],
  ): Promise<void> {
    const news = newsOf(actor, ticket);
    if (log.some(({ type }) => type === 'assignee')) await this.assigned(manager, news, ticket.lastReplyRid);
    if (isSolved(log)) await this.solved(manager, news);
  }

  /** @param token of the link; the outbox keeps it sealed, and no longer than until it is sent */
  async passwordReset(
    manager: EntityManager,
    { userRid, token, expiresAt }: { userRid: number; token: string; expiresAt: number },
  ): Promise<void> {
    await this.write(manager, { kind: 'passwordReset', userRid, actorRid: null, secret: token, expiresAt });
  }

  /** How many links to a new password somebody was sent since then. */
  async passwordResetsSince(manager: EntityManager, userRid: number, since: number): Promise<number> {
    const [row]: { n: number }[] = await manager.query(RESETS_SINCE, [userRid, since]);
    return Number(row?.n ?? 0);
  }

  /** Links that wait are not sent any more. */
  async withdrawPasswordReset(manager: EntityManager, userRid: number): Promise<void> {
    await manager.query(WITHDRAW_RESET, ['It was withdrawn', this.clock.now(), userRid]);
  }

  private async replied(manager: EntityManager, news: TicketNews, messageRid: number): Promise<void> {
    const { ticketRid, actorRid, requesterRid, assigneeRid } = news;
    const mail = { actorRid, ticketRid, messageRid };
    if (actorRid !== requesterRid)
      await this.write(manager, { ...mail, kind: 'agentReply', userRid: requesterRid });
    else if (assigneeRid !== null && assigneeRid !== actorRid)
      await this.write(manager, { ...mail, kind: 'customerReply', userRid: assigneeRid });
  }

  /** @param messageRid the newest reply: what is to be answered */
  private async assigned(manager: EntityManager, news: TicketNews, messageRid: number): Promise<void> {
    const { ticketRid, actorRid, assigneeRid } = news;
    if (assigneeRid === null || assigneeRid === actorRid) return;
    await this.write(manager, { kind: 'assigned', userRid: assigneeRid, actorRid, ticketRid, messageRid });
  }

  private async solved(manager: EntityManager, news: TicketNews, insteadOf?: MailKind): Promise<void> {
    const { ticketRid, actorRid, requesterRid } = news;
    if (actorRid === requesterRid) return;
    await this.write(manager, { kind: 'solved', userRid: requesterRid, actorRid, ticketRid, insteadOf });
  }

  private async write(manager: EntityManager, mail: NewMail): Promise<void> {
    const id = uuidv7();
    const now = this.clock.now();
    await manager.query(mail.insteadOf === undefined ? INSERT : INSERT_INSTEAD, [
      id,
      mail.kind,
      mail.ticketRid ?? null,
      mail.messageRid ?? null,
      mail.actorRid,
      mail.secret === undefined ? null : this.secrets.seal(mail.secret, id),
      now,
      mail.expiresAt ?? null,
      now,
      now,
      mail.userRid,
      mail.actorRid ?? 0,
      mail.kind,
      ...(mail.insteadOf === undefined ? [] : [mail.insteadOf]),
    ]);
    afterCommit(manager, () => this.bell.ring());
  }
}

const newsOf = (actor: Actor, { rid, requesterRid, assigneeRid }: NewsTicket): TicketNews => ({
  ticketRid: rid,
  actorRid: actor.userRid,
  requesterRid,
  assigneeRid,
});

const isSolved = (log: readonly Change[]): boolean =>
  log.some(({ type, to }) => type === 'status' && to === 'solved');
