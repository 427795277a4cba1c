import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import type { Ticket } from '@liftdesk/api-client';
import { Server, press, provideAgentSide, someTickets } from '../../testing/agent-side';
import { type Page, render } from '../../testing/page';
import { ALL_OPEN } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { TicketView } from './ticket-view';

describe('the place of a ticket in its list', () => {
  const [first, second] = someTickets(2) as [Ticket, Ticket];
  let server: Server;
  let page: Page<unknown>;

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
    server
      .ticket(first)
      .on('GET /api/tickets', ({ params }) =>
        params.has('cursor')
          ? { items: [second], nextCursor: null, order: '' }
          : { items: [first], nextCursor: 'next', order: '' },
      );
    page = render(TicketView, { ref: String(first.number) });
    void TestBed.inject(TicketList).show(ALL_OPEN);
    await server.work(page);
  });

  it('goes on over the end of what is loaded', async () => {
    expect(page.link('Next ticket').getAttribute('href')).toBe(`/tickets/${second.number}`);
    press('j');
    await page.settle();
    expect(TestBed.inject(Router).url).toBe(`/tickets/${second.number}`);
  });

  it('goes nowhere when the ticket is left before the next page is there', async () => {
    const go = jest.spyOn(TestBed.inject(Router), 'navigate');
    press('j');
    page.leave();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(go).not.toHaveBeenCalled();
  });
});
