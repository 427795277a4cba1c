import { AYLIN } from '../../testing/agent-side';
import { aTicket } from '../../testing/api-objects';
import { changeBody, changedFields, holds, inverseOf, mayMove, wordsOf } from './ticket-change';

describe('a change of a ticket', () => {
  it('is undone by its old values', () => {
    const before = aTicket({ status: 'open', assignee: null, priority: 'low' });
    expect(inverseOf(before, { status: 'pending' })).toEqual({ status: 'open' });
    expect(inverseOf(before, { assignee: AYLIN, priority: 'high' })).toEqual({
      assignee: null,
      priority: 'low',
    });
  });

  it('of a new ticket goes back to open, since nothing becomes new again', () => {
    expect(inverseOf(aTicket({ status: 'new' }), { status: 'solved' })).toEqual({ status: 'open' });
    expect(inverseOf(aTicket({ status: 'new' }), { status: 'open' })).toBeNull();
  });

  it('offers no way back that the API refuses', () => {
    expect(inverseOf(aTicket({ status: 'solved' }), { status: 'closed' })).toBeNull();
    expect(mayMove('closed', 'solved')).toBe(false);
  });

  it('names the fields that another has changed, and no others', () => {
    const before = aTicket({ tags: ['a', 'b'] });
    const now = aTicket({
      tags: ['b', 'a'],
      status: 'pending',
      assignee: AYLIN,
      updatedAt: 'later',
      version: 9,
    });
    expect(changedFields(before, now)).toEqual(['status', 'assignee']);
  });

  it('is nothing where the ticket is so already', () => {
    expect(holds(aTicket({ status: 'open', assignee: null }), { status: 'open', assignee: null })).toBe(true);
    expect(holds(aTicket({ assignee: null }), { assignee: AYLIN })).toBe(false);
  });

  it('sends the assignee by id, and null for nobody', () => {
    expect(changeBody({ assignee: AYLIN, status: 'open' })).toEqual({ assigneeId: AYLIN.id, status: 'open' });
    expect(changeBody({ assignee: null })).toEqual({ assigneeId: null });
    expect(changeBody({ tags: [] })).toEqual({ tags: [] });
  });

  it('is told in the past tense with the number', () => {
    expect(wordsOf(7, { status: 'pending' })).toBe('#7 set to Pending');
    expect(wordsOf(7, { status: 'solved' })).toBe('#7 solved');
    expect(wordsOf(7, { assignee: AYLIN })).toBe('#7 assigned to Aylin Demir');
    expect(wordsOf(7, { assignee: null })).toBe('#7 is unassigned');
  });
});
