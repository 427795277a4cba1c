import { DialogRef } from '@angular/cdk/dialog';
import { TestBed } from '@angular/core/testing';
import { Server, provideAgentSide } from '../../testing/agent-side';
import { aTicket } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
import { Palette } from './palette';

describe('looking for tickets in the palette', () => {
  let server: Server;
  let page: Page<Palette>;

  beforeEach(() => {
    jest.useFakeTimers();
    TestBed.configureTestingModule({
      providers: [...provideAgentSide(), { provide: DialogRef, useValue: {} }],
    });
    server = new Server();
    page = render(Palette);
  });

  afterEach(() => jest.useRealTimers());

  async function lookFor(text: string): Promise<void> {
    const field = page.host.querySelector('input') as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    jest.runOnlyPendingTimers();
    await server.work(page);
  }

  it('says that it could not, and tries again', async () => {
    server.on('GET /api/tickets', () => 'offline');
    await lookFor('battery');
    expect(page.alert()).toContain('The list of tickets did not load. No connection to the server');
    expect(page.text).not.toContain('Nothing fits');
    server.on('GET /api/tickets', () => ({ items: [aTicket()], nextCursor: null, order: '' }));
    page.button('Try again').click();
    await server.work(page);
    expect(page.text).toContain('Battery shows E-04');
  });
});
