import { change, note, openTicket, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { HOUR } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import type { MessageDto } from './message.dto';
import type { TicketDto } from './ticket.dto';

describe('a conversation', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;
  let ticket: TicketDto;

  beforeAll(async () => {
    desk = await TestDesk.start({ env: { JWT_EXPIRES_IN: '1d' } });
    ana = await desk.signIn('customer', { name: 'Ana' });
    agent = await desk.signIn('agent', { name: 'Bo' });
  });
  beforeEach(async () => {
    ticket = await openTicket(desk, ana);
  });
  afterAll(() => desk.close());

  const read = async (by: Person): Promise<TicketDto> =>
    (await desk.as(by).get(`/tickets/${ticket.id}`).expect(200)).body;
  const messages = async (by: Person, query = '') =>
    (await desk.as(by).get(`/tickets/${ticket.id}/messages${query}`).expect(200)).body;
  const texts = (items: MessageDto[]) => items.map(({ body }) => body);

  it('is read oldest first, the notes by agents only', async () => {
    await write(desk, agent, ticket, { body: 'Which printer?' });
    await note(desk, agent, ticket, { body: 'Not again' });
    await write(desk, ana, ticket, { body: 'The red one' });
    const opening = 'It has been burning since noon.';
    expect(texts((await messages(agent)).items)).toEqual([
      opening,
      'Which printer?',
      'Not again',
      'The red one',
    ]);
    expect(texts((await messages(ana)).items)).toEqual([opening, 'Which printer?', 'The red one']);
  });

  it('is walked page by page without loss or repeat, while more is said', async () => {
    for (let n = 0; n < 7; n++) await (n % 2 ? note : write)(desk, agent, ticket, { body: `${n}` });
    for (const [by, expected] of [
      [agent, 8],
      [ana, 5],
    ] as const) {
      const seen: MessageDto[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await messages(by, `?limit=2${cursor && `&cursor=${cursor}`}`);
        seen.push(...page.items);
        cursor = page.nextCursor;
        if (seen.length === 2) await note(desk, agent, ticket, { body: 'meanwhile' });
      }
      const own = seen.filter(({ body }) => body !== 'meanwhile');
      expect(own).toHaveLength(expected);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    }
  });

  it('has a message as it was answered when it was written', async () => {
    const { delivery, ...written } = await write(desk, agent, ticket, { body: '**Hello**' });
    expect(delivery).toMatchObject({ status: 'queued', recipient: ana.email });
    expect(written).toEqual({
      id: expect.any(String),
      ticketId: ticket.id,
      author: { id: agent.id, name: 'Bo', role: 'agent' },
      kind: 'reply',
      body: '**Hello**',
      attachments: [],
      createdAt: expect.any(String),
    });
    // What became of the mail is the desk's affair.
    expect((await messages(ana)).items.at(-1)).toEqual({ ...written, delivery: null });
  });

  describe('moves its ticket', () => {
    it('from new to open by the first reply of the desk, which is the first response', async () => {
      await write(desk, agent, ticket);
      const answered = await read(agent);
      expect(answered).toMatchObject({ status: 'open', waitingSince: null, version: 2 });
      expect(answered.firstResponseAt).toBe(answered.updatedAt);
      desk.clock.advance(HOUR);
      await write(desk, agent, ticket);
      expect((await read(agent)).firstResponseAt).toBe(answered.firstResponseAt);
    });

    it('not by a note, which answers nobody', async () => {
      await note(desk, agent, ticket);
      expect(await read(agent)).toMatchObject({
        status: 'new',
        firstResponseAt: null,
        waitingSince: ticket.waitingSince,
      });
    });

    it.each(['pending', 'solved'] as const)(
      'from %s to open by a reply of the customer, who waits again',
      async (status) => {
        await change(desk, agent, ticket, { status });
        await write(desk, ana, ticket);
        const reopened = await read(ana);
        expect(reopened).toMatchObject({ status: 'open', solvedAt: null });
        expect(reopened.waitingSince).toBe(reopened.updatedAt);
      },
    );

    it('to the status that an agent gives with a reply, in one step', async () => {
      const { headers } = await desk
        .as(agent)
        .post(`/tickets/${ticket.id}/messages`, { body: 'Done', status: 'solved' })
        .expect(201);
      expect(headers['etag']).toBe('"2"');
      expect(await read(agent)).toMatchObject({ status: 'solved', version: 2 });
    });

    it('nowhere it may not go, and then nothing is said either', async () => {
      await write(desk, agent, ticket);
      const body = { body: 'Again', status: 'new' };
      await desk.as(agent).post(`/tickets/${ticket.id}/messages`, body).expect(409);
      expect(texts((await messages(agent)).items)).not.toContain('Again');
    });
  });

  describe('of a closed ticket', () => {
    beforeEach(() => change(desk, agent, ticket, { status: 'closed' }));

    it.each(['customer', 'agent'])(
      'takes no reply of the %s, and says what a follow-up links to',
      async (who) => {
        const by = who === 'customer' ? ana : agent;
        const { body } = await desk
          .as(by)
          .post(`/tickets/${ticket.id}/messages`, { body: 'Hello?' })
          .expect(409);
        expect(body).toMatchObject({
          type: expect.stringMatching(/\/ticket-closed$/),
          followUpOf: { id: ticket.id, number: ticket.number },
        });
        const followUp = await openTicket(desk, ana, { followUpOf: body.followUpOf.id });
        expect(followUp.followUpOf).toEqual(body.followUpOf);
      },
    );

    it('takes a note still', async () => {
      await note(desk, agent, ticket);
      expect(await read(agent)).toMatchObject({ status: 'closed' });
    });

    it('goes on when its customer reopens it', async () => {
      await change(desk, ana, ticket, { status: 'open' });
      await write(desk, ana, ticket);
    });
  });

  describe('is unread', () => {
    const isUnread = async (by: Person) => (await read(by)).unread;
    const markRead = (by: Person) => desk.as(by).put(`/tickets/${ticket.id}/read`).expect(204);

    it('to whoever did not write last, until they have read it', async () => {
      expect([await isUnread(ana), await isUnread(agent)]).toEqual([false, true]);
      await markRead(agent);
      expect(await isUnread(agent)).toBe(false);
      await write(desk, agent, ticket);
      expect([await isUnread(ana), await isUnread(agent)]).toEqual([true, false]);
      await markRead(ana);
      expect(await isUnread(ana)).toBe(false);
    });

    it('to a customer by a reply, never by a note', async () => {
      await write(desk, agent, ticket);
      await markRead(ana);
      await note(desk, agent, ticket);
      expect(await isUnread(ana)).toBe(false);
    });

    it('to colleagues by a note, and for each by itself', async () => {
      const colleague = await desk.signIn('agent');
      await markRead(colleague);
      await note(desk, agent, ticket);
      expect([await isUnread(agent), await isUnread(colleague)]).toEqual([false, true]);
    });

    it('of what came behind the last message that was shown', async () => {
      const read = (messageId: string) =>
        desk.as(ana).put(`/tickets/${ticket.id}/read`, { messageId }).expect(204);
      const shown = await write(desk, agent, ticket);
      const later = await write(desk, agent, ticket);
      await read(shown.id);
      expect(await isUnread(ana)).toBe(true);
      await read(later.id.toUpperCase());
      expect(await isUnread(ana)).toBe(false);
      await read(shown.id);
      expect(await isUnread(ana)).toBe(false);
    });

    it('still when the message named is another ticket’s, a note, or none, and says so', async () => {
      await write(desk, agent, ticket);
      const hidden = await note(desk, agent, ticket);
      const elsewhere = await write(desk, agent, await openTicket(desk, ana));
      for (const messageId of [hidden.id, elsewhere.id, ticket.id]) {
        const { body } = await desk.as(ana).put(`/tickets/${ticket.id}/read`, { messageId }).expect(400);
        expect(body.errors[0].pointer).toBe('/messageId');
      }
      await desk.as(ana).put(`/tickets/${ticket.id}/read`, { messageId: 'x' }).expect(400);
      await desk.as(ana).put(`/tickets/${ticket.id}/read`, { upTo: hidden.id }).expect(400);
      expect(await isUnread(ana)).toBe(true);
    });

    it('to the desk only while there is something to do', async () => {
      expect(await isUnread(agent)).toBe(true);
      await change(desk, ana, ticket, { status: 'closed' });
      expect(await isUnread(agent)).toBe(false);
    });
  });

  it.each([
    { kind: 'shout' },
    { status: 'gone' },
    { createdAt: 'now' },
    { body: ' ' },
    { attachmentIds: 'x' },
  ])('takes no message that is not understood: %j', async (wrong) => {
    await desk
      .as(agent)
      .post(`/tickets/${ticket.id}/messages`, { body: 'x', ...wrong })
      .expect(400);
  });
});
