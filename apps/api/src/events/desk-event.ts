import { type Actor, isStaff } from '../auth/actor';
import type { MessageKind } from '../tickets/message.entity';
import type { TicketStatus } from '../tickets/ticket.status';

/** A ticket as a write left it. */
export interface WrittenTicket {
  id: string;
  /** Its number. */
  rid: number;
  requesterRid: number;
  status: TicketStatus;
  /** As the desk counts. */
  version: number;
  /** How many of those the customer may not know of. */
  hiddenChanges: number;
}

interface OfTicket {
  ticketId: string;
  number: number;
  requesterRid: number;
}

export const PRESENCE_STATES = ['viewing', 'typing', 'left'] as const;
export type PresenceState = (typeof PRESENCE_STATES)[number];

export interface PresenceNews {
  type: 'presence';
  ticketId: string;
  userId: string;
  name: string;
  state: PresenceState;
}

/** What processes tell each other, through Redis: ids and figures, and the names of who is at a ticket. */
export type DeskEvent =
  | ({ type: 'ticket.opened' } & OfTicket)
  | ({
      type: 'ticket.changed';
      status: TicketStatus;
      version: number;
      customerVersion: number;
      hidden: boolean;
    } & OfTicket)
  | ({ type: 'message.added'; messageId: string; kind: MessageKind } & OfTicket)
  | { type: 'message.mail'; ticketId: string; messageId: string }
  /** Tickets are gone for good. Lists are read anew: which ones they were nobody need know. */
  | { type: 'tickets.erased' }
  | PresenceNews
  /** Something about the access of this user has changed: its streams are to be looked at again. */
  | { type: 'access'; userRid: number };

/** As it stands in a stream. */
export interface ClientEvent {
  event: string;
  data: object;
}

/** What this caller is told of it; null for nothing. A customer hears of its own tickets, and never of what is hidden. */
export function viewOf(event: DeskEvent, actor: Pick<Actor, 'role' | 'userRid'>): ClientEvent | null {
  return isStaff(actor) ? viewOfDesk(event) : viewOfCustomer(event, actor.userRid);
}

function viewOfDesk(event: DeskEvent): ClientEvent | null {
  switch (event.type) {
    case 'ticket.opened':
      return opened(event);
    case 'ticket.changed':
      return changed(event, event.version);
    case 'message.added':
      return added(event);
    case 'message.mail':
      return { event: event.type, data: { ticketId: event.ticketId, messageId: event.messageId } };
    case 'tickets.erased':
      return { event: 'resync', data: {} };
    case 'presence':
    case 'access':
    // Of a newer version, which runs beside this one.
    default:
      return null;
  }
}

function viewOfCustomer(event: DeskEvent, userRid: number): ClientEvent | null {
  switch (event.type) {
    case 'ticket.opened':
      return event.requesterRid === userRid ? opened(event) : null;
    case 'ticket.changed':
      return event.requesterRid === userRid && !event.hidden ? changed(event, event.customerVersion) : null;
    case 'message.added':
      return event.requesterRid === userRid && event.kind === 'reply' ? added(event) : null;
    case 'message.mail':
    case 'tickets.erased':
    case 'presence':
    case 'access':
    default:
      return null;
  }
}

type Of<T extends DeskEvent['type']> = Extract<DeskEvent, { type: T }>;

const opened = ({ type, ticketId, number }: Of<'ticket.opened'>): ClientEvent => ({
  event: type,
  data: { ticketId, number },
});

const changed = ({ type, ticketId, number, status }: Of<'ticket.changed'>, version: number): ClientEvent => ({
  event: type,
  data: { ticketId, number, version, status },
});

const added = ({ type, ticketId, number, messageId, kind }: Of<'message.added'>): ClientEvent => ({
  event: type,
  data: { ticketId, number, messageId, kind },
});
