import { Injectable, Logger } from '@nestjs/common';
import { type PublishOptions, PubSub } from '@liftdesk/pubsub';
import type { MessageKind } from '../tickets/message.entity';
import type { DeskEvent, PresenceNews, WrittenTicket } from './desk-event';

/** Tells every process, and by it every client that may know, what has happened. After the commit; never fails or waits. */
@Injectable()
export class DeskEvents {
  private readonly logger = new Logger(DeskEvents.name);

  constructor(private readonly pubSub: PubSub) {}

  ticketOpened(ticket: WrittenTicket): void {
    this.publish({ type: 'ticket.opened', ...ofTicket(ticket) });
  }

  /** @param hidden the customer may not know of this change */
  ticketChanged(ticket: WrittenTicket, { hidden } = { hidden: false }): void {
    const { status, version, hiddenChanges } = ticket;
    const customerVersion = version - hiddenChanges;
    this.publish({ type: 'ticket.changed', ...ofTicket(ticket), status, version, customerVersion, hidden });
  }

  messageAdded(ticket: WrittenTicket, message: { id: string; kind: MessageKind }): void {
    this.publish({ type: 'message.added', ...ofTicket(ticket), messageId: message.id, kind: message.kind });
  }

  /** The mail that a message went out by has another state. */
  mailChanged(ticketId: string, messageId: string): void {
    this.publish({ type: 'message.mail', ticketId, messageId });
  }

  ticketsErased(): void {
    this.publish({ type: 'tickets.erased' });
  }

  /** A session of this user has ended, or the user is disabled or has another role. Once too often does no harm. */
  accessChanged(userRid: number): void {
    this.publish({ type: 'access', userRid }, { passing: true });
  }

  presenceChanged(news: PresenceNews): void {
    this.publish(news, { passing: true });
  }

  /** What has happened has happened: that it cannot be told is no failure of the request. */
  private publish(event: DeskEvent, options?: PublishOptions): void {
    try {
      this.pubSub.publish(event, options);
    } catch (error) {
      this.logger.error({ message: 'events.not-published', type: event.type, error });
    }
  }
}

const ofTicket = ({ id, rid, requesterRid }: WrittenTicket) => ({ ticketId: id, number: rid, requesterRid });
