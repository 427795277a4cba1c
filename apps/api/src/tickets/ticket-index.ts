import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { IdleMerge } from '../search/idle-merge';
import { MAX_TICKET_TEXT } from '../search/search-document';
import { searchEngineOf } from '../search/search-engine';
import type { MessageKind } from './message.entity';

/** Messages read in one go: more than most tickets ever have. */
const AT_ONCE = 50;

const DOCUMENT = `
  select t.subject, r.rid as "requesterRid", r.name, r.email from ticket t join "user" r on r.rid = t.requester_rid where t.rid = ?`;
const NEWEST = `select kind, body from message where ticket_rid = ? order by rid desc limit ${AT_ONCE}`;
const FIRST_OF_KIND = 'select rid, body from message where ticket_rid = ? and kind = ? order by rid limit 1';
const NEWEST_OF_KIND = `
  select rid, body from message where ticket_rid = ? and kind = ? and rid > ? and rid < cast(? as bigint) order by rid desc limit ${AT_ONCE}`;

interface Body {
  rid: number;
  body: string;
}

/** Keeps a ticket's search document, in the transaction that changes what it is made of. */
@Injectable()
export class TicketIndex {
  constructor(private readonly merge: IdleMerge) {}

  async update(manager: EntityManager, ticketRid: number): Promise<void> {
    const [ticket]: { subject: string; requesterRid: number; name: string; email: string }[] =
      await manager.query(DOCUMENT, [ticketRid]);
    if (!ticket) return;
    await searchEngineOf(manager).write(manager, ticketRid, {
      subject: ticket.subject,
      requesterRid: ticket.requesterRid,
      requester: `${ticket.name} ${ticket.email}`,
      ...(await this.texts(manager, ticketRid)),
    });
    this.merge.documentWritten();
  }

  /** Oldest first; of a long conversation what the index takes, so that memory stays bounded. */
  private async texts(
    manager: EntityManager,
    ticketRid: number,
  ): Promise<{ bodies: string[]; notes: string[] }> {
    const newest: { kind: MessageKind; body: string }[] = await manager.query(NEWEST, [ticketRid]);
    const of = (kind: MessageKind) =>
      newest.length < AT_ONCE
        ? newest.filter((message) => message.kind === kind).map(({ body }) => body)
        : null;
    return {
      bodies: of('reply')?.reverse() ?? (await this.beginningAndEnd(manager, ticketRid, 'reply')),
      notes: of('note')?.reverse() ?? (await this.beginningAndEnd(manager, ticketRid, 'note')),
    };
  }

  private async beginningAndEnd(
    manager: EntityManager,
    ticketRid: number,
    kind: MessageKind,
  ): Promise<string[]> {
    const [first]: Body[] = await manager.query(FIRST_OF_KIND, [ticketRid, kind]);
    if (!first) return [];
    const later: string[] = [];
    let left = MAX_TICKET_TEXT - first.body.length;
    for (let below = Number.MAX_SAFE_INTEGER; left > 0;) {
      const rows: Body[] = await manager.query(NEWEST_OF_KIND, [ticketRid, kind, first.rid, below]);
      for (const { rid, body } of rows) {
        later.push(body);
        left -= body.length;
        below = rid;
      }
      if (rows.length < AT_ONCE) break;
    }
    return [first.body, ...later.reverse()];
  }
}
