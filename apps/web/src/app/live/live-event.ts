import type { TicketStatus } from '@liftdesk/api-client';

/** Somebody who has a ticket open right now. */
export interface PersonHere {
  readonly id: string;
  readonly name: string;
  readonly state: 'viewing' | 'typing';
}

/** What happened at the desk, as far as the caller may see it; ids only, the rest is asked for. */
export type LiveEvent =
  | { readonly type: 'ticket.opened'; readonly ticketId: string; readonly number: number }
  | {
      readonly type: 'ticket.changed';
      readonly ticketId: string;
      readonly number: number;
      readonly version: number;
      readonly status: TicketStatus;
    }
  | {
      readonly type: 'message.added';
      readonly ticketId: string;
      readonly number: number;
      readonly messageId: string;
      readonly kind: 'reply' | 'note';
    }
  | { readonly type: 'message.mail'; readonly ticketId: string; readonly messageId: string }
  | { readonly type: 'presence'; readonly ticketId: string; readonly people: readonly PersonHere[] }
  /** What happened since is not known any more: everything has to be asked for again. */
  | { readonly type: 'resync' };

const TYPES: ReadonlySet<string> = new Set<LiveEvent['type']>([
  'ticket.opened',
  'ticket.changed',
  'message.added',
  'message.mail',
  'presence',
  'resync',
]);

/** An event as it came; null for one that this version does not know or cannot read. */
export function toLiveEvent(type: string, data: string): LiveEvent | null {
  if (!TYPES.has(type)) return null;
  if (type === 'resync') return { type };
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || !('ticketId' in value)) return null;
    if (type === 'presence' && !Array.isArray((value as { people?: unknown }).people)) return null;
    return { ...value, type } as LiveEvent;
  } catch {
    return null;
  }
}
