import { change, openTicket, stage, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto, TicketPageDto } from './ticket.dto';

describe('the list of tickets', () => {
  let desk: TestDesk;
  let ana: Person;
  let ben: Person;
  let agent: Person;
  let colleague: Person;
  /** By subject. */
  const tickets: Record<string, TicketDto> = {};

  beforeAll(async () => {
    desk = await TestDesk.start({ env: { JWT_EXPIRES_IN: '1d' } });
    ana = await desk.signIn('customer', { name: 'Ana', email: 'ana@example.com' });
    ben = await desk.signIn('customer', { name: 'Ben', email: 'ben@example.org' });
    agent = await desk.signIn('agent', { name: 'Bo Derek', email: 'bo@desk.example' });
    colleague = await desk.signIn('agent', { name: 'Ida', email: 'ida@desk.example' });
    const open = async (by: Person, subject: string, given: object = {}, changes?: object) => {
      desk.clock.advance(MINUTE);
      const ticket = await openTicket(desk, by, { subject, body: `Body of ${subject}`, ...given });
      tickets[subject] = changes ? await change(desk, agent, ticket, changes) : ticket;
    };
    await open(ana, 'alpha', { priority: 'low', tags: ['printer'] });
    await open(ana, 'bravo', { tags: ['printer', 'fire'] }, { status: 'open', assigneeId: agent.id });
    await open(ben, 'charlie', { priority: 'urgent' }, { status: 'pending', assigneeId: agent.id });
    await open(ben, 'delta', {}, { status: 'solved', dueAt: '2027-03-01T00:00:00Z' });
    await open(ana, 'echo', { tags: ['fire'] }, { status: 'closed', assigneeId: colleague.id });
    const [file] = await stage(desk, ben);
    await open(
      ben,
      'foxtrot',
      { priority: 'high', attachmentIds: [file?.id] },
      { dueAt: '2027-02-01T00:00:00Z' },
    );
  });
  afterAll(() => desk.close());

  const page = async (by: Person, query: string): Promise<TicketPageDto> =>
    (
      await desk
        .as(by)
        .get(`/tickets${query && `?${query}`}`)
        .expect(200)
    ).body;
  const subjects = async (by: Person, query: string): Promise<string> =>
    (await page(by, query)).items.map(({ subject }) => subject).join(' ');

  it('is newest changed first unless asked otherwise, and a customer’s own', async () => {
    expect(await subjects(agent, '')).toBe('foxtrot echo delta charlie bravo alpha');
    expect(await subjects(ana, '')).toBe('echo bravo alpha');
    expect(await page(agent, '')).toMatchObject({ order: '-updatedAt', nextCursor: null });
    await write(desk, ana, tickets['alpha'] as TicketDto);
    expect(await subjects(agent, 'limit=1')).toBe('alpha');
  });

  it('shows each ticket as reading it alone does', async () => {
    for (const by of [ana, agent]) {
      for (const item of (await page(by, '')).items)
        expect(item).toEqual((await desk.as(by).get(`/tickets/${item.id}`)).body);
    }
  });

  it.each([
    ['status=open', 'bravo'],
    ['status=new,open', 'alpha bravo foxtrot'],
    ['status=new&status=open', 'alpha bravo foxtrot'],
    ['priority=urgent,high', 'charlie foxtrot'],
    ['assignee=me', 'bravo charlie'],
    ['assignee=none', 'alpha delta foxtrot'],
    ['assignee=none,me', 'alpha bravo charlie delta foxtrot'],
    ['tag=fire', 'bravo echo'],
    ['tag=FIRE&tag=printer', 'bravo'],
    ['tag=fire,-printer', 'echo'],
    ['tag=unheard', ''],
    ['status=open&assignee=none', ''],
    ['status=open,pending&assignee=me&priority=urgent', 'charlie'],
    ['updatedSince=2999-01-01T00:00:00Z', ''],
    ['updatedSince=2000-01-01T00:00:00Z&status=solved', 'delta'],
    ['q=is:open', 'alpha bravo foxtrot'],
    ['q=is:active%20-status:new', 'bravo charlie'],
    ['q=status:solved,closed', 'delta echo'],
    ['q=status:open&status=new', ''],
    ['q=priority:high', 'foxtrot'],
    ['q=is:mine', 'bravo charlie'],
    ['q=assignee:me', 'bravo charlie'],
    ['q=is:unassigned', 'alpha delta foxtrot'],
    ['q=assignee:ida', 'echo'],
    ['q=assignee:ida@desk', 'echo'],
    ['q=assignee:"Bo Derek"', 'bravo charlie'],
    ['q=assignee:nobody', ''],
    ['q=tag:fire', 'bravo echo'],
    ['q=tag:fire%20-tag:printer', 'echo'],
    ['q=from:ana', 'alpha bravo echo'],
    ['q=requester:ben@example.org', 'charlie delta foxtrot'],
    ['q=from:ana%20status:open', 'bravo'],
    ['q=from:ana%20from:ben', ''],
    ['q=from:ana%20from:example', 'alpha bravo echo'],
    ['q=assignee:me%20assignee:none', ''],
    ['q=is:mine%20is:unassigned', ''],
    ['q=assignee:bo%20assignee:derek', 'bravo charlie'],
    ['q=from:???%20bravo', 'bravo'],
    ['q=has:file', 'foxtrot'],
    ['q=-has:file%20from:ben', 'charlie delta'],
    ['q=is:unread', 'alpha bravo charlie foxtrot'],
    ['q=-is:unread', 'delta echo'],
    ['q=before:2000-01-01', ''],
    ['q=after:2000-01-01%20is:closed', 'echo'],
    ['q=subject:bravo', 'bravo'],
    ['q=body', 'alpha bravo charlie delta echo foxtrot'],
    ['q="body of delta"', 'delta'],
    ['q="of body"', ''],
    ['q=alpha%20OR%20bravo', 'alpha bravo'],
    ['q=body%20-alpha%20-bravo', 'charlie delta echo foxtrot'],
    ['q=fox*', 'foxtrot'],
    ['q=FOXTROT%20is:open', 'foxtrot'],
    ['q=foxtrot%20is:closed', ''],
    ['q=', 'alpha bravo charlie delta echo foxtrot'],
  ])('is filtered by %s', async (query, expected) => {
    expect((await subjects(agent, query)).split(' ').sort().join(' ')).toBe(expected);
  });

  it('is filtered by people’s ids, in any letter case', async () => {
    expect(await subjects(agent, `requester=${ben.id}&sort=createdAt`)).toBe('charlie delta foxtrot');
    expect(await subjects(agent, `requester=${ben.id.toUpperCase()},${ana.id}&limit=6`)).toMatch(
      /^(\w+ ?){6}$/,
    );
    expect(await subjects(agent, `assignee=${colleague.id}`)).toBe('echo');
    expect(await subjects(agent, `assignee=${ana.id}`)).toBe('');
    expect(await subjects(ben, `requester=me&sort=createdAt`)).toBe('charlie delta foxtrot');
    expect(await subjects(ben, `requester=${ana.id}`)).toBe('');
  });

  it('finds for a customer by an agent’s name, which it is told, and not by the address, which it is not', async () => {
    expect(await subjects(ana, 'q=assignee:ida')).toBe('echo');
    expect(await subjects(ana, 'q=assignee:ida@desk.example')).toBe('');
  });

  it.each([
    ['createdAt', 'alpha bravo charlie delta echo foxtrot'],
    ['-createdAt', 'foxtrot echo delta charlie bravo alpha'],
    ['priority', 'alpha bravo delta echo foxtrot charlie'],
    ['-priority', 'charlie foxtrot echo delta bravo alpha'],
    ['dueAt', 'foxtrot delta alpha bravo charlie echo'],
    ['-dueAt', 'echo charlie bravo alpha delta foxtrot'],
    ['updatedAt', 'bravo charlie delta echo foxtrot alpha'],
    ['-updatedAt', 'alpha foxtrot echo delta charlie bravo'],
  ])('is sorted by %s, also where words are searched', async (sort, expected) => {
    expect(await subjects(agent, `sort=${sort}`)).toBe(expected);
    expect(await page(agent, `sort=${sort}`)).toMatchObject({ order: sort });
    expect(await subjects(agent, `sort=${sort}&q=body`)).toBe(expected);
  });

  it('says with words how many there are, on the first page', async () => {
    const first = await page(agent, 'q=body&limit=4');
    expect(first).toMatchObject({ total: 6, totalIsCapped: false, order: '-createdAt' });
    const second = await page(agent, `q=body&limit=4&cursor=${first.nextCursor}`);
    expect(second.items).toHaveLength(2);
    expect(second).not.toHaveProperty('total');
  });

  it.each([
    ['status:new,open', 3, 'foxtrot bravo'],
    ['from:ana', 3, 'echo bravo'],
    ['-tag:fire', 4, 'foxtrot delta'],
    ['status:gone', 6, 'foxtrot echo'],
    ['!', 6, 'foxtrot echo'],
  ])(
    'is newest created first and counted with any search, of operators alone too: %s',
    async (q, total, first) => {
      await write(desk, ana, tickets['alpha'] as TicketDto);
      const query = `limit=2&q=${encodeURIComponent(q)}`;
      const found = await page(agent, query);
      expect(found).toMatchObject({ order: '-createdAt', total, totalIsCapped: false });
      expect(found.items.map(({ subject }) => subject).join(' ')).toBe(first);
      const second = await page(agent, `${query}&cursor=${found.nextCursor}`);
      expect(second.order).toBe('-createdAt');
      expect(second).not.toHaveProperty('total');
      expect(await page(agent, `${query}&sort=relevance`)).toMatchObject({ total });
      expect(await page(agent, `${query}&sort=priority`)).toMatchObject({ order: 'priority', total });
    },
  );

  it('reads of an endless search the beginning, and says so', async () => {
    const { items, hints } = await page(agent, `q=bravo%20${'%C3%A9'.repeat(2_000)}`);
    expect(items).toEqual([]);
    expect(hints).toEqual([expect.stringMatching(/^Only the first 500 characters/)]);
    expect(await subjects(agent, `q=bravo${'%20'.repeat(3_000)}delta`)).toBe('bravo');
  });

  it('says what it did not understand of a search', async () => {
    const { hints, items } = await page(agent, 'q=status:gone%20bravo');
    expect(hints).toEqual([expect.stringContaining('status:')]);
    expect(items).toHaveLength(1);
  });

  it.each([
    'status=gone',
    'status=new,gone',
    'priority=9',
    'assignee=ana',
    'requester=none',
    'sort=subject',
    'sort=--createdAt',
    'sort=createdAt,dueAt',
    'sort=__proto__',
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'limit=1&limit=2',
    'updatedSince=yesterday',
    'q=a&q=b',
    'cursor=',
    'cursor=x',
    'cursor=WyItdXBkYXRlZEF0IiwxXQ',
    `cursor=${'x'.repeat(501)}`,
    'page=2',
    'status[]=open',
    'Status=open',
  ])('is refused for a query that is not understood: %s', async (query) => {
    const { body } = await desk.as(agent).get(`/tickets?${query}`).expect(400);
    expect(body).toMatchObject({ type: expect.stringMatching(/\/validation$/) });
    expect(body.errors.length).toBeGreaterThan(0);
  });

  it.each(['sort=createdAt', 'sort=-dueAt', 'q=body', 'q=body&sort=priority', 'sort=priority'])(
    'takes the cursor of another order for none of its own: %s',
    async (query) => {
      const { nextCursor } = await page(agent, 'limit=1&sort=-updatedAt');
      await desk.as(agent).get(`/tickets?${query}&cursor=${nextCursor}`).expect(400);
    },
  );

  it('counts the views of an agent', async () => {
    const { body } = await desk.as(agent).get('/tickets/counts').expect(200);
    expect(body).toEqual({ mine: 2, unassigned: 2, open: 3, pending: 1, cap: 1_000 });
  });

  it('offers the tags in use, the commonest first', async () => {
    const tags = async (q: string) => (await desk.as(agent).get(`/tags?q=${q}`).expect(200)).body.items;
    expect(await tags('')).toEqual([
      { name: 'fire', count: 2 },
      { name: 'printer', count: 2 },
    ]);
    expect(await tags('PRI')).toEqual([{ name: 'printer', count: 2 }]);
    expect(await tags('%25')).toEqual([]);
    const bravo = tickets['bravo'] as TicketDto;
    await change(desk, agent, bravo, { tags: ['fire', 'new'] });
    expect(await tags('')).toEqual([
      { name: 'fire', count: 2 },
      { name: 'new', count: 1 },
      { name: 'printer', count: 1 },
    ]);
    await change(desk, agent, bravo, { tags: ['fire', 'printer'] });
  });
});

