import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import type { UserChangeDto } from './user.dto';
import { UsersService } from './users.service';

describe('people', () => {
  let desk: TestDesk;
  let admin: Person;
  let agent: Person;
  let ana: Person;

  beforeEach(async () => {
    desk = await TestDesk.start();
    admin = await desk.signIn('admin', { name: 'Zoe' });
    agent = await desk.signIn('agent', { name: 'Bo' });
    ana = await desk.signIn('customer', { name: 'Ana_1', email: 'ana@example.com' });
  });
  afterEach(() => desk.close());

  const names = (body: { items: { name: string }[] }) => body.items.map(({ name }) => name);

  it('who can be given a ticket are those at the desk who are not disabled, without their addresses', async () => {
    const gone = await desk.signIn('agent', { name: 'Gone' });
    await desk.as(admin).patch(`/users/${gone.id}`, { disabled: true }).expect(200);
    const { body } = await desk.as(agent).get('/agents').expect(200);
    expect(body).toEqual({
      items: [
        { id: agent.id, name: 'Bo', role: 'agent' },
        { id: admin.id, name: 'Zoe', role: 'admin' },
      ],
    });
  });

  it('are listed by name, page by page, each once', async () => {
    for (let n = 0; n < 7; n++) await desk.signIn('customer', { name: 'Same' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await desk.as(admin).get(`/users?limit=3${query}`).expect(200);
      seen.push(...body.items.map(({ id }: Person) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
  });

  it('are found by role and by how name or address begins, where % and _ are no more than themselves', async () => {
    const find = async (query: string) =>
      names((await desk.as(admin).get(`/users?${query}`).expect(200)).body);
    expect(await find('role=agent')).toEqual(['Bo']);
    expect(await find('q=ana')).toEqual(['Ana_1']);
    expect(await find('q=ANA@Example')).toEqual(['Ana_1']);
    expect(await find('q=ana_')).toEqual(['Ana_1']);
    expect(await find('q=_na')).toEqual([]);
    expect(await find('q=%25')).toEqual([]);
    expect(await find('role=customer&q=bo')).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'role=root',
    'cursor=x',
    'cursor=WyJuYW1lIiwxXQ',
    'page=2',
    'q=a&q=b',
  ])('are not listed for a query that is not understood: %s', async (query) => {
    const { body } = await desk.as(admin).get(`/users?${query}`).expect(400);
    expect(body.errors).toHaveLength(1);
  });

  it('are shown to the desk, and to an admin also whether they are disabled', async () => {
    const seen = await desk.as(agent).get(`/users/${ana.id}`).expect(200);
    expect(seen.body).toEqual({
      id: ana.id,
      email: ana.email,
      language: null,
      name: ana.name,
      role: 'customer',
      createdAt: expect.any(String),
    });
    const { body } = await desk.as(admin).get(`/users/${ana.id.toUpperCase()}`).expect(200);
    expect(body).toEqual({ ...seen.body, disabled: false });
  });

  it('get another role at once, without signing in again', async () => {
    await desk.as(ana).get('/agents').expect(403);
    await desk.as(admin).patch(`/users/${ana.id}`, { role: 'agent' }).expect(200);
    await desk.as(ana).get('/agents').expect(200);
    await desk.as(admin).patch(`/users/${ana.id}`, { role: 'customer' }).expect(200);
    await desk.as(ana).get('/agents').expect(403);
  });

  it.each([{ role: 'customer' }, { disabled: true }, { role: 'agent', disabled: false }])(
    'who are admins do not take their own access away: %j',
    async (change) => {
      await desk.as(admin).patch(`/users/${admin.id}`, change).expect(409);
      await desk.as(admin).get('/users').expect(200);
    },
  );

  it.each<UserChangeDto>([{ role: 'agent' }, { disabled: true }])(
    'who are admins leave one of them however many take each other’s access away at once: %j',
    async (change) => {
      const second = await desk.signIn('admin');
      const users = desk.app.get(UsersService, { strict: false });
      // Both were let through by the guards, which look before the transactions take turns.
      const takeAway = ({ rid, id, role, sessionId }: Person, other: Person) =>
        users.change({ userRid: rid, userId: id, role, sessionId }, other.id, change);
      const outcomes = await Promise.allSettled([takeAway(admin, second), takeAway(second, admin)]);
      // Whoever comes first: PostgreSQL lets either go first.
      expect(outcomes.sort((one, other) => one.status.localeCompare(other.status))).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'forbidden' } },
      ]);
      const left = `select 1 from "user" where role = 'admin' and disabled_at is null`;
      expect(await desk.rows(left)).toHaveLength(1);
    },
  );

  it('choose the language of their mail, or none', async () => {
    for (const language of ['de', 'fr', 'es', 'en', null]) {
      const { body } = await desk.as(ana).patch('/users/me', { language }).expect(200);
      expect(body).toMatchObject({ id: ana.id, language });
      expect((await desk.as(ana).get('/users/me').expect(200)).body).toEqual(body);
      expect((await desk.as(ana).get('/auth/me').expect(200)).body).toEqual(body);
    }
  });

  it.each([{}, { language: 'xx' }, { language: 'de', role: 'admin' }, { role: 'admin' }, { name: 'x' }])(
    'do not change more of themselves than that: %j',
    async (change) => {
      await desk.as(ana).patch('/users/me', change).expect(400);
    },
  );

  it('have the language that their browser liked when they signed in first, until they choose one', async () => {
    const { email, password } = ana;
    const signIn = async (languages: string) => {
      const answer = await desk.anonymous
        .post('/auth/login', { email, password })
        .set('Accept-Language', languages);
      return (answer.body as { user: { language: string } }).user.language;
    };
    expect(await signIn('ja')).toBeNull();
    expect(await signIn('de-AT, en;q=0.5')).toBe('de');
    expect(await signIn('fr')).toBe('de');
    const account = { email: 'neu@example.com', password: 'correct horse battery', name: 'Neu' };
    const registered = await desk.anonymous.post('/auth/register', account).set('Accept-Language', 'es');
    expect(registered.body.user.language).toBe('es');
  });

  it.each([{}, { email: 'new@example.com' }, { role: 'root' }, { disabled: 'yes' }, { passwordHash: '' }])(
    'are not changed in what is not known: %j',
    async (change) => {
      await desk.as(admin).patch(`/users/${ana.id}`, change).expect(400);
    },
  );
});
