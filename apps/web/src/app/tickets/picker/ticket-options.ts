import type { Person } from '@liftdesk/api-client';
import { PRIORITY_WORDS } from '../../shared/ui/marks/priority-mark';
import { STATUS_WORDS } from '../../shared/ui/marks/status-mark';
import { PRIORITIES, STATUSES } from '../data/ticket-filters';
import type { PickerOption } from './picker-option';

export const STATUS_OPTIONS: readonly PickerOption[] = STATUSES.map((status, i) => ({
  value: status,
  label: STATUS_WORDS[status],
  status,
  digit: String(i + 1),
}));

export const PRIORITY_OPTIONS: readonly PickerOption[] = PRIORITIES.map((priority, i) => ({
  value: priority,
  label: PRIORITY_WORDS[priority],
  priority,
  digit: String(i + 1),
}));

/** Everybody who can be assigned, and nobody. */
export function agentOptions(agents: readonly Person[], me: string | undefined): PickerOption[] {
  return [
    ...agents.map((agent) => ({
      value: agent.id,
      label: agent.id === me ? `${agent.name} (you)` : agent.name,
      person: agent,
    })),
    { value: 'none', label: 'Nobody', person: null },
  ];
}

/** A tag as the API stores it; null for what cannot be one. */
export function asTag(text: string): string | null {
  const tag = text.trim().normalize('NFC').toLowerCase();
  return /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,49}$/u.test(tag) ? tag : null;
}
