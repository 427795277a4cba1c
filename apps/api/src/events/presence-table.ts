import type { ClientEvent, PresenceNews } from './desk-event';

/** Who does not say again that it is there has left. */
export const PRESENCE_TTL_MS = 30_000;

interface Present {
  name: string;
  state: 'viewing' | 'typing';
  until: number;
}

/** Who looks at which ticket, as far as this process has heard. */
export class PresenceTable {
  private readonly tickets = new Map<string, Map<string, Present>>();

  /** @returns whether anything is otherwise than before */
  apply({ ticketId, userId, name, state }: PresenceNews, now: number): boolean {
    const people = this.tickets.get(ticketId) ?? new Map<string, Present>();
    const before = people.get(userId);
    if (state === 'left') people.delete(userId);
    else people.set(userId, { name, state, until: now + PRESENCE_TTL_MS });
    if (people.size > 0) this.tickets.set(ticketId, people);
    else this.tickets.delete(ticketId);
    return state === 'left' ? before !== undefined : before?.state !== state || before.name !== name;
  }

  /** Lets go who was not renewed. @returns the tickets that they looked at */
  expire(now: number): string[] {
    const changed: string[] = [];
    for (const [ticketId, people] of this.tickets) {
      const gone = [...people].filter(([, { until }]) => until <= now);
      for (const [userId] of gone) people.delete(userId);
      if (gone.length > 0) changed.push(ticketId);
      if (people.size === 0) this.tickets.delete(ticketId);
    }
    return changed;
  }

  /** Everybody at a ticket, in the order of their coming. */
  at(ticketId: string): ClientEvent {
    const people = [...(this.tickets.get(ticketId) ?? [])].map(([id, { name, state }]) => ({
      id,
      name,
      state,
    }));
    return { event: 'presence', data: { ticketId, people } };
  }

  /** One event for each ticket that somebody looks at, the latest first. */
  all(limit: number): ClientEvent[] {
    return [...this.tickets.keys()].slice(-limit).map((ticketId) => this.at(ticketId));
  }
}
