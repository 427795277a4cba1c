import type { TicketCounts } from '@liftdesk/api-client';
import type { IconName } from '../../shared/ui/icon/icons';
import { ALL_OPEN, NO_FILTERS, type TicketFilters, sameFilters } from './ticket-filters';

/** A list that everybody has, in the rail. */
export interface View {
  id: 'mine' | 'unassigned' | 'open' | 'pending' | 'solved' | 'all';
  name: string;
  icon: IconName;
  filters: TicketFilters;
  count: keyof Omit<TicketCounts, 'cap'> | null;
  /** The sequence that goes there. */
  keys: string | null;
}

const ACTIVE = ['new', 'open', 'pending'] as const;

export const VIEWS: readonly View[] = [
  {
    id: 'mine',
    name: 'My tickets',
    icon: 'inbox',
    filters: { ...NO_FILTERS, status: ACTIVE, assignee: ['me'] },
    count: 'mine',
    keys: 'g m',
  },
  {
    id: 'unassigned',
    name: 'Unassigned',
    icon: 'circle-dashed',
    filters: { ...NO_FILTERS, status: ACTIVE, assignee: ['none'] },
    count: 'unassigned',
    keys: 'g u',
  },
  { id: 'open', name: 'All open', icon: 'layers', filters: ALL_OPEN, count: 'open', keys: 'g a' },
  {
    id: 'pending',
    name: 'Waiting on customer',
    icon: 'circle-pause',
    filters: { ...NO_FILTERS, status: ['pending'] },
    count: 'pending',
    keys: null,
  },
  {
    id: 'solved',
    name: 'Solved',
    icon: 'circle-check',
    filters: { ...NO_FILTERS, status: ['solved'] },
    count: null,
    keys: null,
  },
  { id: 'all', name: 'All tickets', icon: 'archive', filters: NO_FILTERS, count: null, keys: null },
];

/** The view these filters are, whatever the order; null for somebody's own choice. */
export function viewOf(filters: TicketFilters): View | null {
  return VIEWS.find((view) => sameFilters(view.filters, { ...filters, sort: null })) ?? null;
}
