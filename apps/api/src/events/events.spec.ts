import { PubSub } from '@liftdesk/pubsub';
import request from 'supertest';
import { change, note, openTicket, stage, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';
import { DeskEvents } from './desk-events';
import { EventStreams } from './event-streams';

describe('live updates', () => {
  let desk: TestDesk;
  let agent: Person;
  let ana: Person;
  let ben: Person;
  let open: Listener[];

  beforeEach(async () => {
    open = [];
    desk = await TestDesk.start();
    [agent, ana, ben] = [
      await desk.signIn('agent'),
      await desk.signIn('customer'),
      await desk.signIn('customer'),
    ];
  });
  afterEach(() => desk.close());

  async function follow(person: Pick<Person, 'token'>, lastEventId?: string): Promise<Listener> {
    const listener = await Listener.follow(desk, person, lastEventId);
    open.push(listener);
    return listener;
  }

  /** Resolves when everything that was published so far has been heard: this comes after it. */
  async function allIsHeard(listener: Listener): Promise<void> {
    const before = listener.of('resync').length;
    const pubSub = desk.app.get(PubSub, { strict: false });
    (pubSub as unknown as { deliverMissed(): void }).deliverMissed();
    await listener.until(() => listener.of('resync').length > before);
  }
  const told = (listener: Listener) =>
    listener.news.filter(({ event }) => event !== 'resync').map(({ event, data }) => [event, data]);

  it('come as a stream that nobody keeps or gathers, and greet with an id', async () => {
    const { answer, heard } = await follow(agent);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(heard).toEqual([{ event: 'hello', id: heard[0]?.data['id'], data: { id: expect.any(String) } }]);
  });

  it('tell the desk of every ticket, with the version that its clients see', async () => {
    const listener = await follow(agent);
    const ticket = await openTicket(desk, ana);
    const { id: ticketId, number } = ticket;
    const noted = await note(desk, agent, ticket);
    const reply = await write(desk, ana, ticket);
    const changed = await change(desk, agent, ticket, { priority: 'high' });
    await allIsHeard(listener);
    expect(told(listener)).toEqual([
      ['ticket.opened', { ticketId, number }],
      ['message.added', { ticketId, number, messageId: noted.id, kind: 'note' }],
      ['ticket.changed', { ticketId, number, version: 2, status: 'new' }],
      ['message.added', { ticketId, number, messageId: reply.id, kind: 'reply' }],
      ['ticket.changed', { ticketId, number, version: 3, status: 'new' }],
      ['ticket.changed', { ticketId, number, version: 4, status: 'new' }],
    ]);
    expect(changed.version).toBe(4);
    expect(new Set(listener.heard.map(({ id }) => id)).size).toBe(7 - 0);
  });

  it('tell a customer of its own tickets alone, and nothing of notes, files of the desk, mail or who is there', async () => {
    const [mine, others] = [await follow(ana), await follow(ben)];
    const ticket = await openTicket(desk, ana);
    await note(desk, agent, ticket);
    await upload(desk, agent, ticket);
    await desk.as(agent).post(`/tickets/${ticket.id}/presence`, { state: 'typing' }).expect(204);
    desk.app.get(DeskEvents).mailChanged(ticket.id, ticket.id);
    const reply = await write(desk, agent, ticket);
    await change(desk, agent, ticket, { status: 'solved' });
    const seen = await desk.as(ana).get(`/tickets/${ticket.id}`).expect(200);
    await allIsHeard(mine);
    await allIsHeard(others);
    const { id: ticketId, number } = ticket;
    expect(told(mine)).toEqual([
      ['ticket.opened', { ticketId, number }],
      ['message.added', { ticketId, number, messageId: reply.id, kind: 'reply' }],
      ['ticket.changed', { ticketId, number, version: 2, status: 'open' }],
      ['ticket.changed', { ticketId, number, version: 3, status: 'solved' }],
    ]);
    expect(seen.body.version).toBe(3);
    expect(told(others)).toEqual([]);
    expect(others.text).not.toContain(ticketId);
  });

  it('leave a customer no trace of a note: not even the id to go on from is another', async () => {
    const ticket = await openTicket(desk, ana);
    const before = await follow(ana);
    await note(desk, agent, ticket);
    const after = await follow(ana);
    expect(after.text).toBe(before.text);
    expect((await follow(ben)).heard[0]?.data).toEqual({ id: 'start' });
  });

  it('tell a customer that guesses ids nothing of what it may not see', async () => {
    const ticket = await openTicket(desk, ana);
    const staff = await follow(agent);
    await note(desk, agent, ticket);
    await openTicket(desk, ben);
    await allIsHeard(staff);
    const hidden = staff.news.flatMap(({ event, id }) => (event === 'resync' ? [] : [id as string]));
    expect(hidden).toHaveLength(3);
    const unknown = await follow(ana, '1-1');
    for (const id of hidden) expect((await follow(ana, id)).text).toBe(unknown.text);
  });

  it('pass what only a newer version beside this one knows', async () => {
    const [staff, customer] = [await follow(agent), await follow(ana)];
    desk.app.get(PubSub, { strict: false }).publish({ type: 'ticket.merged', requesterRid: ana.rid });
    for (const [listener, who] of [
      [staff, agent],
      [customer, ana],
    ] as const) {
      await allIsHeard(listener);
      expect(told(listener)).toEqual([]);
      expect((await follow(who, listener.lastId)).heard.map(({ event }) => event)).not.toContain('undefined');
    }
    expect(await desk.log()).not.toContain('pubsub.subscriber-failed');
  });

  it('tell of files that come and go, to whom they are visible, and of nothing that is only staged', async () => {
    const ticket = await openTicket(desk, ana);
    const [staff, customer] = [await follow(agent), await follow(ana)];
    await stage(desk, ana);
    const [mine] = await upload(desk, ana, ticket);
    const [desks] = await upload(desk, agent, ticket);
    for (const file of [mine, desks]) await desk.as(agent).delete(`/attachments/${file?.id}`).expect(204);
    await allIsHeard(staff);
    await allIsHeard(customer);
    expect(staff.of('ticket.changed').map(({ data }) => data['version'])).toEqual([2, 3, 4, 5]);
    expect(customer.of('ticket.changed').map(({ data }) => data['version'])).toEqual([2, 3]);
  });

  it('are not sent for what was refused or repeated', async () => {
    const ticket = await openTicket(desk, ana);
    const listener = await follow(agent);
    await desk.as(ana).post(`/tickets/${ticket.id}/messages`, { body: 'x', kind: 'note' }).expect(403);
    await desk
      .as(agent)
      .patch(`/tickets/${ticket.id}`, { status: 'solved' })
      .set('If-Match', '"9"')
      .expect(412);
    for (let n = 0; n < 2; n += 1) {
      await desk
        .as(ana)
        .post('/tickets', { subject: 's', body: 'b' })
        .set('Idempotency-Key', 'k')
        .expect(201);
      await desk
        .as(ana)
        .post(`/tickets/${ticket.id}/messages`, { body: 'b' })
        .set('Idempotency-Key', 'k2')
        .expect(201);
    }
    await allIsHeard(listener);
    expect(told(listener).map(([event]) => event)).toEqual([
      'ticket.opened',
      'message.added',
      'ticket.changed',
    ]);
  });

  it('that cannot be published do not fail the request', async () => {
    const pubSub = desk.app.get(PubSub, { strict: false });
    const away = jest.spyOn(pubSub, 'publish').mockImplementation(() => {
      throw new Error('away');
    });
    const ticket = await openTicket(desk, ana);
    await write(desk, agent, ticket);
    expect(away).toHaveBeenCalled();
  });

  it('go on where a client was, in order and without its own greeting in between', async () => {
    const first = await follow(agent);
    const ticket = await openTicket(desk, ana);
    await first.until(() => first.of('ticket.opened').length === 1);
    await first.leave();
    await change(desk, agent, ticket, { priority: 'high' });
    await change(desk, agent, ticket, { priority: 'low' });
    const second = await follow(agent, first.lastId);
    await second.until(() => second.heard.length === 3);
    expect(second.heard[0]).toEqual({ event: 'hello', id: first.lastId, data: { id: first.lastId } });
    expect(second.of('ticket.changed').map(({ data }) => data['version'])).toEqual([2, 3]);
    const third = await follow(agent, second.lastId);
    await allIsHeard(third);
    expect(told(third)).toEqual([]);
  });

  it('show a customer that comes back only what it may see', async () => {
    const ticket = await openTicket(desk, ana);
    const first = await follow(ana);
    await note(desk, agent, ticket);
    await openTicket(desk, ben);
    await change(desk, agent, ticket, { status: 'pending' });
    const second = await follow(ana, first.lastId);
    await second.until(() => second.heard.length === 2);
    expect(second.heard[1]).toMatchObject({
      event: 'ticket.changed',
      data: { status: 'pending', version: 2 },
    });
  });

  it('tell a client to read anew where what it has missed is unknown or too much', async () => {
    for (const id of ['start', '1-1', 'nonsense']) {
      const { heard } = await follow(agent, id);
      expect(heard.map(({ event }) => event)).toEqual(['hello', 'resync']);
      expect(heard[0]?.id).toBe(heard[1]?.id);
      expect(heard[0]?.id).not.toBe(id);
    }
    const { lastId } = await follow(agent);
    const events = desk.app.get(DeskEvents);
    for (let n = 0; n < 201; n += 1) events.mailChanged(`t${n}`, `m${n}`);
    const late = await follow(agent, lastId);
    await late.until(() => late.heard.length > 1);
    expect(late.heard.map(({ event }) => event)).toEqual(['hello', 'resync']);
  });

  it('tell everybody to read anew where events were lost between processes', async () => {
    const listeners = [await follow(agent), await follow(ana)];
    for (const listener of listeners) await allIsHeard(listener);
    expect(listeners[0]?.of('resync')[0]).toMatchObject({ id: expect.any(String), data: {} });
  });

  it('take no parameter, no stranger, and not more windows than agreed', async () => {
    await desk.as(agent).get('/events?lastEventId=1').expect(400);
    await desk.anonymous.get('/events').expect(401);
    for (let n = 0; n < 10; n += 1) await follow(ana);
    const refused = await desk.as(ana).get('/events').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    await open[0]?.leave();
    while (desk.app.get(EventStreams).open === 10) await new Promise((resolve) => setImmediate(resolve));
    await follow(ana);
  });

  it('answer HEAD without a stream', async () => {
    await request(desk.server).head('/api/events').set('Authorization', `Bearer ${agent.token}`).expect(200);
    expect(desk.app.get(EventStreams).open).toBe(0);
  });

  it('cut off who does not read, and keep nothing for it', async () => {
    const sleeper = await follow(agent);
    const reader = await follow(ana);
    sleeper.pause();
    const events = desk.app.get(DeskEvents);
    const streams = desk.app.get(EventStreams);
    const filler = 'x'.repeat(10_000);
    while (streams.open === 2) {
      events.mailChanged(filler, filler);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await desk.log()).toContain('events.slow-client-cut');
    expect(reader.ended).toBe(false);
  });

  it('count as one request, and are logged once, at their end, as what they are', async () => {
    const listener = await follow(agent);
    expect(listener.answer.headers['ratelimit-remaining']).toBeDefined();
    const next = await follow(agent);
    expect(
      Number(listener.answer.headers['ratelimit-remaining']) -
        Number(next.answer.headers['ratelimit-remaining']),
    ).toBe(1);
    await openTicket(desk, ana);
    await listener.leave();
    let log = '';
    while (!log.includes('"route":"/api/events"')) log = await desk.log();
    const lines = log.split('\n').filter((line) => line.includes('/api/events'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      message: 'stream.closed',
      level: 'info',
      status: 200,
    });
  });
});
