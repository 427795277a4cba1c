import type { Message, TicketEvent } from '@liftdesk/api-client';

export type TimelineItem =
  { kind: 'message'; key: string; message: Message } | { kind: 'events'; key: string; events: TicketEvent[] };

/** Changes worth a line between the messages; the others are messages themselves or their files. */
const SHOWN = new Set<TicketEvent['type']>(['status', 'priority', 'assignee', 'tags', 'subject', 'dueAt']);

/** Messages and changes in the order they happened; neighbouring changes are one item. */
export function timelineOf(messages: readonly Message[], events: readonly TicketEvent[]): TimelineItem[] {
  const changes = settled(events.filter((event) => SHOWN.has(event.type)));
  const items: TimelineItem[] = [];
  let next = 0;
  const takeUntil = (instant: string | null) => {
    const run: TicketEvent[] = [];
    for (
      let event = changes[next];
      event && (instant === null || event.createdAt < instant);
      event = changes[next]
    ) {
      run.push(event);
      next++;
    }
    const [first] = run;
    if (first) items.push({ kind: 'events', key: first.id, events: run });
  };
  for (const message of messages) {
    takeUntil(message.createdAt);
    items.push({ kind: 'message', key: message.id, message });
  }
  takeUntil(null);
  return items;
}

/** A field set twice in one step, as by a reply that also sets the status, counts once: the last time. */
export function settled(changes: readonly TicketEvent[]): TicketEvent[] {
  return changes.filter((event, i) => {
    const next = changes[i + 1];
    return !next || next.type !== event.type || next.createdAt !== event.createdAt;
  });
}
