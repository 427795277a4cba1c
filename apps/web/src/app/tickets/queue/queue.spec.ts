import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import type { Ticket } from '@liftdesk/api-client';
import { MAJA, Server, picker, press, provideAgentSide, someTickets } from '../../testing/agent-side';
import { aUser } from '../../testing/api-objects';
import { Page } from '../../testing/page';
import { TicketList } from '../data/ticket-list';
import { Queue } from './queue';

const LIST = 'GET /api/tickets';

describe('the queue', () => {
  let server: Server;
  let page: Page<unknown>;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: provideAgentSide([{ path: 'tickets', component: Queue }]),
    });
    server = new Server();
  });

  afterEach(() => document.querySelector('.cdk-overlay-container')?.replaceChildren());

  const listOf = (items: Ticket[], more: object = {}) => ({
    items,
    nextCursor: null,
    order: '-updatedAt',
    ...more,
  });

  async function open(url: string, items: Ticket[] = someTickets(3), more: object = {}): Promise<void> {
    server.on(LIST, () => listOf(items, more));
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl(url);
    page = new Page(harness.fixture);
    await server.work(page);
  }

  const rows = () => [...page.host.querySelectorAll<HTMLElement>('[role=row]')];
  const current = () => page.host.querySelector('[aria-selected=true]')?.textContent ?? '';
  const lastParams = () => {
    const params = server.made(LIST).at(-1)?.params;
    return Object.fromEntries((params?.keys() ?? []).map((key) => [key, params?.get(key)]));
  };

  it('asks the API for what the address says', async () => {
    await open('/tickets?status=new,open&assignee=me&priority=high&tag=x&q=bike&sort=-createdAt');
    expect(lastParams()).toEqual({
      status: 'new,open',
      assignee: 'me',
      priority: 'high',
      tag: 'x',
      q: 'bike',
      sort: '-createdAt',
      limit: '50',
    });
  });

  it('writes a dropped filter into the address and asks again', async () => {
    await open('/tickets?status=open&tag=x');
    page.button('Remove filter Tag').click();
    await page.settle();
    await server.work(page);
    expect(TestBed.inject(Router).url).toBe('/tickets?status=open');
    expect(lastParams()).toEqual({ status: 'open', limit: '50' });
  });

  it('names the customer of a filter, and offers no button that does nothing', async () => {
    server.on('GET /api/users/k', () => aUser({ id: 'k' }));
    await open('/tickets?requester=k');
    const chip = page.host.querySelector('[role=group][aria-label="Requester is Katrin Hofmann"]');
    expect(
      [...(chip?.querySelectorAll('button') ?? [])].map((one) => one.getAttribute('aria-label')),
    ).toEqual(['Remove filter Requester']);
  });

  it('moves its cursor with J, K and the arrows, and the focus with it', async () => {
    await open('/tickets');
    expect(current()).toContain('Ticket 103');
    press('j');
    await page.turn();
    expect(current()).toContain('Ticket 102');
    expect(document.activeElement?.textContent).toContain('Ticket 102');
    press('ArrowDown');
    press('ArrowDown');
    await page.turn();
    expect(current()).toContain('Ticket 101');
    press('k');
    await page.turn();
    expect(current()).toContain('Ticket 102');
    expect(rows().map((row) => row.tabIndex)).toEqual([-1, 0, -1]);
  });

  it('opens the ticket under the cursor with Enter', async () => {
    await open('/tickets');
    press('j');
    await page.turn();
    press('Enter');
    await page.settle();
    expect(TestBed.inject(Router).url).toBe('/tickets/102');
  });

  it('shows a new status at once and takes it back when the server refuses', async () => {
    await open('/tickets');
    press('s');
    await page.turn();
    expect(picker()?.textContent).toContain('Pending');
    press('3');
    await page.turn();
    expect(rows()[0]?.textContent).toContain('Pending');
    server.on(`PATCH /api/tickets/${someTickets(3)[0]?.id}`, () => ({ refused: 503 }));
    await server.work(page);
    expect(rows()[0]?.textContent).not.toContain('Pending');
  });

  it('assigns to me with I, and sends the version it is based on', async () => {
    await open('/tickets');
    const [first] = someTickets(3);
    server.on(`PATCH /api/tickets/${first?.id}`, () => ({ ...first, assignee: MAJA, version: 2 }));
    press('i');
    await server.work(page);
    const [change] = server.made(`PATCH /api/tickets/${first?.id}`);
    expect(change?.body).toEqual({ assigneeId: MAJA.id });
    expect(change?.headers.get('If-Match')).toBe('"1"');
    expect(rows()[0]?.textContent).toContain('Maja Lindqvist');
  });

  it('says who wrote last: you, a note, the customer', async () => {
    const [one, two, three] = someTickets(3) as [Ticket, Ticket, Ticket];
    const said = { text: 'words', createdAt: one.createdAt };
    await open('/tickets', [
      { ...one, snippet: { ...said, kind: 'reply', author: MAJA } },
      { ...two, snippet: { ...said, kind: 'note', author: { ...MAJA, id: 't', name: 'Tomasz Wójcik' } } },
      {
        ...three,
        snippet: { ...said, kind: 'reply', author: { id: 'k', name: 'Katrin Hofmann', role: 'customer' } },
      },
    ]);
    expect(rows().map((row) => row.querySelector('.who')?.textContent)).toEqual([
      'You:',
      'Note · Tomasz:',
      'Katrin:',
    ]);
  });

  it('keeps new tickets behind a button until they are asked for', async () => {
    await open('/tickets');
    const newcomer = { ...someTickets(4)[0], unread: true } as Ticket;
    server.on(LIST, () => listOf([newcomer]));
    void TestBed.inject(TicketList).poll();
    await server.work(page);
    expect(rows()).toHaveLength(3);
    expect(page.text).toContain('1 new ticket');
    server.on(LIST, () => listOf(someTickets(4)));
    press('.');
    await server.work(page);
    expect(rows()).toHaveLength(4);
    expect(current()).toContain('Ticket 104');
    expect(page.text).not.toContain('1 new ticket');
  });

  it('changes rows in place, where they are', async () => {
    await open('/tickets');
    const [, second] = someTickets(3) as [Ticket, Ticket];
    server.on(LIST, () => listOf([{ ...second, status: 'solved', version: 2 }]));
    void TestBed.inject(TicketList).poll();
    await server.work(page);
    expect(rows()[1]?.textContent).toContain('Solved');
    expect(rows()).toHaveLength(3);
  });

  it('keeps the old rows and says so when the server cannot be reached', async () => {
    await open('/tickets');
    server.on(LIST, () => 'offline');
    void TestBed.inject(TicketList).poll();
    await server.work(page);
    expect(rows()).toHaveLength(3);
    expect(page.text).toContain('This is the list from');
  });

  it('tells an error with its request id and tries again', async () => {
    server.on(LIST, () => ({ refused: 500, body: { title: 'Broken', requestId: 'req-7' } }));
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl('/tickets');
    page = new Page(harness.fixture);
    await server.work(page);
    expect(page.alert()).toContain('The queue did not load');
    expect(page.alert()).toContain('req-7');
    server.on(LIST, () => listOf(someTickets(2)));
    page.button('Try again').click();
    await server.work(page);
    expect(rows()).toHaveLength(2);
  });

  it('is glad about an empty view', async () => {
    await open('/tickets?status=new,open,pending&assignee=none', []);
    expect(page.text).toContain('Nothing is unassigned');
    expect(page.text).toContain('My tickets');
  });

  it('names the filter that hides most, and drops it', async () => {
    server.on(LIST, ({ params }) => listOf(params.has('tag') ? [] : someTickets(2)));
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl('/tickets?status=open&tag=recall');
    page = new Page(harness.fixture);
    await server.work(page);
    expect(page.text).toContain('Without Tag is recall there would be 2.');
    page.button('Drop “recall”').click();
    await page.settle();
    await server.work(page);
    expect(rows()).toHaveLength(2);
  });

  it('shows a capped total, the order used and the hints of a search', async () => {
    const more = {
      total: 1000,
      totalIsCapped: true,
      order: '-createdAt',
      hints: ['foo: is not an operator'],
    };
    await open('/tickets?q=foo:bar', someTickets(3), more);
    expect(page.text).toContain('1,000+');
    expect(page.text).toContain('Order: newest');
    expect(page.text).toContain('foo: is not an operator');
  });

  it('loads on without moving what is there', async () => {
    const [first, second, third] = someTickets(3) as [Ticket, Ticket, Ticket];
    server.on(LIST, ({ params }) =>
      params.has('cursor') ? listOf([second, third]) : listOf([first, second], { nextCursor: 'c' }),
    );
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl('/tickets');
    page = new Page(harness.fixture);
    await server.work(page);
    page.button('Load more').click();
    await server.work(page);
    expect(rows().map((row) => row.querySelector('a')?.textContent?.trim())).toEqual([
      'Ticket 103',
      'Ticket 102',
      'Ticket 101',
    ]);
    expect(page.text).toContain('That is all 3');
  });
});
