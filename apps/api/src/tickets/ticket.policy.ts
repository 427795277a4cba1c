import { Actor, isStaff } from '../auth/actor';
import { ConflictError, ForbiddenError } from '../common/domain-error';
import type { ChangeTicketDto, OpenTicketDto, WriteMessageDto } from './ticket.dto';
import { TicketStatus, mayMove } from './ticket.status';

type Who = Pick<Actor, 'role'>;

/** Which SELECT a caller gets: a customer's is scoped to its own tickets and knows no note. */
export const audienceOf = (actor: Who): 'staff' | 'customer' => (isStaff(actor) ? 'staff' : 'customer');

/** @throws ForbiddenError when a customer gives what only the desk may */
export function assertMayOpen(actor: Who, ticket: OpenTicketDto): void {
  if (isStaff(actor)) return;
  const { requesterEmail, requesterName, assigneeId } = ticket;
  if (requesterEmail !== undefined || requesterName !== undefined || assigneeId !== undefined) {
    throw new ForbiddenError('Only the desk opens tickets for others or assigns them');
  }
}

/** @throws ForbiddenError when a customer writes a note, or sets a status with its reply */
export function assertMayWrite(actor: Who, message: Pick<WriteMessageDto, 'kind' | 'status'>): void {
  if (isStaff(actor)) return;
  if (message.kind !== 'reply') throw new ForbiddenError('Internal notes are for the desk');
  if (message.status !== undefined) throw new ForbiddenError('Only the desk sets a status with a message');
}

/** @throws ForbiddenError when a customer changes more than the status of its ticket */
export function assertMayChange(actor: Who, change: ChangeTicketDto): void {
  if (isStaff(actor)) return;
  if (Object.keys(change).some((field) => field !== 'status')) {
    throw new ForbiddenError('You may close or reopen your ticket; the desk changes the rest');
  }
}

/**
 * @throws ForbiddenError for a customer, ConflictError for the desk, when this move is not in the table of
 *   ticket.status.ts
 */
export function assertMayMove(actor: Who, from: TicketStatus, to: TicketStatus): void {
  if (mayMove(actor.role, from, to)) return;
  if (isStaff(actor)) throw new ConflictError(`A ${from} ticket cannot become ${to}`);
  throw new ForbiddenError('You may close or reopen your ticket; the desk changes the rest');
}
