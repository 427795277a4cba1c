import type { Assignee, Ticket, TicketPriority, TicketStatus } from '@liftdesk/api-client';
import { PRIORITY_WORDS } from '../../shared/ui/marks/priority-mark';
import { STATUS_WORDS } from '../../shared/ui/marks/status-mark';

/** What an agent sets on a ticket; a field that is not there stays. */
export interface TicketChange {
  status?: TicketStatus;
  priority?: TicketPriority;
  /** null: nobody. */
  assignee?: Assignee | null;
  tags?: string[];
  subject?: string;
  /** ISO 8601, null for none. */
  dueAt?: string | null;
}

export type ChangedField = keyof TicketChange;
const FIELDS: readonly ChangedField[] = ['status', 'priority', 'assignee', 'tags', 'subject', 'dueAt'];

/** Where an agent may move a ticket; the API decides, this spares the agent a refusal. */
const MOVES: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  new: ['open', 'pending', 'solved', 'closed'],
  open: ['pending', 'solved', 'closed'],
  pending: ['open', 'solved', 'closed'],
  solved: ['open', 'pending', 'closed'],
  closed: ['open'],
};

export function mayMove(from: TicketStatus, to: TicketStatus): boolean {
  return from === to || MOVES[from].includes(to);
}

/** The body of `PATCH /api/tickets/:id`. */
export function changeBody({ assignee, ...rest }: TicketChange): Record<string, unknown> {
  return assignee === undefined ? rest : { ...rest, assigneeId: assignee?.id ?? null };
}

/** What takes the change back, or null where the state before cannot be reached again. */
export function inverseOf(before: Ticket, change: TicketChange): TicketChange | null {
  const inverse: TicketChange = {};
  if (change.status !== undefined) {
    const target = before.status === 'new' && change.status !== 'open' ? 'open' : before.status;
    if (change.status === target || !mayMove(change.status, target)) return null;
    inverse.status = target;
  }
  if (change.priority !== undefined) inverse.priority = before.priority;
  if (change.assignee !== undefined) inverse.assignee = before.assignee;
  if (change.tags !== undefined) inverse.tags = before.tags;
  if (change.subject !== undefined) inverse.subject = before.subject;
  if (change.dueAt !== undefined) inverse.dueAt = before.dueAt;
  return inverse;
}

/** Fields that differ between two states of a ticket. */
export function changedFields(before: Ticket, now: Ticket): ChangedField[] {
  return FIELDS.filter((field) => valueKey(before[field]) !== valueKey(now[field]));
}

/** True when the ticket has these values already. */
export function holds(ticket: Ticket, change: TicketChange): boolean {
  return FIELDS.every(
    (field) => change[field] === undefined || valueKey(change[field]) === valueKey(ticket[field]),
  );
}

/** `#4812 set to Pending`, `#4812 assigned to Maja Lindqvist`: a toast in the past tense. */
export function wordsOf(number: number, change: TicketChange): string {
  const name = `#${number}`;
  if (change.status === 'solved') return `${name} solved`;
  if (change.status === 'closed') return `${name} closed`;
  if (change.status) return `${name} set to ${STATUS_WORDS[change.status]}`;
  if (change.assignee) return `${name} assigned to ${change.assignee.name}`;
  if (change.assignee === null) return `${name} is unassigned`;
  if (change.priority) return `${name} set to ${PRIORITY_WORDS[change.priority]} priority`;
  if (change.tags) return `Tags of ${name} changed`;
  if (change.subject) return `Subject of ${name} changed`;
  return `Due date of ${name} changed`;
}

const FIELD_WORDS: Readonly<Record<ChangedField, string>> = {
  status: 'Status',
  priority: 'Priority',
  assignee: 'Assignee',
  tags: 'Tags',
  subject: 'Subject',
  dueAt: 'Due date',
};

export function fieldWord(field: ChangedField): string {
  return FIELD_WORDS[field];
}

const dueDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** A field's value as people read it: `Pending`, `nobody`, `battery, loan`. */
export function valueWords(field: ChangedField, state: TicketChange | Ticket): string {
  switch (field) {
    case 'status':
      return state.status ? STATUS_WORDS[state.status] : '';
    case 'priority':
      return state.priority ? PRIORITY_WORDS[state.priority] : '';
    case 'assignee':
      return state.assignee?.name ?? 'nobody';
    case 'tags':
      return state.tags?.join(', ') || 'none';
    case 'subject':
      return state.subject ?? '';
    case 'dueAt':
      return state.dueAt ? dueDay.format(Date.parse(state.dueAt)) : 'none';
  }
}

function valueKey(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  if (typeof value === 'object' && value !== null) return (value as { id: string }).id;
  return String(value ?? '');
}
