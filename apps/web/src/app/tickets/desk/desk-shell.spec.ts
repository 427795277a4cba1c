import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { NavigationEnd, Router } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { filter, firstValueFrom } from 'rxjs';
import { Server, press, provideAgentSide, someTickets } from '../../testing/agent-side';
import { Page } from '../../testing/page';
import { TicketList } from '../data/ticket-list';
import { NO_FILTERS } from '../data/ticket-filters';
import { Palettes } from '../palette/palettes';
import { Queue } from '../queue/queue';
import { DeskLayout } from './desk-layout';
import { DeskShell } from './desk-shell';

@Component({
  template: '<main tabindex="-1">A ticket</main>',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class SomeTicket {}

describe('the agent’s side', () => {
  let server: Server;
  let page: Page<unknown>;
  let harness: RouterTestingHarness;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        ...provideAgentSide([
          {
            path: 'tickets',
            component: DeskShell,
            children: [
              { path: '', component: Queue },
              { path: ':id', component: SomeTicket },
            ],
          },
        ]),
        Palettes,
      ],
    });
    server = new Server();
    server.on('GET /api/tickets', () => ({ items: someTickets(2), nextCursor: null, order: '' }));
    harness = await RouterTestingHarness.create();
    page = new Page(harness.fixture);
    document.body.append(page.host);
  });

  it('searches from a ticket on /, in the list that was shown last', async () => {
    void TestBed.inject(TicketList).show({ ...NO_FILTERS, tag: ['recall'] });
    await harness.navigateByUrl('/tickets/101');
    await server.work(page);
    const router = TestBed.inject(Router);
    const arrived = firstValueFrom(router.events.pipe(filter((event) => event instanceof NavigationEnd)));
    press('/');
    await arrived;
    await server.work(page);
    expect(router.url).toBe('/tickets?tag=recall');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Search tickets');
  });

  it('puts the drawer away when another page comes up', async () => {
    await harness.navigateByUrl('/tickets/101');
    const { drawerOpen } = TestBed.inject(DeskLayout);
    drawerOpen.set(true);
    await harness.navigateByUrl('/tickets/102');
    expect(drawerOpen()).toBe(false);
  });
});
