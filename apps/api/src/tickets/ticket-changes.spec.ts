import { change, note, openTicket, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import type { TicketEventDto } from './message.dto';
import type { TicketDto } from './ticket.dto';

describe('changing a ticket', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;
  let ticket: TicketDto;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer', { name: 'Ana' });
    agent = await desk.signIn('agent', { name: 'Bo' });
  });
  beforeEach(async () => {
    ticket = await openTicket(desk, ana, { tags: ['fire'] });
  });
  afterAll(() => desk.close());

  const patch = (by: Person, body: object) => desk.as(by).patch(`/tickets/${ticket.id}`, body);
  const read = async (): Promise<TicketDto> => (await desk.as(agent).get(`/tickets/${ticket.id}`)).body;
  const events = async (): Promise<TicketEventDto[]> =>
    (await desk.as(agent).get(`/tickets/${ticket.id}/events`).expect(200)).body.items;

  it('logs each change with who made it, when, from what and to what', async () => {
    desk.clock.advance(1_000);
    const dueAt = '2027-01-31T12:00:00.000Z';
    const changed = await change(desk, agent, ticket, {
      status: 'open',
      priority: 'urgent',
      assigneeId: agent.id,
      tags: ['printer', 'fire'],
      subject: 'The scanner is on fire',
      dueAt,
    });
    await change(desk, agent, ticket, { assigneeId: null, dueAt: null, tags: [] });
    const actor = { id: agent.id, name: 'Bo', role: 'agent' };
    const bo = { id: agent.id, name: 'Bo' };
    const [created, ...logged] = await events();
    expect(created).toMatchObject({ type: 'created', actor: { id: ana.id, role: 'customer' }, from: null });
    expect(logged.map(({ type, from, to }) => [type, from, to])).toEqual([
      ['status', 'new', 'open'],
      ['subject', 'The printer is on fire', 'The scanner is on fire'],
      ['priority', 'normal', 'urgent'],
      ['dueAt', null, dueAt],
      ['assignee', null, bo],
      ['tags', ['fire'], ['fire', 'printer']],
      ['dueAt', dueAt, null],
      ['assignee', bo, null],
      ['tags', ['fire', 'printer'], []],
    ]);
    for (const event of logged) expect(event).toMatchObject({ actor, ticketId: ticket.id });
    expect(logged[0]?.createdAt).toBe(changed.updatedAt);
  });

  it('logs replies, notes and files without their words', async () => {
    await write(desk, ana, ticket, { body: 'a secret' });
    await note(desk, agent, ticket, { body: 'a secret' });
    const [file] = await upload(desk, ana, ticket);
    await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
    const logged = await events();
    expect(logged.map(({ type }) => type)).toEqual([
      'created',
      'reply',
      'note',
      'attachment.added',
      'attachment.removed',
    ]);
    expect(logged[3]).toMatchObject({ to: { filename: 'report.pdf' }, actor: { id: ana.id } });
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  it('pages its log, oldest first', async () => {
    await change(desk, agent, ticket, { status: 'open', priority: 'low', subject: 'Other' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await desk
        .as(agent)
        .get(`/tickets/${ticket.id}/events?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ type }: TicketEventDto) => type));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['created', 'status', 'subject', 'priority']);
  });

  it('is nothing, and no new version, where all is as asked already', async () => {
    const same = await change(desk, agent, ticket, {
      status: 'new',
      priority: 'normal',
      assigneeId: null,
      tags: ['FIRE'],
      subject: ticket.subject,
      dueAt: null,
    });
    expect(same).toMatchObject({ version: 1, updatedAt: ticket.updatedAt });
    expect(await events()).toHaveLength(1);
  });

  it('finds the ticket by its new subject, and no longer by the old one', async () => {
    await change(desk, agent, ticket, { subject: 'Xylophone' });
    const found = async (q: string) =>
      (await desk.as(agent).get(`/tickets?q=${encodeURIComponent(q)}`)).body.items.map(
        ({ id }: TicketDto) => id,
      );
    expect(await found('subject:xylophone')).toContain(ticket.id);
    expect(await found('subject:printer')).not.toContain(ticket.id);
  });

  it.each([
    ['an empty change', {}, ''],
    ['another status', { status: 'gone' }, '/status'],
    ['a number', { number: 7 }, '/number'],
    ['a requester', { requesterId: 'x' }, '/requesterId'],
    ['a date without a time', { dueAt: '2027-01-31' }, '/dueAt'],
    ['a date that is none', { dueAt: '2027-02-31T00:00:00Z' }, '/dueAt'],
    ['nobody', { assigneeId: 'me' }, '/assigneeId'],
  ])('is refused for %s', async (_, body, pointer) => {
    const answer = await patch(agent, body).expect(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('is 409 for a move that the table does not have', async () => {
    await change(desk, agent, ticket, { status: 'closed' });
    const { body } = await patch(agent, { status: 'solved', priority: 'low' }).expect(409);
    expect(body.type).toMatch(/\/conflict$/);
    expect(await read()).toMatchObject({ status: 'closed', priority: 'normal', version: 2 });
  });

  describe('as its customer', () => {
    it.each(['new', 'open', 'pending', 'solved'] as const)(
      'may be closing it when it is %s',
      async (status) => {
        if (status !== 'new') await change(desk, agent, ticket, { status });
        const closed = await change(desk, ana, ticket, { status: 'closed' });
        expect(closed).toMatchObject({ status: 'closed', closedAt: closed.updatedAt });
      },
    );

    it.each(['pending', 'solved', 'closed'] as const)('may be reopening it when it is %s', async (status) => {
      await change(desk, agent, ticket, { status });
      const opened = await change(desk, ana, ticket, { status: 'open' });
      expect(opened).toMatchObject({ status: 'open', solvedAt: null, closedAt: null });
      expect(opened.waitingSince).toBe(opened.updatedAt);
    });

    it.each([{ status: 'solved' }, { status: 'pending' }, { status: 'open' }])(
      'is 403 for another move of a new one: %j',
      async (body) => {
        await patch(ana, body).expect(403);
      },
    );

    it.each([{ priority: 'low' }, { tags: [] }, { subject: 'x' }, { dueAt: null }, { assigneeId: null }])(
      'is 403 for anything else, also beside a status: %j',
      async (body) => {
        await patch(ana, body).expect(403);
        await patch(ana, { status: 'closed', ...body }).expect(403);
        expect(await read()).toMatchObject({ status: 'new', version: 1 });
      },
    );
  });

  describe('with If-Match', () => {
    it('is done on the present version, answered as ETag', async () => {
      const { headers } = await patch(agent, { priority: 'low' }).set('If-Match', '"1"').expect(200);
      expect(headers['etag']).toBe('"2"');
      await patch(agent, { priority: 'high' }).set('If-Match', 'W/"2"').expect(200);
      await patch(agent, { priority: 'low' }).set('If-Match', '"1", "3"').expect(200);
      await patch(agent, { priority: 'high' }).set('If-Match', '*').expect(200);
    });

    it('reads the ticket whole each time: no 304, for the same version may have become unread or hold more files', async () => {
      const get = (by: Person) => desk.as(by).get(`/tickets/${ticket.id}`).set('If-None-Match', '"1"');
      expect((await get(agent).expect(200)).body).toMatchObject({ version: 1, unread: true });
      await desk.as(agent).put(`/tickets/${ticket.id}/read`).expect(204);
      const { body, headers } = await get(agent).expect(200);
      expect(body).toMatchObject({ version: 1, unread: false });
      expect(headers['etag']).toBe('"1"');
    });

    it('is 412 on a stale one, changes nothing and brings the ticket as it is now', async () => {
      await change(desk, agent, ticket, { priority: 'high' });
      const before = await read();
      const { body } = await patch(agent, { status: 'open' }).set('If-Match', '"1"').expect(412);
      expect(body).toMatchObject({ type: expect.stringMatching(/\/stale-version$/), current: before });
      expect(await read()).toEqual(before);
      expect(await events()).toHaveLength(2);
    });

    it.each(['1', '"01"', '""', 'x', '"2"', 'null'])('is 412 for %s too', async (tag) => {
      await patch(agent, { priority: 'low' }).set('If-Match', tag).expect(412);
    });

    it('guards a reply alike', async () => {
      const reply = (tag: string) =>
        desk.as(agent).post(`/tickets/${ticket.id}/messages`, { body: 'x' }).set('If-Match', tag);
      const { headers } = await reply('"1"').expect(201);
      expect(headers['etag']).toBe('"2"');
      const { body } = await reply('"1"').expect(412);
      expect(body.current).toMatchObject({ version: 2 });
    });

    it('lets one of many through who change the same version at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => patch(agent, { subject: `Try ${n}` }).set('If-Match', '"1"')),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
      expect(await events()).toHaveLength(2);
    });
  });
});
