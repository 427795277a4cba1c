import type { Role } from '../users/user.entity';

export const TICKET_STATUSES = ['new', 'open', 'pending', 'solved', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** Where an agent may move a ticket. `new` is left once and never entered again. */
const AGENT_MOVES: Record<TicketStatus, readonly TicketStatus[]> = {
  new: ['open', 'pending', 'solved', 'closed'],
  open: ['pending', 'solved', 'closed'],
  pending: ['open', 'solved', 'closed'],
  solved: ['open', 'pending', 'closed'],
  closed: ['open'],
};

/** A customer closes or reopens its own. */
const CUSTOMER_MOVES: Record<TicketStatus, readonly TicketStatus[]> = {
  new: ['closed'],
  open: ['closed'],
  pending: ['open', 'closed'],
  solved: ['open', 'closed'],
  closed: ['open'],
};

/** True also when nothing would change: setting the present status again is no error. */
export function mayMove(role: Role, from: TicketStatus, to: TicketStatus): boolean {
  if (from === to) return true;
  return (role === 'customer' ? CUSTOMER_MOVES : AGENT_MOVES)[from].includes(to);
}

/** The status after a reply, or null when the ticket refuses replies. */
export function statusAfterReply(author: 'requester' | 'agent', status: TicketStatus): TicketStatus | null {
  switch (status) {
    case 'closed':
      return null;
    case 'new':
      return author === 'agent' ? 'open' : 'new';
    case 'pending':
    case 'solved':
      return author === 'requester' ? 'open' : status;
    case 'open':
      return 'open';
  }
}