describe('walking the list by its cursor', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;
  const COUNT = 45;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
    agent = await desk.signIn('agent');
    const priorities = ['low', 'normal', 'high', 'urgent'];
    for (let n = 0; n < COUNT; n++) {
      const given = { subject: `walk ${n}`, priority: priorities[n % 4], tags: n % 2 ? ['odd'] : [] };
      const ticket = await openTicket(desk, ana, given);
      if (n % 3 === 0) await change(desk, agent, ticket, { dueAt: `2027-01-${10 + (n % 5)}T00:00:00Z` });
    }
    // Equal instants: only the last key of an order tells these apart.
    await desk.rows('update ticket set updated_at = updated_at / 100 * 100');
  });
  afterAll(() => desk.close());

  async function walk(
    by: Person,
    query: string,
    between: (page: number) => Promise<unknown>,
  ): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages++) {
      const path: string = `/tickets?limit=7&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { body } = await desk.as(by).get(path).expect(200);
      seen.push(...body.items.map(({ subject }: TicketDto) => subject));
      cursor = body.nextCursor;
      await between(pages);
    }
    return seen;
  }

  const orders = ['updatedAt', 'createdAt', 'priority', 'dueAt'].flatMap((order) => [order, `-${order}`]);
  const all = Array.from({ length: COUNT }, (_, n) => `walk ${n}`).sort();

  it.each(orders)('by %s shows each ticket once', async (sort) => {
    for (const by of [ana, agent])
      expect((await walk(by, `sort=${sort}`, () => Promise.resolve())).sort()).toEqual(all);
  });

  it.each(orders)('of a tag, by %s, shows in pages what it shows at once', async (sort) => {
    for (const by of [ana, agent]) {
      const { body } = await desk.as(by).get(`/tickets?limit=100&tag=odd&sort=${sort}`).expect(200);
      const atOnce = body.items.map(({ subject }: TicketDto) => subject);
      expect(atOnce).toHaveLength(22);
      expect(await walk(by, `tag=odd&sort=${sort}`, () => Promise.resolve())).toEqual(atOnce);
    }
  });

  it.each(orders)(
    'by %s shows each ticket that stays as it is once, while others change and come',
    async (sort) => {
      const changed = new Set<string>();
      const seen = await walk(agent, `sort=${sort}`, async (page) => {
        const { body } = await desk.as(agent).get(`/tickets/${((page * 11) % COUNT) + 1}`);
        changed.add(body.subject);
        await change(desk, agent, body, {
          priority: body.priority === 'low' ? 'urgent' : 'low',
          dueAt: '2026-12-24T00:00:00Z',
        });
        await openTicket(desk, ana, { subject: `new ${page}` });
      });
      const stable = seen.filter((subject) => subject.startsWith('walk') && !changed.has(subject));
      expect(stable.sort()).toEqual(all.filter((subject) => !changed.has(subject)));
    },
  );

  it.each([...orders, 'relevance'])('by words, sorted by %s, shows each ticket once', async (sort) => {
    for (const by of [ana, agent])
      expect((await walk(by, `q=walk&sort=${sort}`, () => Promise.resolve())).sort()).toEqual(
        [...all].sort(),
      );
  });

  it.each(orders)(
    'by words, sorted by %s, shows each ticket that stays as it is once, while others change and come',
    async (sort) => {
      const changed = new Set<string>();
      const seen = await walk(agent, `q=walk&sort=${sort}`, async (page) => {
        const { body } = await desk.as(agent).get(`/tickets/${((page * 11) % COUNT) + 1}`);
        changed.add(body.subject);
        await change(desk, agent, body, {
          priority: body.priority === 'low' ? 'urgent' : 'low',
          dueAt: `2026-11-${10 + page}T00:00:00Z`,
        });
        await openTicket(desk, ana, { subject: `new walk ${page}` });
      });
      const stable = seen.filter((subject) => subject.startsWith('walk') && !changed.has(subject));
      expect(stable.sort()).toEqual(all.filter((subject) => !changed.has(subject)));
    },
  );

  it('by words, newest first, shows each once, while others change and come', async () => {
    const seen = await walk(agent, 'q=walk', async (page) => {
      const { body } = await desk.as(agent).get(`/tickets/${((page * 7) % COUNT) + 1}`);
      await write(desk, agent, body, { body: 'walk on' });
      await openTicket(desk, ana, { subject: 'new walk' });
    });
    expect(seen.filter((subject) => subject.startsWith('walk')).sort()).toEqual(all);
  });
});
