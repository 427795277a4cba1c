import { provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  HttpTestingController,
  type TestRequest,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { type Type, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { AnswerForm } from '../../portal/conversation/answer-form';
import { NewTicketPage } from '../../portal/new-ticket/new-ticket';
import { Session } from '../../session/session';
import { Maintenance } from '../../shared/http/maintenance';
import { maintenanceInterceptor } from '../../shared/http/maintenance.interceptor';
import { Toaster } from '../../shared/ui/toast/toaster';
import { type Answer, Server, press, provideAgentSide } from '../../testing/agent-side';
import { aMessage, aTicket, aUser, anAttachment, inMaintenance } from '../../testing/api-objects';
import { aFile, drop } from '../../testing/files';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { TicketView } from '../../tickets/ticket/ticket-view';

const WHY = 'Writing waits until the maintenance is over. What you typed is kept: send it again then.';
const TICKET = aTicket({ status: 'open', version: 4 });
const MESSAGES = `/api/tickets/${TICKET.id}/messages`;
const http = () => provideHttpClient(withInterceptors([maintenanceInterceptor]));

afterEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
});

describe('what an agent writes in maintenance', () => {
  const REFUSED: Answer = { refused: 503, body: inMaintenance()[0] };
  let server: Server;
  let page: Page<TicketView>;
  let looks = 0;

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [...provideAgentSide(), http(), provideHttpClientTesting()],
    });
    server = new Server();
    server.ticket(TICKET, [aMessage()]);
    page = render(TicketView, { ref: '4812' });
    document.body.append(page.host);
    await server.work(page);
  });

  const send = async (words: string) => {
    const box = page.host.querySelector<HTMLTextAreaElement>('textarea[aria-label="Reply"]');
    if (!box) throw new Error('No reply field');
    box.focus();
    box.value = words;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    press('Enter', { ctrlKey: true });
    await server.work(page);
  };
  /** As somebody who comes back to the page. */
  const look = async () => {
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000 * ++looks);
    document.dispatchEvent(new Event('visibilitychange'));
    later.mockRestore();
    await server.work(page);
  };
  const keys = () => server.made(`POST ${MESSAGES}`).map((request) => request.headers.get('Idempotency-Key'));

  it('is kept with the cause, and goes out under the same key', async () => {
    server.on(`POST ${MESSAGES}`, () => REFUSED);
    await send('It is on its way');
    expect(page.text).toContain(`Maintenance is under way. ${WHY}`);
    expect(page.text).toContain('It is on its way');
    expect(TestBed.inject(Maintenance).isOn()).toBe(true);
    server.on(`POST ${MESSAGES}`, () => aMessage({ id: 'new', body: 'It is on its way' }));
    page.button('Send again').click();
    await server.work(page);
    expect(page.buttons('Send again')).toEqual([]);
    expect(new Set(keys()).size).toBe(1);
  });

  it('is known not to have arrived: once edited it is something new', async () => {
    server.on(`POST ${MESSAGES}`, () => REFUSED);
    await send('First words');
    page.button('Edit').click();
    await server.work(page);
    await send('Other words');
    expect(new Set(keys()).size).toBe(2);
  });

  it('may have arrived all the same, where nobody knows of the try before', async () => {
    server.on(`POST ${MESSAGES}`, () => 'offline');
    await send('Into the dark');
    server.on(`POST ${MESSAGES}`, () => REFUSED);
    page.button('Send again').click();
    await server.work(page);
    page.button('Edit').click();
    await server.work(page);
    await send('Into the dark');
    expect(new Set(keys()).size).toBe(1);
  });

  it('is nothing while only read: that a message was seen is told afterwards', async () => {
    const READ = `PUT /api/tickets/${TICKET.id}/read`;
    const before = server.made(READ).length;
    const maintenance = TestBed.inject(Maintenance);
    server.ticket({ ...TICKET, unread: true, version: 5 }, [aMessage(), aMessage({ id: 'b' })]);
    maintenance.learn(inMaintenance()[0].maintenance);
    await look();
    expect(page.host.querySelectorAll('article')).toHaveLength(2);
    expect(server.made(READ)).toHaveLength(before);
    maintenance.learn(null);
    await look();
    expect(server.made(READ).at(-1)?.body).toEqual({ messageId: 'b' });
  });

  it('is taken back where it is a change of the ticket, and can be made again', async () => {
    const status = () => page.host.querySelector('.about desk-status')?.textContent?.trim();
    const CHANGE = `PATCH /api/tickets/${TICKET.id}`;
    server.on(CHANGE, () => REFUSED);
    press('s');
    await page.turn();
    press('3');
    await page.turn();
    expect(status()).toBe('Pending');
    await server.work(page);
    expect(status()).toBe('Open');
    const toast = TestBed.inject(Toaster).current();
    expect(toast).toMatchObject({ kind: 'error', text: `#4812 not changed. ${WHY}` });
    server.on(CHANGE, () => ({ ...TICKET, status: 'pending', version: 5 }));
    toast?.action?.run();
    await server.work(page);
    expect(status()).toBe('Pending');
  });
});

