import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { IdleMerge } from '../search/idle-merge';
import { MAX_MESSAGE_TEXT, indexTicket } from '../search/ticket-search-index';

const DOCUMENT = `
  select t.subject, r.rid as requesterRid, r.name, r.email from ticket t join "user" r on r.rid = t.requester_rid where t.rid = ?`;
const TEXTS = `select kind, substr(body, 1, ${MAX_MESSAGE_TEXT}) as body from message where ticket_rid = ? order by rid`;

/** Keeps a ticket's search document, in the transaction that changes what it is made of. */
@Injectable()
export class TicketIndex {
  constructor(private readonly merge: IdleMerge) {}

  async update(manager: EntityManager, ticketRid: number): Promise<void> {
    const [ticket]: { subject: string; requesterRid: number; name: string; email: string }[] =
      await manager.query(DOCUMENT, [ticketRid]);
    if (!ticket) return;
    const messages: { kind: string; body: string }[] = await manager.query(TEXTS, [ticketRid]);
    const bodies = messages.filter((message) => message.kind === 'reply').map((message) => message.body);
    const notes = messages.filter((message) => message.kind === 'note').map((message) => message.body);
    await indexTicket(manager, ticketRid, {
      subject: ticket.subject,
      requesterRid: ticket.requesterRid,
      requester: `${ticket.name} ${ticket.email}`,
      bodies,
      notes,
    });
    this.merge.documentWritten();
  }
}
