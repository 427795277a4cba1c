import type { TicketEvent, TicketPriority, TicketStatus } from '@liftdesk/api-client';
import type { IconName } from '../../shared/ui/icon/icons';
import { PRIORITY_WORDS } from '../../shared/ui/marks/priority-mark';
import { STATUS_WORDS } from '../../shared/ui/marks/status-mark';
import { valueWords } from '../data/ticket-change';
import { firstName } from '../ui/first-name';

export interface EventWords {
  icon: IconName;
  who: string;
  /** `set status`, followed by `what` in stronger type. */
  did: string;
  what: string;
}

const ICONS: Readonly<Record<TicketEvent['type'], IconName>> = {
  created: 'circle-plus',
  status: 'circle-dot',
  priority: 'flag',
  assignee: 'user-plus',
  tags: 'tag',
  subject: 'pencil',
  dueAt: 'calendar',
  reply: 'reply',
  note: 'lock',
  'attachment.added': 'paperclip',
  'attachment.removed': 'trash',
};

/** One line of the log: `Tomasz` `assigned` `Maja`. @param desk who did what nobody did */
export function eventWords(event: TicketEvent, desk: string): EventWords {
  const [did, what] = wordsFor(event);
  return {
    icon: ICONS[event.type],
    who: event.actor ? firstName(event.actor.name) : desk,
    did,
    what,
  };
}

function wordsFor({ type, from, to, actor }: TicketEvent): [did: string, what: string] {
  switch (type) {
    case 'created':
      return ['opened the ticket', ''];
    case 'status':
      return ['set status', STATUS_WORDS[to as TicketStatus] ?? String(to)];
    case 'priority':
      return ['set priority', PRIORITY_WORDS[to as TicketPriority] ?? String(to)];
    case 'assignee':
      return assigned(nameOf(to), idOf(to) !== null && idOf(to) === actor?.id);
    case 'tags':
      return tagged(asTags(from), asTags(to));
    case 'subject':
      return ['changed the subject to', String(to)];
    case 'dueAt':
      return to ? ['set due date', valueWords('dueAt', { dueAt: String(to) })] : ['removed the due date', ''];
    case 'reply':
      return ['replied', ''];
    case 'note':
      return ['added a note', ''];
    case 'attachment.added':
      return ['added', fileOf(to)];
    case 'attachment.removed':
      return ['removed', fileOf(from)];
  }
}

function assigned(name: string | null, self: boolean): [string, string] {
  if (!name) return ['unassigned the ticket', ''];
  return self ? ['took the ticket', ''] : ['assigned', name];
}

function tagged(from: string[], to: string[]): [string, string] {
  const added = to.filter((tag) => !from.includes(tag));
  const removed = from.filter((tag) => !to.includes(tag));
  if (removed.length === 0) return [added.length === 1 ? 'added tag' : 'added tags', added.join(', ')];
  if (added.length === 0) return [removed.length === 1 ? 'removed tag' : 'removed tags', removed.join(', ')];
  return ['set tags', to.join(', ')];
}

function asTags(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function nameOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? (value as { name: string }).name : null;
}

function idOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? (value as { id: string }).id : null;
}

function fileOf(value: unknown): string {
  const name =
    typeof value === 'object' && value !== null ? (value as { filename?: string }).filename : value;
  return typeof name === 'string' ? name : 'a file';
}