describe('what a customer writes in maintenance', () => {
  let server: HttpTestingController;
  let page: Page<unknown>;

  function open(component: Type<unknown>, inputs: Record<string, unknown> = {}): void {
    TestBed.configureTestingModule({
      providers: [
        http(),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: Session, useValue: { user: signal(aUser()), state: signal('signed-in') } },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(component, inputs);
    document.body.append(page.host);
  }
  const press = async (button: string, path: string): Promise<TestRequest> => {
    page.button(button).click();
    await page.turn();
    return server.expectOne((request) => request.method === 'POST' && request.url === path);
  };
  const keyOf = (sent: TestRequest) => sent.request.headers.get('Idempotency-Key');

  it('is kept as an answer, and goes out under the same key', async () => {
    open(AnswerForm, { ticket: TICKET });
    page.type('Your answer', 'Sand, please');
    const first = await press('Send answer', MESSAGES);
    first.flush(...inMaintenance());
    await page.turn();
    expect(page.alert()).toContain(WHY);
    expect(page.field('Your answer').value).toBe('Sand, please');
    const second = await press('Send answer', MESSAGES);
    expect(keyOf(second)).toBe(keyOf(first));
    second.flush(aMessage());
    await page.turn();
    expect(page.field('Your answer').value).toBe('');
  });

  it('is kept as a ticket, over a reload too, and goes out under the same key', async () => {
    open(NewTicketPage);
    page.type('Subject', 'A dent');
    page.type('What happened?', 'It fell.');
    const first = await press('Send ticket', '/api/tickets');
    first.flush(...inMaintenance());
    await page.turn();
    expect(page.alert()).toContain(WHY);
    page.leave();
    page = render(NewTicketPage);
    await page.turn();
    expect(page.field('What happened?').value).toBe('It fell.');
    expect(keyOf(await press('Send ticket', '/api/tickets'))).toBe(keyOf(first));
  });

  it('waits with its file, which is sent by itself as soon as the maintenance is over', async () => {
    open(AnswerForm, { ticket: TICKET });
    page.type('Your answer', 'See the picture');
    drop(page.host.querySelector('form'), aFile('photo.png'));
    await page.turn();
    server.expectOne('/api/attachments').flush(...inMaintenance());
    await page.turn();
    expect(page.alert()).toContain('Files wait until the maintenance is over');
    expect(page.alert()).toContain('Your text and the file are kept here.');
    expect(page.button(/^Try again/).textContent).toContain('in 30 s');
    TestBed.inject(Maintenance).learn(null);
    await page.turn();
    server.expectOne('/api/attachments').flush({ items: [anAttachment({ id: 'a' })] });
    await page.turn();
    expect(page.text).not.toContain('Files wait');
    const sent = await press('Send answer', MESSAGES);
    expect(sent.request.body).toEqual({ body: 'See the picture', attachmentIds: ['a'] });
  });
});
