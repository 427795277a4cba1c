import { openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';

describe('who is at a ticket', () => {
  let desk: TestDesk;
  let maja: Person;
  let tom: Person;
  let ana: Person;
  let ticket: TicketDto;
  let listener: Listener;

  beforeEach(async () => {
    desk = await TestDesk.start();
    maja = await desk.signIn('agent', { name: 'Maja' });
    tom = await desk.signIn('admin', { name: 'Tom' });
    ana = await desk.signIn('customer');
    ticket = await openTicket(desk, ana);
    listener = await Listener.follow(desk, maja);
  });
  afterEach(() => desk.close());

  const say = (person: Person, state: string, ref: string | number = ticket.id) =>
    desk.as(person).post(`/tickets/${ref}/presence`, { state });
  const lists = () => listener.of('presence').map(({ data }) => data['people']);
  const heard = (times: number) => listener.until(() => lists().length >= times);
  const [isMaja, isTom] = [
    (state: string) => ({ id: maja.id, name: 'Maja', state }),
    (state: string) => ({ id: tom.id, name: 'Tom', state }),
  ];

  it('is told to the desk as a whole list at each change, without an id to go on from', async () => {
    await say(maja, 'viewing').expect(204);
    await say(tom, 'viewing', ticket.number).expect(204);
    await say(tom, 'typing').expect(204);
    await say(tom, 'typing').expect(204);
    await say(maja, 'left').expect(204);
    await say(maja, 'left').expect(204);
    await say(tom, 'left').expect(204);
    await heard(5);
    expect(lists()).toEqual([
      [isMaja('viewing')],
      [isMaja('viewing'), isTom('viewing')],
      [isMaja('viewing'), isTom('typing')],
      [isTom('typing')],
      [],
    ]);
    expect(listener.of('presence')[0]).toEqual({
      event: 'presence',
      id: undefined,
      data: { ticketId: ticket.id, people: [isMaja('viewing')] },
    });
  });

  it('ends 30 seconds after it was last said', async () => {
    await say(maja, 'viewing').expect(204);
    await say(tom, 'viewing').expect(204);
    desk.clock.advance(20_000);
    await say(tom, 'viewing').expect(204);
    desk.clock.advance(11_000);
    await heard(3);
    expect(lists().at(-1)).toEqual([isTom('viewing')]);
  });

  it('is told to who comes later', async () => {
    await say(tom, 'typing').expect(204);
    const late = await Listener.follow(desk, maja);
    await late.until(() => late.heard.length === 2);
    expect(late.heard[1]?.data).toEqual({ ticketId: ticket.id, people: [isTom('typing')] });
    const customer = await Listener.follow(desk, ana);
    expect(customer.heard.map(({ event }) => event)).toEqual(['hello']);
  });

  it('is nothing for customers, or for a ticket that is not there, and only what is known', async () => {
    await say(ana, 'viewing').expect(403);
    await say(maja, 'viewing', '01900000-0000-7000-8000-000000000000').expect(404);
    await say(maja, 'sleeping').expect(400);
    await desk
      .as(maja)
      .post(`/tickets/${ticket.id}/presence`, { state: 'viewing', name: 'Boss' })
      .expect(400);
  });
});
