import { TestBed } from '@angular/core/testing';
import { Server, picker, press, provideAgentSide } from '../../testing/agent-side';
import { aTicket } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
import { Time } from '../../shared/time/time';
import { TicketDeeds } from '../ui/ticket-deeds';
import { TagPicker } from './tag-picker';

describe('a picker whose options did not come', () => {
  let server: Server;
  let page: Page<unknown>;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), TicketDeeds] });
    server = new Server();
    page = render(Time, { at: aTicket().createdAt });
  });

  afterEach(() => document.querySelector('.cdk-overlay-container')?.replaceChildren());

  const text = () => picker()?.textContent?.replace(/\s+/g, ' ');
  const tryAgain = () => picker()?.querySelector<HTMLButtonElement>('desk-not-loaded button')?.click();

  it('of the team asks again on every opening, and says what failed', async () => {
    server.on('GET /api/agents', () => 'offline');
    const deeds = TestBed.inject(TicketDeeds);
    await server.work(page);
    void deeds.chooseAssignee({ ticket: aTicket(), origin: null });
    await server.work(page);
    expect(text()).toContain('The list did not load. No connection to the server');
    server.on('GET /api/agents', () => ({ items: [{ id: 'a', name: 'Aylin Demir', role: 'agent' }] }));
    tryAgain();
    await server.work(page);
    expect(text()).toContain('Aylin Demir');
    expect(text()).not.toContain('did not load');
  });

  it('lets Tab reach its button, and keeps the focus when that is pressed', async () => {
    server.on('GET /api/agents', () => 'offline');
    void TestBed.inject(TicketDeeds).chooseAssignee({ ticket: aTicket(), origin: null });
    await server.work(page);
    press('Tab');
    await server.work(page);
    picker()?.querySelector<HTMLButtonElement>('desk-not-loaded button')?.focus();
    tryAgain();
    await page.turn();
    expect(document.activeElement).toBe(picker()?.querySelector('input'));
  });

  it('of tags does not claim that nothing fits', async () => {
    server.on('GET /api/tags', () => ({ refused: 503 }));
    void TestBed.inject(TagPicker).choose(document.body, []);
    await server.work(page);
    expect(text()).toContain('The list did not load.');
    expect(text()).not.toContain('Nothing fits');
    server.on('GET /api/tags', () => ({ items: [{ name: 'battery', count: 3 }] }));
    tryAgain();
    await server.work(page);
    expect(text()).toContain('battery');
  });
});
