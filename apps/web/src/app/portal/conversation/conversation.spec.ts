import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../../session/session';
import type { Message, Ticket } from '@liftdesk/api-client';
import { Toaster } from '../../shared/ui/toast/toaster';
import { aMessage, aTicket, aUser } from '../../testing/api-objects';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { Conversation } from './conversation';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { newTicketDraftKey } from '../new-ticket/new-ticket-draft';

const MAJA = { id: 'm', name: 'Maja Lindqvist', role: 'agent' as const };
const REFUSED = { status: 409, statusText: 'x' };

describe('a conversation', () => {
  let server: HttpTestingController;
  let page: Page<Conversation>;

  async function open(ticket: Partial<Ticket> = {}, messages: Message[] = [aMessage()]): Promise<void> {
    server = TestBed.inject(HttpTestingController);
    page = render(Conversation, { id: '4812' });
    await answer(ticket, messages);
  }

  async function answer(ticket: Partial<Ticket>, messages: Message[]): Promise<void> {
    server.expectOne('/api/tickets/4812').flush(aTicket(ticket));
    server
      .expectOne((one) => one.url === '/api/tickets/4812/messages')
      .flush({ items: messages, nextCursor: null });
    await page.turn();
    await page.turn();
  }

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: Session, useValue: { user: signal(aUser()), state: signal('signed-in') } },
      ],
    });
  });

  afterEach(() => jest.useRealTimers());

  const articles = () =>
    [...page.host.querySelectorAll('article')].map((one) => one.getAttribute('aria-label'));
  const reply = async () => {
    page.type('Your answer', 'Sand, please');
    page.submit();
    await page.turn();
    return server.expectOne(`/api/tickets/${aTicket().id}/messages`);
  };

  it('tells own words from answers', async () => {
    await open({}, [aMessage(), aMessage({ id: '2', author: MAJA, body: 'Which one?' })]);
    expect(articles()).toEqual(['Your message', 'Answer by Maja']);
    expect(page.text).toContain('Maja from our team');
  });

  it('marks new answers as read', async () => {
    await open({ unread: true });
    expect(server.expectOne(`/api/tickets/${aTicket().id}/read`).request.method).toBe('PUT');
  });

  it('adds the answer and empties the field and the draft', async () => {
    await open();
    (await reply()).flush(aMessage({ id: '2', body: 'Sand, please' }));
    await page.turn();
    expect(articles()).toHaveLength(2);
    expect(page.field('Your answer').value).toBe('');
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('keeps the words of an answer that was not sent', async () => {
    await open();
    (await reply()).error(new ProgressEvent('error'));
    await page.turn();
    expect(page.alert()).toContain('No connection to the server');
    expect(page.field('Your answer').value).toBe('Sand, please');
    await page.turn();
    page = render(Conversation, { id: '4812' });
    await answer({}, [aMessage()]);
    expect(page.field('Your answer').value).toBe('Sand, please');
  });

  it('keeps page, focus and words when looking for news fails, and says how old it is', async () => {
    jest.useFakeTimers();
    await open();
    document.body.append(page.host);
    const field = page.field('Your answer');
    page.type('Your answer', 'Sand, please');
    field.focus();
    jest.advanceTimersByTime(30_000);
    await page.turn();
    server.match(() => true).forEach((one) => one.error(new ProgressEvent('error')));
    await page.turn();
    await page.turn();
    expect(page.text).toContain('No connection to the server. This is the conversation from');
    expect(articles()).toEqual(['Your message']);
    expect(page.field('Your answer')).toBe(field);
    expect(field.value).toBe('Sand, please');
    expect(document.activeElement).toBe(field);
    page.button('Try again').click();
    await page.turn();
    await answer({}, [aMessage(), aMessage({ id: '2', author: MAJA })]);
    expect(articles()).toEqual(['Your message', 'Answer by Maja']);
    expect(page.text).not.toContain('No connection');
  });

  it('moves the words to a follow-up when the ticket was closed meanwhile', async () => {
    await open();
    const type = 'https://liftdesk.example/problems/ticket-closed';
    (await reply()).flush({ type, title: 'Closed' }, REFUSED);
    await page.turn();
    await answer({ status: 'closed' }, [aMessage()]);
    expect(page.link('Write a follow-up').getAttribute('href')).toBe('/my/tickets/new?followUpOf=4812');
    const kept = localStorage.getItem(`liftdesk.draft.new-ticket.${aUser().id}.4812`);
    expect(kept).toContain('Sand, please');
  });

  it('puts them behind a follow-up that was begun before', async () => {
    await open();
    const key = newTicketDraftKey(aUser().id, '4812');
    const drafts = TestBed.inject(Drafts);
    drafts.write(key, { subject: 'Begun', body: 'Written before.', attachments: [], key: 'k' });
    const type = 'https://liftdesk.example/problems/ticket-closed';
    (await reply()).flush({ type, title: 'Closed' }, REFUSED);
    await page.turn();
    await answer({ status: 'closed' }, [aMessage()]);
    expect(drafts.read(key)).toMatchObject({ subject: 'Begun', body: 'Written before.\n\nSand, please' });
  });

  it('says that the words are kept when the ticket is closed while they are typed', async () => {
    jest.useFakeTimers();
    await open();
    page.type('Your answer', 'Sand, please');
    await page.turn();
    jest.advanceTimersByTime(30_000);
    await page.turn();
    await answer({ status: 'closed' }, [aMessage()]);
    expect(page.text).toContain('Your answer is kept: the follow-up takes it along.');
  });

  it('closes with one press and can be opened again from the toast', async () => {
    await open();
    page.button('It is solved, close ticket').click();
    const close = server.expectOne(`/api/tickets/${aTicket().id}`);
    expect(close.request.body).toEqual({ status: 'closed' });
    close.flush(aTicket({ status: 'closed' }));
    await page.turn();
    expect(page.text).toContain('This ticket is closed');
    TestBed.inject(Toaster).undo();
    expect(server.expectOne(`/api/tickets/${aTicket().id}`).request.body).toEqual({ status: 'open' });
  });

  it('invites to write again when it is solved', async () => {
    await open({ status: 'solved', solvedAt: aTicket().createdAt });
    expect(page.text).toContain('Marked as solved');
    expect(page.field('Not solved after all? Write again and the ticket reopens')).toBeTruthy();
  });

  it('says where to look when there is no such ticket', async () => {
    server = TestBed.inject(HttpTestingController);
    page = render(Conversation, { id: '99' });
    server.match(() => true).forEach((one) => one.flush({}, { status: 404, statusText: 'x' }));
    await page.turn();
    await page.turn();
    expect(page.text).toContain('There is no such ticket');
    expect(page.link('Show my tickets').getAttribute('href')).toBe('/my/tickets');
  });
});
