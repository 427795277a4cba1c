import { AttachmentSweeper } from '../../attachments/attachment-sweeper';
import { MaintenanceService } from '../../maintenance.service';
import { beginMaintenance } from '../../maintenance-mode/maintenance-switch';
import { checkConsistency } from '../../search/search-maintenance';
import { aFile, change, note, openTicket, stage, upload, write } from '../../testing/builders';
import type { Person } from '../../testing/caller';
import { everything } from '../../testing/failing-statements';
import { Listener } from '../../testing/listener';
import { DAY } from '../../testing/settable-clock';
import { describeOnPostgres } from '../../testing/test-database';
import { TestDesk } from '../../testing/test-desk';
import { OpenTicketDto } from '../../tickets/ticket.dto';
import { TicketsService } from '../../tickets/tickets.service';
import { ErasureService } from './erasure.service';
import { markPerson } from './person-rows';

const EMAIL = 'Zoraida.Quince@people.example';
/** Stands in whatever the person wrote, was written to, or is called by. */
const WORD = /zoraida|quince/i;

describe('erasing a person', () => {
  let desk: TestDesk;
  let admin: Person;
  let agent: Person;
  let ben: Person;

  beforeEach(async () => {
    desk = await TestDesk.start();
    [admin, agent, ben] = [
      await desk.signIn('admin'),
      await desk.signIn('agent'),
      await desk.signIn('customer'),
    ];
    const ticket = await openTicket(desk, ben, { tags: ['both'] });
    await write(desk, agent, ticket);
    await upload(desk, ben, ticket);
    // What comes with the first login and the first reading is there before the picture is taken.
    await desk.sendMail();
  });
  afterEach(() => desk.close());

  const erase = (id: string, by = admin) => desk.as(by).delete(`/users/${id}`);
  const mark = ({ id }: Person, by?: Person) =>
    desk.database.transaction((manager) => markPerson(manager, id, by?.rid, desk.clock.now()));
  const finish = () => desk.app.get(ErasureService, { strict: false }).finish();

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of desk.storage.list('')) keys.push(key);
    return keys.sort();
  }

  /** Every row and every object; the numbers that were given out are not given out again. */
  async function content(): Promise<object> {
    const { sqlite_sequence: _numbers, ...rows } = await everything(desk.database);
    return { rows, objects: await objects() };
  }

  /** A customer who has done all that a customer can do, and to whom all was done that can be. */
  async function somebody(): Promise<Person> {
    const person = await desk.signIn('customer', { name: 'Zoraida Quince', email: EMAIL });
    const { email } = person;
    await desk.anonymous
      .post('/auth/login', { email, password: person.password })
      .set('User-Agent', 'Quince/1');
    await desk.anonymous.post('/auth/password/forgot', { email }).expect(202);
    await desk.as(person).patch('/users/me', { language: 'es' }).expect(200);
    await desk.as(person).put('/users/me/notifications', { solved: false }).expect(200);
    const [first] = await stage(desk, person, aFile('quince.pdf'));
    await stage(desk, person, aFile('quince at home.pdf'));
    const words = { subject: 'Quince jam', body: 'Zoraida wants more of it' };
    const body = { ...words, tags: ['both', 'zoraida'], attachmentIds: [first?.id] };
    const opened = await desk.as(person).post('/tickets', body).set('Idempotency-Key', 'zoraida').expect(201);
    const ticket = opened.body as { id: string; number: number };
    const [hidden] = await stage(desk, agent, aFile('about quince.pdf'));
    await note(desk, agent, ticket, { body: 'Zoraida again', attachmentIds: [hidden?.id] });
    await write(desk, agent, ticket, { body: 'Dear Zoraida', status: 'pending' });
    await upload(desk, person, ticket, aFile('more quince.pdf'));
    await change(desk, agent, ticket, { assigneeId: agent.id, subject: 'Quince, and soon', priority: 'low' });
    await desk.as(agent).put(`/tickets/${ticket.id}/read`).expect(204);
    await desk.as(person).put(`/tickets/${ticket.id}/read`).expect(204);
    await change(desk, agent, ticket, { status: 'closed' });
    await openTicket(desk, person, { ...words, followUpOf: ticket.id });
    await openTicket(desk, agent, { ...words, requesterEmail: email });
    return person;
  }

  it('leaves the desk as if they had never been there, and their address free', async () => {
    const before = await content();
    const { id, email, password } = await somebody();
    expect(JSON.stringify(await content())).toMatch(WORD);
    await erase(id).expect(204);
    expect(await content()).toEqual(before);
    expect(await checkConsistency(desk.database)).toEqual({
      tickets: 1,
      documents: 1,
      missing: [],
      orphaned: [],
    });
    const account = { email, password, name: 'Somebody' };
    await desk.anonymous.post('/auth/register', account).expect(201);
  });

  it('ends whatever they are at, and takes their tickets from the lists that others have before them', async () => {
    const person = await somebody();
    const [theirs, agents] = [await Listener.follow(desk, person), await Listener.follow(desk, agent)];
    const [ticket] = (await desk.as(person).get('/tickets').expect(200)).body.items as [{ id: string }];
    await erase(person.id).expect(204);
    await theirs.until(() => theirs.ended);
    await agents.until(() => agents.of('resync').length > 0);
    await desk.as(person).get('/tickets').expect(401);
    const { email, password } = person;
    await desk.anonymous.post('/auth/login', { email, password }).expect(401);
    await desk.anonymous
      .post('/auth/refresh')
      .set('Cookie', `liftdesk_refresh=${person.refreshToken}`)
      .expect(401);
    await desk.as(agent).get(`/tickets/${ticket.id}`).expect(404);
    expect((await desk.as(agent).get('/tickets?q=quince').expect(200)).body.items).toEqual([]);
    await desk.as(agent).get(`/users/${person.id}`).expect(404);
    expect(await desk.sendMail()).toEqual([]);
  });

  it('goes on where it was interrupted, within the hour, with what a request under way has added since', async () => {
    const before = await content();
    const person = await somebody();
    await mark(person);
    const users = await desk.rows('select * from "user"');
    expect(JSON.stringify(users)).not.toMatch(WORD);
    await desk.as(person).get('/auth/me').expect(401);
    // The guards had let it pass before.
    const { rid: userRid, id: userId, role, sessionId } = person;
    const late = OpenTicketDto.schema.parse({ subject: 'Quince', body: 'Quince' });
    await desk.app.get(TicketsService, { strict: false }).open({ userRid, userId, role, sessionId }, late);
    await desk.app.get(MaintenanceService, { strict: false }).run();
    expect(await content()).toEqual(before);
  });

  it('takes any number of tickets, in any order of those who ask for it', async () => {
    const person = await somebody();
    await desk.rows(
      `insert into ticket (id, subject, status, priority, channel, requester_rid, created_at, updated_at)
       with recursive n (n) as (select 1 union all select n + 1 from n where n < 55)
       select 'many ' || n, 'Quince', 'open', 1, 'web', cast(? as integer), 1, 1 from n`,
      [person.rid],
    );
    const answers = await Promise.all([erase(person.id), erase(person.id)]);
    // Whoever comes second goes on with what the first has begun, or finds nobody.
    expect(answers.map(({ status }) => status).sort()).toContain(204);
    for (const { status } of answers) expect([204, 404]).toContain(status);
    expect(JSON.stringify(await everything(desk.database))).not.toMatch(WORD);
    await erase(person.id).expect(404);
  });

  it('comes to its end though another one fails, which is told, and touches nobody whose address only looks so', async () => {
    const [stuck, person] = [await desk.signIn('customer'), await somebody()];
    await mark(stuck);
    await mark(person);
    await desk.rows('update ticket set assignee_rid = ? where requester_rid = ?', [stuck.rid, ben.rid]);
    await desk.rows(`update "user" set email_norm = 'erased by hand' where rid = ?`, [ben.rid]);
    await finish();
    await desk.as(admin).get(`/users/${person.id}`).expect(404);
    expect(await desk.rows('select requester_rid as rid from ticket')).toEqual([{ rid: ben.rid }]);
    const failed = (await desk.log()).split('\n').find((line) => line.includes('user.not-erased'));
    expect(JSON.parse(failed as string)).toMatchObject({ level: 'error', userId: stuck.id });
  });

  it('lets nobody give access again to who is being erased, or work', async () => {
    const person = await somebody();
    await mark(person);
    for (const change of [{ disabled: false }, { role: 'agent' }])
      await desk.as(admin).patch(`/users/${person.id}`, change).expect(409);
    await erase(person.id).expect(204);
  });

  it('forgets a registration that could be sent again', async () => {
    const account = { email: EMAIL, password: 'quince and more quince', name: 'Zoraida' };
    const register = () =>
      desk.anonymous.post('/auth/register', account).set('Idempotency-Key', 'k').expect(201);
    const before = await content();
    const { user } = (await register()).body as { user: { id: string } };
    await erase(user.id).expect(204);
    expect(await content()).toEqual(before);
    expect((await register()).body.user.id).not.toBe(user.id);
  });

  describeOnPostgres('of who was given a ticket in a transaction that is not over yet', () => {
    it('waits for it, and is refused', async () => {
      const former = await desk.signIn('customer');
      let marked: Promise<number> | undefined;
      await desk.database.transaction(async (manager) => {
        await manager.query('update ticket set assignee_rid = ?', [former.rid]);
        marked = mark(former);
        marked.catch(() => undefined);
        const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        while ((await desk.rows(waiting)).length === 0)
          await new Promise((resolve) => setTimeout(resolve, 5));
      });
      await expect(marked).rejects.toThrow(/have worked at this desk/);
      await desk.as(former).get('/auth/me').expect(200);
    });
  });

  it('leaves to others what is theirs: a follow-up, a tag, a blocked address, an answer kept for its repetition', async () => {
    const person = await somebody();
    const [theirs] = (await desk.as(person).get('/tickets').expect(200)).body.items as [{ number: number }];
    await desk.rows('update ticket set follow_up_of_rid = ? where requester_rid = ?', [
      theirs.number,
      ben.rid,
    ]);
    await desk.rows(`insert into mail_block values ('quince@people.example', 'complaint', 'said so', 1)`);
    const body = { body: 'Dear Zoraida' };
    await desk
      .as(agent)
      .post(`/tickets/${theirs.number}/messages`, body)
      .set('Idempotency-Key', 'k')
      .expect(201);
    await erase(person.id).expect(204);
    expect(await desk.rows('select follow_up_of_rid as f from ticket')).toEqual([{ f: null }]);
    expect(await desk.rows('select name, ticket_count as n from tag')).toEqual([{ name: 'both', n: 1 }]);
    expect(await desk.rows('select kind from mail_block')).toEqual([{ kind: 'complaint' }]);
    // The one place that still knows a word of it, for a day.
    expect(await desk.rows('select key from idempotency_key')).toEqual([{ key: 'k' }]);
    desk.clock.advance(DAY + 1);
    await desk.app.get(MaintenanceService, { strict: false }).run();
    await desk.rows('delete from mail_block');
    expect(JSON.stringify(await everything(desk.database))).not.toMatch(WORD);
  });

  it('is done though the store is away: the sweeper removes what it keeps', async () => {
    const before = await objects();
    const person = await somebody();
    const remove = jest.spyOn(desk.storage, 'delete').mockRejectedValue(new Error('away'));
    await erase(person.id).expect(204);
    expect((await objects()).length).toBeGreaterThan(before.length);
    remove.mockRestore();
    desk.clock.advance(2 * DAY);
    await desk.app.get(AttachmentSweeper, { strict: false }).sweep();
    expect(await objects()).toEqual(before);
    expect(await desk.rows('select * from unsettled_object')).toEqual([]);
  });

  it('is written down by ids alone', async () => {
    const person = await somebody();
    await erase(person.id).expect(204);
    const lines = (await desk.log()).split('\n').filter((line) => line.includes('user.erased'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string)).toMatchObject({
      userId: person.id,
      byUserId: admin.id,
      tickets: 3,
      files: 4,
    });
    expect(lines[0]).not.toMatch(WORD);
  });

  it('is written down with who asked for it when it begins: who goes on with it does not know', async () => {
    const person = await somebody();
    await mark(person);
    await erase(person.id).expect(204);
    const line = (await desk.log()).split('\n').find((one) => one.includes('user.being-erased'));
    expect(JSON.parse(line as string)).toMatchObject({ userId: person.id, byUserId: admin.id });
    expect(line).not.toMatch(WORD);
  });

  describe('is refused, and nothing changes,', () => {
    const refused = async (id: string, status: number, by = admin) => {
      const before = await content();
      const { body } = await erase(id, by).expect(status);
      expect(await content()).toEqual(before);
      return (body as { detail: string }).detail;
    };

    it('of oneself, of who works at the desk, and of nobody', async () => {
      expect(await refused(admin.id, 409)).toBe('You cannot erase yourself: ask another admin');
      expect(await refused(agent.id, 409)).toMatch(/^They work at this desk/);
      expect(await refused('01900000-0000-7000-8000-000000000000', 404)).toBe('There is no such user');
      expect(await refused('me', 404)).toBe('There is no such user');
    });

    it.each<[string, (former: Person, theirs: { id: string }) => Promise<unknown>]>([
      ['wrote', (former, theirs) => write(desk, former, theirs)],
      ['changed something', (former, theirs) => change(desk, former, theirs, { priority: 'high' })],
      ['left a file', (former, theirs) => upload(desk, former, theirs)],
      ['was given a ticket', (former, theirs) => change(desk, agent, theirs, { assigneeId: former.id })],
    ])('of who worked at the desk: who %s', async (_, work) => {
      const former = await desk.signIn('agent');
      await work(former, await openTicket(desk, ben));
      await desk.as(admin).patch(`/users/${former.id}`, { role: 'customer' }).expect(200);
      expect(await refused(former.id, 409)).toMatch(/^They have worked at this desk/);
    });

    it('in maintenance', async () => {
      const person = await somebody();
      await beginMaintenance(desk.database, {});
      expect(await refused(person.id, 503)).toMatch(/is being looked after/);
    });

    it('to who lost its own access a moment ago', async () => {
      const person = await somebody();
      await desk.rows(`update "user" set role = 'agent' where rid = ?`, [admin.rid]);
      await expect(mark(person, admin)).rejects.toMatchObject({ code: 'forbidden' });
    });
  });
});
