import { convertToParamMap, type ParamMap, type Params } from '@angular/router';
import type { TicketPriority, TicketStatus } from '@liftdesk/api-client';

export const STATUSES = [
  'new',
  'open',
  'pending',
  'solved',
  'closed',
] as const satisfies readonly TicketStatus[];
export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const satisfies readonly TicketPriority[];
export const SORTS = ['-updatedAt', '-createdAt', 'createdAt', '-priority', 'dueAt', 'relevance'] as const;
export type Sort = (typeof SORTS)[number];

/** Which tickets a list shows; empty lists ask for nothing. */
export interface TicketFilters {
  status: readonly TicketStatus[];
  priority: readonly TicketPriority[];
  /** User ids, `me`, `none`. */
  assignee: readonly string[];
  /** User ids. */
  requester: readonly string[];
  /** Tags that must be there; with `-` before them those that must not. */
  tag: readonly string[];
  /** The search text with its operators. */
  q: string;
  /** null leaves the order to the server: last change first, or with a search text newest first. */
  sort: Sort | null;
}

/** The fields that a chip can stand for. */
export type FilterField = 'status' | 'priority' | 'assignee' | 'requester' | 'tag';
export const FIELDS = [
  'status',
  'priority',
  'assignee',
  'tag',
  'requester',
] as const satisfies readonly FilterField[];

export const NO_FILTERS: TicketFilters = {
  status: [],
  priority: [],
  assignee: [],
  requester: [],
  tag: [],
  q: '',
  sort: null,
};

/** What `/tickets` without anything shows. */
export const ALL_OPEN: TicketFilters = { ...NO_FILTERS, status: ['new', 'open'] };

/** Written for "no filter at all", since an empty address means `ALL_OPEN`. */
const ANY = { status: 'any' };

/** Filters from an address; what it cannot mean is left out. */
export function readFilters(params: ParamMap): TicketFilters {
  if (params.keys.length === 0) return ALL_OPEN;
  const list = (name: string) => [
    ...new Set(
      params
        .getAll(name)
        .flatMap((value) => value.split(','))
        .map((value) => value.trim())
        .filter(Boolean),
    ),
  ];
  const sort = params.get('sort');
  return {
    status: STATUSES.filter((status) => list('status').includes(status)),
    priority: PRIORITIES.filter((priority) => list('priority').includes(priority)),
    assignee: list('assignee'),
    requester: list('requester'),
    tag: list('tag'),
    q: params.get('q') ?? '',
    sort: SORTS.find((known) => known === sort) ?? null,
  };
}

/** The address of these filters; `readFilters` reads the same ones back. */
export function writeFilters(filters: TicketFilters): Params {
  const params = apiParams(filters);
  return Object.keys(params).length > 0 ? params : ANY;
}

/** The query of `GET /api/tickets`. */
export function apiParams(filters: TicketFilters): Record<string, string> {
  const params: Record<string, string> = {};
  for (const field of FIELDS) if (filters[field].length > 0) params[field] = filters[field].join(',');
  if (filters.q.trim()) params['q'] = filters.q.trim();
  if (filters.sort) params['sort'] = filters.sort;
  return params;
}

/** True when both show the same tickets in the same order. */
export function sameFilters(one: TicketFilters, other: TicketFilters): boolean {
  return key(one) === key(other);
}

/** How many fields narrow the list, the search text included. */
export function countFilters(filters: TicketFilters): number {
  return FIELDS.filter((field) => filters[field].length > 0).length + (filters.q.trim() ? 1 : 0);
}

function key(filters: TicketFilters): string {
  const params = apiParams(readFilters(convertToParamMap(writeFilters(filters))));
  return JSON.stringify(Object.entries(params).sort(([a], [b]) => a.localeCompare(b)));
}
