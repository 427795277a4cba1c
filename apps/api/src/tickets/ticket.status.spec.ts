import { ConflictError, ForbiddenError } from '../common/domain-error';
import { assertMayMove } from './ticket.policy';
import { TICKET_STATUSES, TicketStatus, mayMove, statusAfterReply } from './ticket.status';
import { StoredTicket, moveTo } from './ticket-writer';

/** Rows: from. Columns: to. `=` stays, `+` may, `.` may not. */
const MOVES: Record<'agent' | 'customer', Record<TicketStatus, string>> = {
  //                new open pending solved closed
  agent: {
    new: '= + + + +',
    open: '. = + + +',
    pending: '. + = + +',
    solved: '. + + = +',
    closed: '. + . . =',
  },
  customer: {
    new: '= . . . +',
    open: '. = . . +',
    pending: '. + = . +',
    solved: '. + . = +',
    closed: '. + . . =',
  },
};

const cases = (['agent', 'customer'] as const).flatMap((role) =>
  TICKET_STATUSES.flatMap((from) =>
    MOVES[role][from].split(' ').map((mark, index) => ({
      role,
      from,
      to: TICKET_STATUSES[index] as TicketStatus,
      allowed: mark !== '.',
    })),
  ),
);

describe('the status of a ticket', () => {
  it.each(cases)('moved by the $role from $from to $to: $allowed', ({ role, from, to, allowed }) => {
    expect(mayMove(role, from, to)).toBe(allowed);
    const move = () => assertMayMove({ role }, from, to);
    if (allowed) expect(move).not.toThrow();
    else expect(move).toThrow(role === 'customer' ? ForbiddenError : ConflictError);
  });

  it('is moved by an admin as by an agent', () => {
    for (const { from, to, allowed } of cases.filter(({ role }) => role === 'agent'))
      expect(mayMove('admin', from, to)).toBe(allowed);
  });

  it.each<[TicketStatus, TicketStatus | null, TicketStatus | null]>([
    ['new', 'new', 'open'],
    ['open', 'open', 'open'],
    ['pending', 'open', 'pending'],
    ['solved', 'open', 'solved'],
    ['closed', null, null],
  ])('%s becomes %s by a reply of the requester and %s by one of an agent', (from, byRequester, byAgent) => {
    expect(statusAfterReply('requester', from)).toBe(byRequester);
    expect(statusAfterReply('agent', from)).toBe(byAgent);
  });
});

describe('moving a ticket', () => {
  const NOW = 1_000;
  const ticket = (given: Partial<StoredTicket>): StoredTicket =>
    ({ status: 'open', solvedAt: null, closedAt: null, waitingSince: null, ...given }) as StoredTicket;

  it('logs from what to what, and nothing where nothing moves', () => {
    expect(moveTo(ticket({ status: 'open' }), 'solved', 'agent', NOW)).toEqual([
      { type: 'status', from: 'open', to: 'solved' },
    ]);
    expect(moveTo(ticket({ status: 'open' }), 'open', 'agent', NOW)).toEqual([]);
  });

  it('notes when it was solved, and keeps that when it is closed', () => {
    const solved = ticket({});
    moveTo(solved, 'solved', 'agent', NOW);
    moveTo(solved, 'closed', 'agent', NOW + 1);
    expect(solved).toMatchObject({ solvedAt: NOW, closedAt: NOW + 1 });
  });

  it.each(['open', 'pending'] as const)(
    'forgets when it was solved and closed on going back to %s',
    (status) => {
      const closed = ticket({ status: 'closed', solvedAt: 1, closedAt: 2 });
      moveTo(closed, status, 'agent', NOW);
      expect(closed).toMatchObject({ solvedAt: null, closedAt: null });
    },
  );

  it('lets nobody wait in a ticket that is pending, solved or closed', () => {
    for (const status of ['pending', 'solved', 'closed'] as const) {
      const waiting = ticket({ waitingSince: 1 });
      moveTo(waiting, status, 'agent', NOW);
      expect(waiting.waitingSince).toBeNull();
    }
  });

  it('lets the requester wait who reopens it, not the one for whom an agent does', () => {
    const byRequester = ticket({ status: 'solved' });
    moveTo(byRequester, 'open', 'requester', NOW);
    expect(byRequester.waitingSince).toBe(NOW);
    const byAgent = ticket({ status: 'solved' });
    moveTo(byAgent, 'open', 'agent', NOW);
    expect(byAgent.waitingSince).toBeNull();
  });
});
