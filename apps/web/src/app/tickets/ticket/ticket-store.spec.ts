import { TestBed } from '@angular/core/testing';
import { HttpTestingController } from '@angular/common/http/testing';
import type { Ticket } from '@liftdesk/api-client';
import { provideAgentSide } from '../../testing/agent-side';
import { aTicket } from '../../testing/api-objects';
import { TicketStore } from './ticket-store';

const TICKET = aTicket({ status: 'open', version: 4 });
const ADDRESS = `/api/tickets/${TICKET.id}`;

describe('a ticket on the screen', () => {
  let store: TicketStore;
  let http: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), TicketStore] });
    store = TestBed.inject(TicketStore);
    http = TestBed.inject(HttpTestingController);
    void store.open('4812');
    http.expectOne('/api/tickets/4812').flush(TICKET);
    await rest();
  });

  it('stays at the newer state when an answer from before a change arrives late', async () => {
    void store.poll();
    const late = http.expectOne({ method: 'GET', url: ADDRESS });
    void store.set({ status: 'pending' });
    await rest();
    const changed: Ticket = { ...TICKET, status: 'pending', version: 5 };
    http.expectOne({ method: 'PATCH', url: ADDRESS }).flush(changed);
    await rest();
    late.flush(TICKET);
    await rest();
    expect(store.ticket()).toMatchObject({ status: 'pending', version: 5 });
  });
});

/** Lets the promises between two requests run. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
