import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  type TestRequest,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../../session/session';
import type { Ticket } from '@liftdesk/api-client';
import { aTicket, aUser } from '../../testing/api-objects';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { MyTickets } from './my-tickets';

const OPEN = 'new,open,pending';

describe('my tickets', () => {
  let server: HttpTestingController;
  let page: Page<MyTickets>;

  function open(inputs = {}): void {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: Session, useValue: { user: signal(aUser()), state: signal('signed-in') } },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(MyTickets, inputs);
  }

  const request = (status: string): TestRequest =>
    server.expectOne((one) => one.url === '/api/tickets' && one.params.get('status') === status);
  const answer = async (items: Ticket[], solved: Ticket[] = [], nextCursor: string | null = null) => {
    request(OPEN).flush({ items, nextCursor, order: '-updatedAt' });
    request('solved,closed').flush({ items: solved, nextCursor: null, order: '-updatedAt' });
    await page.turn();
  };

  afterEach(() => jest.useRealTimers());

  it('show that they are loading', () => {
    open();
    expect(page.host.querySelector('[aria-busy=true]')).not.toBeNull();
  });

  it('speak the words of customers, and never those of the team', async () => {
    open();
    await answer([
      aTicket({ id: '1', number: 1, status: 'new' }),
      aTicket({ id: '2', number: 2, status: 'open' }),
      aTicket({ id: '3', number: 3, status: 'pending' }),
    ]);
    for (const words of ['Received', 'With our team', 'Your turn']) expect(page.text).toContain(words);
    expect(page.text).not.toMatch(/\b(agent|queue|assignee|pending|SLA)\b/i);
  });

  it('put the question that waits for an answer on top', async () => {
    open();
    const maja = { id: 'm', name: 'Maja Lindqvist', role: 'agent' as const };
    const snippet = {
      kind: 'reply' as const,
      author: maja,
      text: 'Sand or slate?',
      createdAt: aTicket().createdAt,
    };
    await answer([aTicket({ status: 'pending', snippet })]);
    expect(page.text).toContain('One ticket is waiting for your answer');
    expect(page.text).toContain('Maja asks: Sand or slate?');
    expect(page.link('Answer').getAttribute('href')).toBe('/my/tickets/4812#answer');
  });

  it('offer the first step when there are none', async () => {
    open();
    await answer([]);
    expect(page.text).toContain('No open tickets');
    expect(page.link(/New ticket/).getAttribute('href')).toBe('/my/tickets/new');
  });

  it('say what failed and try again', async () => {
    open();
    request(OPEN).flush({ title: 'The server is busy', requestId: 'r-1' }, { status: 503, statusText: 'x' });
    request('solved,closed').flush({ items: [], nextCursor: null, order: '' });
    await page.turn();
    expect(page.alert()).toContain('The server is busy');
    expect(page.alert()).toContain('r-1');
    page.button('Try again').click();
    await page.turn();
    request(OPEN).flush({ items: [aTicket()], nextCursor: null, order: '' });
    await page.turn();
    expect(page.text).toContain('Battery shows E-04');
  });

  it('grow page by page', async () => {
    open();
    await answer([aTicket({ id: '1', number: 1, subject: 'First' })], [], 'next');
    expect(page.text).toContain('Open 1+');
    page.button('Show more tickets').click();
    const more = server.expectOne((one) => one.params.get('cursor') === 'next');
    more.flush({ items: [aTicket({ id: '2', number: 2, subject: 'Second' })], nextCursor: null, order: '' });
    await page.turn();
    expect(page.text).toContain('First');
    expect(page.text).toContain('Second');
    expect(page.text).toContain('Open 2');
  });

  it('stay as long as they are shown, and on the screen when looking for news fails', async () => {
    jest.useFakeTimers();
    open();
    await answer([aTicket({ id: '1', number: 1, subject: 'First' })], [], 'next');
    page.button('Show more tickets').click();
    const further = () => server.expectOne((one) => one.params.get('cursor') === 'next');
    const last = { items: [aTicket({ id: '2', subject: 'Second' })], nextCursor: null, order: '' };
    further().flush(last);
    await page.turn();

    jest.advanceTimersByTime(60_000);
    await page.turn();
    await answer([aTicket({ id: '1', subject: 'First, renamed' })], [], 'next');
    further().flush(last);
    await page.turn();
    expect(page.text).toContain('First, renamed');
    expect(page.text).toContain('Second');

    jest.advanceTimersByTime(60_000);
    await page.turn();
    for (const status of [OPEN, 'solved,closed']) request(status).error(new ProgressEvent('error'));
    await page.turn();
    expect(page.text).toContain('No connection to the server. This is the list from');
    expect(page.text).toContain('Second');
  });

  it('never mix what was found for one word with what is found for the next', async () => {
    open({ q: 'recall' });
    await answer([]);
    const found = (q: string) =>
      server.expectOne((one) => one.params.get('q') === q && !one.params.has('cursor'));
    found('recall').flush({
      items: [aTicket({ id: '1', subject: 'Recall' })],
      nextCursor: 'next',
      order: '',
    });
    await page.turn();
    page.button('Show more tickets').click();
    const late = server.expectOne((one) => one.params.get('cursor') === 'next');
    page.set({ q: 'bell' });
    await page.turn();
    found('bell').flush({ items: [aTicket({ id: '2', subject: 'Bell' })], nextCursor: null, order: '' });
    await page.turn();
    late.flush({ items: [aTicket({ id: '3', subject: 'Another recall' })], nextCursor: null, order: '' });
    await page.turn();
    expect(page.text).toContain('Bell');
    expect(page.text).not.toContain('Another recall');
  });

  it('keep the blank before the next word while it is typed', async () => {
    jest.useFakeTimers();
    open();
    await answer([]);
    const field = page.host.querySelector<HTMLInputElement>('input[type=search]');
    if (!field) throw new Error('No search field');
    field.value = 'battery ';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    jest.advanceTimersByTime(300);
    page.set({ q: 'battery' });
    await page.turn();
    expect(field.value).toBe('battery ');
    page.set({ q: '' });
    await page.turn();
    expect(field.value).toBe('');
  });

  it('search by the address, and say when nothing is found', async () => {
    open({ q: 'recall' });
    await answer([aTicket()]);
    server
      .expectOne((one) => one.params.get('q') === 'recall')
      .flush({ items: [], nextCursor: null, order: '' });
    await page.turn();
    expect(page.text).toContain('Nothing found for “recall”');
  });
});
