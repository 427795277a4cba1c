import { TestBed } from '@angular/core/testing';
import { RouterTestingHarness } from '@angular/router/testing';
import type { Ticket } from '@liftdesk/api-client';
import { AYLIN, Server, press, provideAgentSide, someTickets } from '../../testing/agent-side';
import { LiveServer } from '../../testing/live-server';
import { Page } from '../../testing/page';
import { Queue } from './queue';

const LIST = 'GET /api/tickets';

describe('the queue while others work on it', () => {
  let server: Server;
  let stream: LiveServer;
  let page: Page<unknown>;
  let items: Ticket[];
  let changed: Ticket[];

  beforeEach(async () => {
    jest.useFakeTimers();
    localStorage.clear();
    stream = new LiveServer();
    TestBed.configureTestingModule({
      providers: [...provideAgentSide([{ path: 'tickets', component: Queue }]), stream.provide()],
    });
    items = someTickets(3);
    changed = [];
    server = new Server().on(LIST, ({ params }) => ({
      items: params.has('updatedSince') ? changed : items,
      nextCursor: null,
      order: '-updatedAt',
    }));
    const harness = await RouterTestingHarness.create();
    await harness.navigateByUrl('/tickets');
    page = new Page(harness.fixture);
    document.body.append(page.host);
    await server.work(page);
    stream.last.accept().event('hello', { id: '1' });
    await pass(1_000);
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    document.body.replaceChildren();
    jest.useRealTimers();
  });

  async function pass(ms: number): Promise<void> {
    await page.turn();
    jest.advanceTimersByTime(ms);
    await server.work(page);
  }
  const rows = () => [...page.host.querySelectorAll<HTMLElement>('[role=row]')];
  const first = () => items[0] as Ticket;

  it('says that it is live only while it is', async () => {
    expect(page.text).toContain('Live');
    stream.last.cut();
    await pass(3_000);
    expect(page.text).not.toContain('Live');
    expect(page.text).toContain('Looks for news every 20 s');
  });

  it('shows a change within a second in the row where it stands, and keeps cursor and focus', async () => {
    press('j');
    await page.turn();
    const row = rows()[0];
    const focused = document.activeElement;
    expect(focused).toBe(rows()[1]);
    changed = [{ ...first(), subject: 'Another subject', version: 2 }];
    const { id, number } = first();
    stream.last.event('ticket.changed', { ticketId: id, number, version: 2, status: 'open' });
    await pass(600);
    expect(rows()[0]).toBe(row);
    expect(row?.textContent).toContain('Another subject');
    expect(document.activeElement).toBe(focused);
  });

  it('lets a new ticket wait behind its button', async () => {
    const [opened] = someTickets(4);
    changed = [opened as Ticket];
    stream.last.event('ticket.opened', { ticketId: opened?.id, number: opened?.number });
    await pass(600);
    expect(page.text).toContain('1 new or changed ticket');
    expect(rows()).toHaveLength(3);
  });

  it('never shows its own change taken back by an answer from before it', async () => {
    press('e');
    await page.turn();
    expect(rows()[0]?.textContent).toContain('Solved');
    const { id, number } = first();
    changed = [first()];
    stream.last.event('message.added', { ticketId: id, number, messageId: 'm', kind: 'note' });
    await pass(600);
    expect(rows()[0]?.textContent).toContain('Solved');
    server.on(`PATCH /api/tickets/${id}`, () => ({ ...first(), status: 'solved', version: 2 }));
    await pass(0);
    expect(rows()[0]?.textContent).toContain('Solved');
  });

  it('shows what was read meanwhile when its own change is through', async () => {
    press('e');
    await page.turn();
    const { id, number } = first();
    changed = [{ ...first(), status: 'solved', subject: 'Renamed by another', version: 3 }];
    stream.last.event('ticket.changed', { ticketId: id, number, version: 3, status: 'solved' });
    await pass(600);
    server.on(`PATCH /api/tickets/${id}`, () => ({ ...first(), status: 'solved', version: 2 }));
    await pass(0);
    expect(rows()[0]?.textContent).toContain('Renamed by another');
  });

  it('shows who else has a ticket open', async () => {
    const people = [{ id: AYLIN.id, name: AYLIN.name, state: 'typing' }];
    stream.last.event('presence', { ticketId: first().id, people });
    await pass(0);
    expect(rows()[0]?.textContent).toContain('Aylin Demir is typing');
    expect(rows()[1]?.textContent).not.toContain('Aylin');
  });
});
