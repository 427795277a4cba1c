import fc from 'fast-check';
import { change, openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';

describe('opening a ticket', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer', { name: 'Ana', email: 'ana@example.com' });
    agent = await desk.signIn('agent', { name: 'Bo' });
  });
  afterAll(() => desk.close());

  const open = (by: Person, given: object = {}) =>
    desk.as(by).post('/tickets', { subject: 'Printer', body: 'It burns', ...given });
  const bodyOf = async (by: Person, id: string): Promise<string> =>
    (await desk.as(by).get(`/tickets/${id}/messages`).expect(200)).body.items[0].body;

  it('answers the whole ticket with its version as ETag', async () => {
    const { body, headers } = await open(ana, { priority: 'high', tags: ['Printer', 'fire'] }).expect(201);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      number: expect.any(Number),
      subject: 'Printer',
      status: 'new',
      priority: 'high',
      requester: { id: ana.id, name: 'Ana', email: 'ana@example.com' },
      assignee: null,
      tags: ['fire', 'printer'],
      channel: 'web',
      createdAt: time,
      updatedAt: body.createdAt,
      dueAt: null,
      waitingSince: body.createdAt,
      firstResponseAt: null,
      solvedAt: null,
      closedAt: null,
      version: 1,
      unread: false,
      snippet: {
        kind: 'reply',
        author: { id: ana.id, name: 'Ana', role: 'customer' },
        text: 'It burns',
        createdAt: body.createdAt,
      },
      attachmentCount: 0,
      followUpOf: null,
    });
    expect(headers['etag']).toBe('"1"');
    const { body: read } = await desk.as(ana).get(`/tickets/${body.id}`).expect(200);
    expect(read).toEqual(body);
  });

  it('numbers tickets one by one, and takes a number wherever it takes an id', async () => {
    const [first, second] = [await openTicket(desk, ana), await openTicket(desk, ana)];
    expect(second.number).toBe(first.number + 1);
    for (const rest of ['', '/messages', '/attachments']) {
      const byId = await desk.as(ana).get(`/tickets/${first.id}${rest}`).expect(200);
      const byNumber = await desk.as(ana).get(`/tickets/${first.number}${rest}`).expect(200);
      expect(byNumber.body).toEqual(byId.body);
    }
    await desk.as(ana).get(`/tickets/${first.id.toUpperCase()}`).expect(200);
  });

  it.each([
    '0',
    '-1',
    '1.5',
    '1e0',
    '999999999999999',
    '9999999999999999',
    '%20',
    '%00',
    '%ED%A0%80',
    "1'--",
    '*',
  ])('leaves nothing to be found under %s', async (ref) => {
    const { status, headers } = await desk.as(agent).get(`/tickets/${ref}`);
    expect([400, 404]).toContain(status);
    expect(headers['content-type']).toContain('application/problem+json');
  });

  it.each([
    [{ subject: '' }, '/subject'],
    [{ subject: '   ' }, '/subject'],
    [{ subject: 'x'.repeat(201) }, '/subject'],
    [{ subject: 'two\nlines' }, '/subject'],
    [{ subject: 'nul\u0000' }, '/subject'],
    [{ subject: 'half \ud83d' }, '/subject'],
    [{ subject: ['x'] }, '/subject'],
    [{ body: '' }, '/body'],
    [{ body: ' \n\t ' }, '/body'],
    [{ body: 'nul\u0000' }, '/body'],
    [{ body: '\udc00 half' }, '/body'],
    [{ body: 'x'.repeat(100_001) }, '/body'],
    [{ body: null }, '/body'],
    [{ priority: 'extreme' }, '/priority'],
    [{ priority: 2 }, '/priority'],
    [{ tags: 'printer' }, '/tags'],
    [{ tags: Array.from({ length: 21 }, (_, n) => `tag${n}`) }, '/tags'],
    [{ tags: ['two words'] }, '/tags/0'],
    [{ tags: ['good', '-bad'] }, '/tags/1'],
    [{ tags: ['x'.repeat(51)] }, '/tags/0'],
    [{ tags: [''] }, '/tags/0'],
    [{ attachmentIds: ['x'] }, '/attachmentIds/0'],
    [{ status: 'closed' }, '/status'],
    [{ requesterId: 'x' }, '/requesterId'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
  ])('says which field is wrong: %j', async (wrong, pointer) => {
    const { body } = await open(ana, wrong).expect(400);
    expect(body).toMatchObject({ type: expect.stringMatching(/\/validation$/), errors: [{ pointer }] });
  });

  it('is refused without subject or body, for each', async () => {
    const { body } = await desk.as(ana).post('/tickets', {}).expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/subject', '/body']);
  });

  it('keeps what was written, in any script, to the last character of 100,000', async () => {
    const texts = [
      '日本語 🙂\u200d مرحبا',
      '<script>alert(1)</script>',
      `'); drop table ticket; --`,
      'a\tb\r\nc',
      'é e\u0301',
    ];
    for (const text of [...texts, '😀'.repeat(50_000), '\\"'.repeat(50_000)]) {
      const { id } = await openTicket(desk, ana, { body: text });
      expect(await bodyOf(ana, id)).toBe(text);
    }
  });

  it('keeps any subject and body that it takes, and refuses others with 400', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const anyText = fc.oneof(text, fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constant('\ud800'));
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (subject, body) => {
        const answer = await open(ana, { subject, body });
        expect([201, 400]).toContain(answer.status);
        if (answer.status !== 201) return;
        expect(answer.body.subject).toBe(subject.trim());
        expect(await bodyOf(ana, answer.body.id)).toBe(body);
      }),
      { numRuns: 40 },
    );
  });

  it('makes one tag of several spellings', async () => {
    const { tags } = await openTicket(desk, ana, {
      tags: ['Größe', 'GRÖSSE', 'GRO\u0308SSE', ' größe '],
    });
    expect(tags).toEqual(['grösse', 'größe']);
  });

  describe('by an agent', () => {
    it('may be for a customer who is known, and by any spelling of the address', async () => {
      const { body } = await open(agent, {
        requesterEmail: 'ANA@example.com',
        requesterName: 'Ignored',
      }).expect(201);
      expect(body).toMatchObject({ channel: 'agent', requester: { id: ana.id, name: 'Ana' } });
      await desk.as(ana).get(`/tickets/${body.id}`).expect(200);
    });

    it('may be for somebody new, who becomes a customer without a password', async () => {
      const guest = { requesterEmail: 'guest@example.com', requesterName: 'A guest' };
      const { body } = await open(agent, guest).expect(201);
      expect(body.requester).toMatchObject({ name: 'A guest', email: 'guest@example.com' });
      const again = await open(agent, { requesterEmail: 'Guest@Example.com' }).expect(201);
      expect(again.body.requester).toEqual(body.requester);
      const rows = await desk.rows(
        `select role, password_hash from "user" where email = 'guest@example.com'`,
      );
      expect(rows).toEqual([{ role: 'customer', password_hash: null }]);
    });

    it('names somebody new after the address where no name is given', async () => {
      const { body } = await open(agent, { requesterEmail: 'jo.doe@example.com' }).expect(201);
      expect(body.requester.name).toBe('jo.doe');
    });

    it('may be given to a colleague at once', async () => {
      const { body } = await open(agent, { assigneeId: agent.id.toUpperCase() }).expect(201);
      expect(body.assignee).toEqual({ id: agent.id, name: 'Bo' });
    });

    it('is not given to somebody who is disabled', async () => {
      const gone = await desk.signIn('agent');
      await desk.rows('update "user" set disabled_at = 1 where id = ?', [gone.id]);
      const { body } = await open(agent, { assigneeId: gone.id }).expect(400);
      expect(body.errors[0].pointer).toBe('/assigneeId');
    });
  });

  describe('as a follow-up', () => {
    it('links back to the closed ticket, by id or number', async () => {
      const closed = await openTicket(desk, ana);
      await change(desk, ana, closed, { status: 'closed' });
      for (const followUpOf of [closed.id, closed.number, String(closed.number)]) {
        const { body } = await open(ana, { followUpOf }).expect(201);
        expect(body.followUpOf).toEqual({ id: closed.id, number: closed.number });
      }
    });

    it('follows closed tickets only', async () => {
      const { id } = await openTicket(desk, ana);
      await open(ana, { followUpOf: id }).expect(409);
    });

    it('is for the same customer when an agent opens it, and for nobody else', async () => {
      const closed = await openTicket(desk, ana);
      await change(desk, ana, closed, { status: 'closed' });
      const { body } = await open(agent, { followUpOf: closed.id }).expect(201);
      expect(body.requester.id).toBe(ana.id);
      await open(agent, { followUpOf: closed.id, requesterEmail: ana.email }).expect(201);
      await open(agent, { followUpOf: closed.id, requesterEmail: agent.email }).expect(400);
      await open(agent, { followUpOf: closed.id, requesterEmail: 'stranger@example.com' }).expect(400);
      expect(await desk.rows(`select 1 from "user" where email = 'stranger@example.com'`)).toEqual([]);
    });
  });
});
