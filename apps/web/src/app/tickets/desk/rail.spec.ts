import { HttpErrorResponse } from '@angular/common/http';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Subject } from 'rxjs';
import type { LiveEvent } from '../../live/live-event';
import { LiveEvents } from '../../live/live-events';
import { Session } from '../../session/session';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Server, provideAgentSide } from '../../testing/agent-side';
import { render } from '../../testing/page';
import { Palettes } from '../palette/palettes';
import { Rail } from './rail';

describe('the rail', () => {
  it('counts anew when something happens', async () => {
    const events = new Subject<LiveEvent>();
    const live = { provide: LiveEvents, useValue: { events, state: signal('live') } };
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), Palettes, live] });
    const server = new Server();
    const page = render(Rail);
    await server.work(page);
    jest.useFakeTimers();
    server.on('GET /api/tickets/counts', () => ({ mine: 1, unassigned: 77, open: 3, pending: 0, cap: 1000 }));
    events.next({ type: 'ticket.opened', ticketId: 't', number: 1 });
    jest.advanceTimersByTime(700);
    await server.work(page);
    jest.useRealTimers();
    expect(page.link(/^Unassigned/).textContent).toContain('77');
  });

  it('says that somebody is still signed in when signing out failed, and tries again', async () => {
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), Palettes] });
    const server = new Server();
    const tries = jest
      .spyOn(TestBed.inject(Session), 'signOut')
      .mockRejectedValue(new HttpErrorResponse({ status: 0 }));
    const page = render(Rail);
    await server.work(page);
    page.button(/^Account menu/).click();
    await page.turn();
    const items = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];
    items.find((item) => item.textContent?.includes('Sign out'))?.click();
    await page.turn();
    const toast = TestBed.inject(Toaster).current();
    expect(toast).toMatchObject({
      kind: 'error',
      text: 'Still signed in. No connection to the server',
    });
    await toast?.action?.run();
    expect(tries).toHaveBeenCalledTimes(2);
  });
});
