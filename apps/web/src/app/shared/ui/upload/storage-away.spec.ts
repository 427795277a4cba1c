import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  type TestRequest,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { type Type, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { AnswerForm } from '../../../portal/conversation/answer-form';
import { NewTicketPage } from '../../../portal/new-ticket/new-ticket';
import { Session } from '../../../session/session';
import { provideAgentSide } from '../../../testing/agent-side';
import { aMessage, aTicket, aUser, anAttachment } from '../../../testing/api-objects';
import { aFile, drop } from '../../../testing/files';
import { type Page, provideAnyRoute, render } from '../../../testing/page';
import { NewTicket } from '../../../tickets/new-ticket/new-ticket';
import { TicketView } from '../../../tickets/ticket/ticket-view';

const TICKET = aTicket();
const MESSAGES = `/api/tickets/${TICKET.id}/messages`;
const AWAY = { type: 'https://liftdesk.example/problems/storage-unavailable', title: 'Files are away' };

describe('while files cannot be stored', () => {
  let server: HttpTestingController;
  let page: Page<unknown>;

  beforeEach(() => {
    jest.useFakeTimers();
    localStorage.clear();
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    document.body.replaceChildren();
    jest.useRealTimers();
  });

  function customer(component: Type<unknown>, inputs = {}): void {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: Session, useValue: { user: signal(aUser()), state: signal('signed-in') } },
      ],
    });
    show(component, inputs);
  }
  function show(component: Type<unknown>, inputs: object): void {
    server = TestBed.inject(HttpTestingController);
    page = render(component, { ...inputs });
    document.body.append(page.host);
  }
  const uploads = () => server.match('/api/attachments');
  const refuse = async (upload: TestRequest | undefined, headers: Record<string, string> = {}) => {
    upload?.flush(AWAY, { status: 503, statusText: 'x', headers });
    await page.turn();
  };
  async function attach(): Promise<void> {
    drop(page.host.querySelector('form, .talk'), aFile('photo.png'));
    await page.turn();
    await refuse(uploads()[0], { 'Retry-After': '12' });
  }
  const pass = async (ms: number) => {
    jest.advanceTimersByTime(ms);
    await page.turn();
  };
  const write = (words: string) => page.type('Your answer', words);

  it('says so, keeps words and file, and waits as long as it is asked to before it tries again', async () => {
    customer(AnswerForm, { ticket: TICKET });
    write('See the picture');
    await attach();
    expect(page.alert()).toContain('Files cannot be stored at the moment');
    expect(page.alert()).toContain('Your text and the file are kept here.');
    expect(page.text).toContain('photo.png');
    expect(page.field('Your answer').value).toBe('See the picture');
    page.button(/^Try again/).click();
    await pass(11_000);
    expect(uploads()).toEqual([]);
    await pass(1_000);
    const [again] = uploads();
    // It stays while it is tried again: nothing jumps.
    expect(page.text).toContain('Trying again');
    expect(page.alert()).not.toContain('Trying again');
    again?.flush({ items: [anAttachment({ id: 'a' })] });
    await page.turn();
    expect(page.text).not.toContain('Files cannot be stored');
    page.button('Send answer').click();
    await page.turn();
    expect(server.expectOne(MESSAGES).request.body).toMatchObject({ attachmentIds: ['a'] });
  });

  it('tries by itself a few times, and then when it is asked', async () => {
    customer(AnswerForm, { ticket: TICKET });
    await attach();
    for (let i = 0; i < 3; i++) {
      await pass(12_000);
      const again = uploads();
      expect(again).toHaveLength(1);
      await refuse(again[0], { 'Retry-After': '12' });
    }
    await pass(60_000);
    expect(uploads()).toEqual([]);
    page.button(/^Try again/).click();
    await page.turn();
    expect(uploads()).toHaveLength(1);
  });

  it('does not send without the file unless it is told to', async () => {
    customer(AnswerForm, { ticket: TICKET });
    write('See the picture');
    await attach();
    page.button('Send answer').click();
    await page.turn();
    server.expectNone(MESSAGES);
    expect(page.text).toContain('Not sent yet: it has a file that cannot be stored at the moment.');
    page.button('Send without the file').click();
    await page.turn();
    expect(server.expectOne(MESSAGES).request.body).toEqual({ body: 'See the picture', attachmentIds: [] });
  });

  it('lets a customer’s new ticket go without its file', async () => {
    customer(NewTicketPage);
    page.type('Subject', 'A dent');
    page.type('What happened?', 'It fell.');
    await attach();
    page.button('Send without the file').click();
    await page.turn();
    expect(server.expectOne('/api/tickets').request.body).toMatchObject({
      body: 'It fell.',
      attachmentIds: [],
    });
  });

  it('lets an agent’s new ticket go without its file', async () => {
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    show(NewTicket, {});
    page.type('Requester’s email', 'new@example.com');
    page.type('Subject', 'A dent');
    page.type('What it is about', 'It fell.');
    await attach();
    page.button('Open without the file').click();
    await page.turn();
    const opened = server.expectOne((request) => request.method === 'POST' && request.url === '/api/tickets');
    expect(opened.request.body).toMatchObject({ body: 'It fell.', attachmentIds: [] });
  });

  it('lets an agent’s reply go without its file', async () => {
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    show(TicketView, { ref: '4812' });
    server.expectOne('/api/tickets/4812').flush(TICKET);
    await page.turn();
    server.match((request) => request.url === MESSAGES)[0]?.flush({ items: [aMessage()], nextCursor: null });
    await page.turn();
    const box = page.host.querySelector<HTMLTextAreaElement>('textarea[aria-label="Reply"]');
    if (!box) throw new Error('No reply field');
    box.value = 'Like this';
    box.dispatchEvent(new Event('input', { bubbles: true }));
    await attach();
    page.button('Send without the file').click();
    await page.turn();
    const sent = server.expectOne((request) => request.method === 'POST' && request.url === MESSAGES);
    expect(sent.request.body).toEqual({
      body: 'Like this',
      kind: 'reply',
      status: 'pending',
      attachmentIds: [],
    });
  });
});
