import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { TicketStatus } from '../tickets/ticket.status';
import type { Language, Role } from '../users/user.entity';
import type { MailKind } from './outbox-mail.entity';

/** All that a mail is made of, as it stands when it is sent. */
export interface MailSource {
  id: string;
  kind: MailKind;
  recipient: string;
  secret: string | null;
  expiresAt: number | null;
  createdAt: number;
  userRid: number;
  userName: string;
  userRole: Role;
  userLanguage: Language | null;
  userDisabledAt: number | null;
  blockReason: string | null;
  actorName: string | null;
  ticketRid: number | null;
  ticketId: string | null;
  ticketSubject: string | null;
  ticketStatus: TicketStatus | null;
  requesterRid: number | null;
  requesterName: string | null;
  messageRid: number | null;
  /** Null for an internal note, which no mail holds whatever points to it. */
  messageBody: string | null;
  messageAuthorRid: number | null;
  messageAuthorName: string | null;
}

/** An earlier mail of the same conversation to the same person. */
export interface EarlierMail {
  id: string;
  providerId: string | null;
}

const SOURCE = `
  select o.id, o.kind, o.recipient, o.secret, o.expires_at as "expiresAt", o.created_at as "createdAt", u.rid as "userRid",
    u.name as "userName", u.role as "userRole", u.language as "userLanguage", u.disabled_at as "userDisabledAt",
    b.reason as "blockReason", a.name as "actorName", t.rid as "ticketRid", t.id as "ticketId",
    t.subject as "ticketSubject", t.status as "ticketStatus", t.requester_rid as "requesterRid", r.name as "requesterName",
    m.rid as "messageRid", m.body as "messageBody", m.author_rid as "messageAuthorRid", ma.name as "messageAuthorName"
  from outbox_mail o
    join "user" u on u.rid = o.user_rid
    left join mail_block b on b.email_norm = u.email_norm
    left join "user" a on a.rid = o.actor_rid
    left join ticket t on t.rid = o.ticket_rid
    left join "user" r on r.rid = t.requester_rid
    left join message m on m.rid = o.message_rid and m.ticket_rid = o.ticket_rid and m.kind = 'reply'
    left join "user" ma on ma.rid = m.author_rid
  where o.rid = ?`;

const FILES = `
  select filename from attachment where message_rid = ? and customer_visible = 1 order by rid limit 20`;

const EARLIER = `
  select id, provider_id as "providerId" from outbox_mail
  where ticket_rid = ? and rid < ? and user_rid = ? and status = 'sent' order by rid desc limit 1`;

/** Reads what the mail in the outbox is about. */
@Injectable()
export class OutboxQuery {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Null when it is gone, with the ticket it was about. */
  async source(rid: number): Promise<MailSource | null> {
    const [source]: MailSource[] = await this.database.query(SOURCE, [rid]);
    return source ?? null;
  }

  /** Names of the files that came with a message and its reader may see. */
  async files(messageRid: number): Promise<string[]> {
    const rows: { filename: string }[] = await this.database.query(FILES, [messageRid]);
    return rows.map(({ filename }) => filename);
  }

  async earlierMail(rid: number, ticketRid: number, userRid: number): Promise<EarlierMail | null> {
    const [mail]: EarlierMail[] = await this.database.query(EARLIER, [ticketRid, rid, userRid]);
    return mail ?? null;
  }
}
