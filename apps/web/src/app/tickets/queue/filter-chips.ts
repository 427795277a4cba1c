import type { IconName } from '../../shared/ui/icon/icons';
import { PRIORITY_WORDS } from '../../shared/ui/marks/priority-mark';
import { STATUS_WORDS } from '../../shared/ui/marks/status-mark';
import type { FilterField, Sort, TicketFilters } from '../data/ticket-filters';

export type ChipKey = FilterField | 'tag-not';

export interface Chip {
  key: ChipKey;
  field: FilterField;
  icon: IconName;
  label: string;
  verb: 'is' | 'is not';
  words: string;
}

export const FIELD_LABELS: Readonly<Record<FilterField, { label: string; icon: IconName }>> = {
  status: { label: 'Status', icon: 'circle-dot' },
  priority: { label: 'Priority', icon: 'flag' },
  assignee: { label: 'Assignee', icon: 'user' },
  tag: { label: 'Tag', icon: 'tag' },
  requester: { label: 'Requester', icon: 'users' },
};

export const SORT_WORDS: Readonly<Record<Sort, string>> = {
  '-updatedAt': 'Last change',
  '-createdAt': 'Newest',
  createdAt: 'Oldest',
  '-priority': 'Priority',
  dueAt: 'Due date',
  relevance: 'Best match',
};

/** The filters as chips; a tag that must not be there has its own. */
export function chipsOf(
  filters: TicketFilters,
  names: { agent: (id: string) => string; requester: (id: string) => string },
): Chip[] {
  const wanted = filters.tag.filter((tag) => !tag.startsWith('-'));
  const unwanted = filters.tag.filter((tag) => tag.startsWith('-')).map((tag) => tag.slice(1));
  const chips: [ChipKey, FilterField, readonly string[]][] = [
    ['status', 'status', filters.status.map((status) => STATUS_WORDS[status])],
    ['priority', 'priority', filters.priority.map((priority) => PRIORITY_WORDS[priority])],
    ['assignee', 'assignee', filters.assignee.map(names.agent)],
    ['requester', 'requester', filters.requester.map(names.requester)],
    ['tag', 'tag', wanted],
    ['tag-not', 'tag', unwanted],
  ];
  return chips
    .filter(([, , words]) => words.length > 0)
    .map(([key, field, words]) => ({
      key,
      field,
      ...FIELD_LABELS[field],
      verb: key === 'tag-not' ? 'is not' : 'is',
      words: words.join(', '),
    }));
}

/** The filters without this chip. */
export function withoutChip(filters: TicketFilters, key: ChipKey): TicketFilters {
  if (key === 'tag') return { ...filters, tag: filters.tag.filter((tag) => tag.startsWith('-')) };
  if (key === 'tag-not') return { ...filters, tag: filters.tag.filter((tag) => !tag.startsWith('-')) };
  return { ...filters, [key]: [] };
}

/** `is` becomes `is not` and the other way round. */
export function turned(filters: TicketFilters, key: ChipKey): TicketFilters {
  const tag = filters.tag.map((one) => {
    if (key === 'tag') return one.startsWith('-') ? one : `-${one}`;
    return one.replace(/^-/, '');
  });
  return { ...filters, tag: [...new Set(tag)] };
}
