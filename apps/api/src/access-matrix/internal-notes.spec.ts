import type { AttachmentDto } from '../attachments/attachment.dto';
import { aFile, note, openTicket, stage, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';

const NOTE = 'The quokka sighting is their own doing, see the wombat burrow';
const NOTE_FILE = 'quokka-plan.pdf';

/** Searches that find, count, rank or leave out tickets by a word of the note or of its file's name. */
const SEARCHES = [
  'quokka',
  'QUOKKA',
  'quok*',
  '"quokka sighting"',
  '-quokka',
  '-"wombat burrow"',
  'printer -quokka',
  'printer OR quokka',
  'quokka OR -printer',
  'subject:quokka',
  'quokka-plan',
  'has:file',
  '-has:file',
  'has:file printer',
  'is:unread',
  '-is:unread',
  'is:unread printer',
  'from:quokka',
  'assignee:colleague',
];

describe('the internal note and its files', () => {
  let desk: TestDesk;
  let owner: Person;
  let agent: Person;
  let ticket: TicketDto;
  let noteFiles: AttachmentDto[];
  let before: Record<string, unknown>;
  let since: string;

  /** All that the owner can read. */
  async function allThatTheOwnerReads(): Promise<Record<string, unknown>> {
    const paths = [
      '/auth/me',
      '/tickets',
      `/tickets?updatedSince=${encodeURIComponent(since)}`,
      ...['updatedAt', '-createdAt', 'priority', 'dueAt'].map((sort) => `/tickets?sort=${sort}`),
      ...SEARCHES.flatMap((q) => [
        `/tickets?q=${encodeURIComponent(q)}`,
        `/tickets?sort=relevance&q=${encodeURIComponent(q)}`,
      ]),
      `/tickets/${ticket.id}`,
      `/tickets/${ticket.number}`,
      `/tickets/${ticket.id}/messages`,
      `/tickets/${ticket.id}/messages?limit=2`,
      `/tickets/${ticket.id}/attachments`,
    ];
    const read: Record<string, unknown> = {};
    for (const path of paths) {
      const answer = await desk.as(owner).get(path).expect(200);
      read[path] = [answer.headers['etag'], JSON.parse(answer.text)];
    }
    return read;
  }

  beforeAll(async () => {
    desk = await TestDesk.start();
    owner = await desk.signIn('customer');
    agent = await desk.signIn('agent', { name: 'Colleague' });
    ticket = await openTicket(desk, owner);
    const other = await openTicket(desk, owner, { subject: 'Something else' });
    await write(desk, agent, ticket, { body: 'What colour are the flames?' });
    await write(desk, owner, ticket, { body: 'Purple.' });
    await desk.as(owner).put(`/tickets/${ticket.id}/read`).expect(204);
    desk.clock.advance(MINUTE);
    // Changed last, and it stays so: a note does not move its ticket up.
    await write(desk, owner, other, { body: 'Is anybody there?' });
    desk.clock.advance(MINUTE);
    since = new Date(desk.clock.now()).toISOString();
    before = await allThatTheOwnerReads();
    const staged = await stage(desk, agent, aFile(NOTE_FILE));
    const noted = await note(desk, agent, ticket, { body: NOTE, attachmentIds: staged.map(({ id }) => id) });
    const onTheTicket = await upload(desk, agent, ticket, aFile('quokka-photo.pdf'));
    noteFiles = [...noted.attachments, ...onTheTicket];
  });
  afterAll(() => desk.close());

  it('are there for the desk', async () => {
    const { body: messages } = await desk.as(agent).get(`/tickets/${ticket.id}/messages`);
    expect(messages.items.at(-1)).toMatchObject({
      kind: 'note',
      body: NOTE,
      attachments: [{ filename: NOTE_FILE }],
    });
    const { body: shown } = await desk.as(agent).get(`/tickets/${ticket.id}`);
    expect(shown).toMatchObject({ snippet: { kind: 'note' }, attachmentCount: 2 });
    for (const q of ['quokka', '"wombat burrow"']) {
      const { body: found } = await desk.as(agent).get(`/tickets?q=${encodeURIComponent(q)}`);
      expect(found.items.map(({ id }: TicketDto) => id)).toEqual([ticket.id]);
    }
    const { body: without } = await desk.as(agent).get('/tickets?q=-quokka');
    expect(without.items.map(({ subject }: TicketDto) => subject)).toEqual(['Something else']);
  });

  it('change nothing that the customer reads, finds, counts or fails to find', async () => {
    expect(await allThatTheOwnerReads()).toEqual(before);
  });

  it('do not change the place of their ticket among equal ones, not even by relevance', async () => {
    const twins = [
      await openTicket(desk, owner, { subject: 'Zeppelin', body: 'Alike.' }),
      await openTicket(desk, owner, { subject: 'Zeppelin', body: 'Alike.' }),
    ];
    const found = async () => {
      const { body } = await desk.as(owner).get('/tickets?q=zeppelin&sort=relevance').expect(200);
      return [body.order, ...body.items.map(({ id }: TicketDto) => id)] as string[];
    };
    const alone = await found();
    await note(desk, agent, twins[1] as TicketDto, {
      body: 'A long note that makes its document longer. '.repeat(9),
    });
    expect(await found()).toEqual(alone);
    expect(alone).toEqual(['-createdAt', twins[1]?.id, twins[0]?.id]);
  });

  it('move the ticket’s version and the instant of its last change for the desk alone', async () => {
    const read = async (by: Person) => (await desk.as(by).get(`/tickets/${ticket.id}`)).body as TicketDto;
    const [theirs, ours] = [await read(owner), await read(agent)];
    await note(desk, agent, ticket);
    expect(await read(owner)).toEqual(theirs);
    expect((await read(agent)).version).toBe(ours.version + 1);
    const [file] = await upload(desk, agent, ticket);
    await desk.as(agent).delete(`/attachments/${file?.id}`).expect(204);
    expect(await read(owner)).toEqual(theirs);
    const path = `/tickets/${ticket.id}`;
    const tag = `"${theirs.version}"`;
    const { headers } = await desk
      .as(owner)
      .patch(path, { status: 'closed' })
      .set('If-Match', tag)
      .expect(200);
    expect(headers['etag']).toBe(`"${theirs.version + 1}"`);
    await desk
      .as(owner)
      .patch(path, { status: 'open' })
      .set('If-Match', headers['etag'] as string)
      .expect(200);
    await desk.as(agent).post(`${path}/messages`, { body: 'x', kind: 'note', status: 'pending' }).expect(201);
    expect(await read(owner)).toMatchObject({ version: theirs.version + 3, status: 'pending' });
  });

  it('come in no answer to what the customer writes', async () => {
    const answers = [
      await desk.as(owner).post(`/tickets/${ticket.id}/messages`, { body: 'Any news?' }),
      await desk.as(owner).patch(`/tickets/${ticket.id}`, { status: 'closed' }),
      await desk.as(owner).patch(`/tickets/${ticket.id}`, { status: 'open' }).set('If-Match', '"1"'),
      await desk.as(owner).post(`/tickets/${ticket.id}/messages`, { body: 'Hello?' }),
      await desk.as(owner).post('/tickets', { subject: 'Again', body: 'Again', followUpOf: ticket.number }),
      await desk.as(owner).patch(`/tickets/${ticket.id}`, { status: 'open' }),
      await desk.as(owner).get(`/tickets/${ticket.id}/events`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 412, 409, 201, 200, 403]);
    for (const { text, headers } of answers)
      expect(JSON.stringify([text, headers])).not.toMatch(/quokka|wombat|Colleague/);
  });

  it.each(['', '/download', '/link', '/link?disposition=inline'])(
    'have files that do not exist for the customer: /attachments/:id%s',
    async (rest) => {
      for (const { id } of noteFiles) await desk.as(owner).get(`/attachments/${id}${rest}`).expect(404);
    },
  );

  it('have files that the customer can neither remove nor carry off in a message of its own', async () => {
    for (const { id } of noteFiles) {
      await desk.as(owner).delete(`/attachments/${id}`).expect(404);
      const body = { body: 'Mine now', attachmentIds: [id] };
      await desk.as(owner).post(`/tickets/${ticket.id}/messages`, body).expect(400);
      await desk.as(agent).get(`/attachments/${id}`).expect(200);
    }
  });

  it('go out with a reply only when an agent puts the file on it', async () => {
    const [file] = await upload(desk, agent, ticket, aFile('manual.pdf'));
    await desk.as(owner).get(`/attachments/${file?.id}`).expect(404);
    await write(desk, agent, ticket, { attachmentIds: [file?.id] });
    await desk.as(owner).get(`/attachments/${file?.id}`).expect(200);
  });
});
