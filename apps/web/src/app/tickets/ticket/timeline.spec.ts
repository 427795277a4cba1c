import type { TicketEvent } from '@liftdesk/api-client';
import { AYLIN, MAJA } from '../../testing/agent-side';
import { aMessage } from '../../testing/api-objects';
import { eventWords } from './event-words';
import { timelineOf } from './timeline';

let lastId = 0;
function anEvent(type: TicketEvent['type'], minute: number, change: Partial<TicketEvent> = {}): TicketEvent {
  const createdAt = `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`;
  return { id: `e${++lastId}`, ticketId: 't', actor: MAJA, type, from: null, to: null, createdAt, ...change };
}
const at = (minute: number, id: string) =>
  aMessage({ id, createdAt: `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z` });

describe('the timeline', () => {
  const shape = (messages: ReturnType<typeof at>[], events: TicketEvent[]) =>
    timelineOf(messages, events).map((item) =>
      item.kind === 'message' ? item.key : item.events.map((event) => event.type),
    );

  it('puts changes between the messages they happened between', () => {
    const events = [anEvent('priority', 1), anEvent('status', 3), anEvent('tags', 4), anEvent('assignee', 9)];
    expect(shape([at(2, 'a'), at(5, 'b')], events)).toEqual([
      ['priority'],
      'a',
      ['status', 'tags'],
      'b',
      ['assignee'],
    ]);
  });

  it('does not repeat what the messages say', () => {
    const events = [
      anEvent('created', 1),
      anEvent('reply', 2),
      anEvent('note', 3),
      anEvent('attachment.added', 3),
    ];
    expect(shape([at(2, 'a')], events)).toEqual(['a']);
  });

  it('shows a status set twice in one step once', () => {
    const events = [anEvent('status', 3, { to: 'open' }), anEvent('status', 3, { to: 'pending' })];
    const [item] = timelineOf([], events);
    expect(item?.kind === 'events' && item.events.map((event) => event.to)).toEqual(['pending']);
  });
});

describe('a line of the log', () => {
  const words = (event: TicketEvent) => {
    const { who, did, what } = eventWords(event, 'Liftdesk');
    return `${who} ${did} ${what}`.trim();
  };

  it.each([
    [anEvent('status', 1, { to: 'pending' }), 'Maja set status Pending'],
    [anEvent('assignee', 1, { to: AYLIN }), 'Maja assigned Aylin Demir'],
    [anEvent('assignee', 1, { to: { id: MAJA.id, name: MAJA.name } }), 'Maja took the ticket'],
    [anEvent('assignee', 1, { from: AYLIN, to: null }), 'Maja unassigned the ticket'],
    [anEvent('tags', 1, { from: ['a'], to: ['a', 'b'] }), 'Maja added tag b'],
    [anEvent('tags', 1, { from: ['a', 'b'], to: [] }), 'Maja removed tags a, b'],
    [anEvent('priority', 1, { to: 'urgent', actor: null }), 'Liftdesk set priority Urgent'],
    [anEvent('dueAt', 1, { from: '2026-11-25T17:00:00.000Z' }), 'Maja removed the due date'],
  ])('%#: reads as people speak', (event, expected) => {
    expect(words(event)).toBe(expected);
  });
});
