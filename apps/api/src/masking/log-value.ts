import { TICKET_PRIORITIES } from '../tickets/ticket.entity';
import { TICKET_STATUSES } from '../tickets/ticket.status';
import type { Masks } from './masks';

/** Who works at the desk, by their public id: their addresses, from which their names are made. */
export type Staff = ReadonlyMap<string, string>;

const CHOICES: ReadonlySet<unknown> = new Set([...TICKET_STATUSES, ...TICKET_PRIORITIES]);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What a line of a ticket's log holds of somebody, masked as it is where it came from. Null for what no line of the log
 * holds.
 * @param json a value of `ticket_event`
 */
export function maskLogValue(type: string, json: string, masks: Masks, staff: Staff): string | null {
  const masked = mask(type, parsed(json), masks, staff);
  return masked === null ? null : JSON.stringify(masked);
}

function mask(type: string, value: unknown, masks: Masks, staff: Staff): unknown {
  switch (type) {
    case 'status':
    case 'priority':
      return CHOICES.has(value) ? value : null;
    case 'dueAt':
      return typeof value === 'string' && INSTANT.test(value) ? value : null;
    case 'subject':
      return typeof value === 'string' ? masks.subject(value) : null;
    case 'created': {
      const subject = field(value, 'subject');
      return subject === null ? null : { subject: masks.subject(subject) };
    }
    case 'tags':
      return Array.isArray(value) ? value.map((tag) => masks.tag(String(tag))).sort() : null;
    case 'assignee': {
      const id = field(value, 'id');
      return id === null ? null : { id: masks.id(id), name: masks.person(staff.get(id) ?? id).name };
    }
    case 'attachment.added':
    case 'attachment.removed': {
      const filename = field(value, 'filename');
      return filename === null ? null : { filename: masks.filename(filename) };
    }
    default:
      return null;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): string | null {
  const found = (value as Record<string, unknown> | null)?.[name];
  return typeof found === 'string' ? found : null;
}
