import { TestBed } from '@angular/core/testing';
import type { Message, Ticket, TicketEvent } from '@liftdesk/api-client';
import { AYLIN, MAJA, Server, picker, press, provideAgentSide } from '../../testing/agent-side';
import { Shortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { Toaster } from '../../shared/ui/toast/toaster';
import { aMessage, aTicket } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
import { ALL_OPEN } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { TicketView } from './ticket-view';

const TICKET = aTicket({ status: 'open', version: 4 });
const MESSAGES = `POST /api/tickets/${TICKET.id}/messages`;
const CHANGE = `PATCH /api/tickets/${TICKET.id}`;

describe('the ticket page', () => {
  let server: Server;
  let page: Page<TicketView>;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
  });

  afterEach(() => document.querySelector('.cdk-overlay-container')?.replaceChildren());

  async function open(change: Partial<Ticket> = {}, messages: Message[] = [aMessage()]): Promise<void> {
    server.ticket({ ...TICKET, ...change }, messages);
    page = render(TicketView, { ref: '4812' });
    document.body.append(page.host);
    await server.work(page);
  }

  const articles = () =>
    [...page.host.querySelectorAll('article')].map((one) => one.getAttribute('aria-label'));
  const box = (label: 'Reply' | 'Internal note') => {
    const field = page.host.querySelector<HTMLTextAreaElement>(`textarea[aria-label="${label}"]`);
    if (!field) throw new Error(`No ${label} field`);
    return field;
  };
  const write = async (label: 'Reply' | 'Internal note', words: string) => {
    press(label === 'Reply' ? 'r' : 'n');
    await page.turn();
    box(label).value = words;
    box(label).dispatchEvent(new Event('input', { bubbles: true }));
    await page.turn();
  };
  /** Ends the page as a reload does: drafts are written, everything in memory is gone. */
  const reload = async () => {
    window.dispatchEvent(new Event('pagehide'));
    page.host.remove();
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
    await open();
  };

  it('shows the conversation in order, notes marked as hidden from the customer', async () => {
    await open({}, [
      aMessage(),
      aMessage({ id: 'b', author: AYLIN }),
      aMessage({ id: 'c', author: MAJA, kind: 'note' }),
    ]);
    expect(articles()).toEqual([
      'Message by Katrin Hofmann',
      'Reply by Aylin Demir',
      'Internal note by Maja Lindqvist, hidden from the customer',
    ]);
  });

  it('loads a long conversation page by page', async () => {
    const messages = `GET /api/tickets/${TICKET.id}/messages`;
    server
      .ticket(TICKET)
      .on(messages, ({ params }) =>
        params.has('cursor')
          ? { items: [aMessage({ id: 'b' })], nextCursor: null }
          : { items: [aMessage({ id: 'a' })], nextCursor: 'next' },
      );
    page = render(TicketView, { ref: '4812' });
    await server.work(page);
    expect(articles()).toHaveLength(2);
    expect(server.made(messages)[0]?.params.get('limit')).toBe('100');
  });

  it('marks the ticket as read up to the last message that it shows', async () => {
    await open({ unread: true }, [aMessage(), aMessage({ id: 'b', author: AYLIN })]);
    expect(server.made(`PUT /api/tickets/${TICKET.id}/read`).map(({ body }) => body)).toEqual([
      { messageId: 'b' },
    ]);
  });

  it('marks nothing as read where the conversation could not be loaded', async () => {
    server
      .ticket({ ...TICKET, unread: true })
      .on(`GET /api/tickets/${TICKET.id}/messages`, () => ({ refused: 500 }));
    page = render(TicketView, { ref: '4812' });
    await server.work(page);
    expect(server.made(`PUT /api/tickets/${TICKET.id}/read`)).toEqual([]);
  });

  describe('the editor', () => {
    it('cannot be mistaken: a note has its own ground, words and button', async () => {
      await open();
      expect(page.text).toContain('To katrin@kitarad.example');
      expect(page.button(/^Send, set Pending/)).toBeTruthy();
      expect(page.host.querySelector('.frame')?.classList).not.toContain('note');
      await write('Internal note', 'For us only');
      expect(page.host.querySelector('.frame')?.classList).toContain('note');
      expect(page.text).toContain('Katrin will not see this');
      expect(page.button(/^Add note/).classList).toContain('note');
      expect(page.host.querySelector('#reply-panel')?.hasAttribute('hidden')).toBe(true);
    });

    it('adds a note as a note, and never with a status', async () => {
      await open();
      await write('Internal note', 'For us only');
      page.button(/^Add note/).click();
      server.on(MESSAGES, () => aMessage({ id: 'n', kind: 'note', author: MAJA, body: 'For us only' }));
      await server.work(page);
      expect(server.made(MESSAGES)[0]?.body).toEqual({
        body: 'For us only',
        kind: 'note',
        attachmentIds: [],
      });
      expect(articles().at(-1)).toContain('Internal note by Maja Lindqvist');
    });

    it('sends a reply that sets Pending, shown before the server answers', async () => {
      await open();
      await write('Reply', 'It is on its way');
      press('Enter', { ctrlKey: true });
      await page.turn();
      expect(articles().at(-1)).toBe('Reply by Maja Lindqvist');
      expect(page.text).toContain('Sending');
      expect(box('Reply').value).toBe('');
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA, body: 'It is on its way' }));
      await server.work(page);
      expect(server.made(MESSAGES)[0]?.body).toMatchObject({
        body: 'It is on its way',
        kind: 'reply',
        status: 'pending',
      });
      expect(page.text).not.toContain('Sending');
      expect(articles()).toHaveLength(2);
    });

    it('solves with the reply on Ctrl+Shift+Enter', async () => {
      await open();
      await write('Reply', 'Done');
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA }));
      press('Enter', { ctrlKey: true, shiftKey: true });
      await server.work(page);
      expect(server.made(MESSAGES)[0]?.body).toMatchObject({ status: 'solved' });
    });

    it('keeps what was not sent, with the cause, and sends it again under the same key', async () => {
      await open();
      await write('Reply', 'It is on its way');
      server.on(MESSAGES, () => 'offline');
      press('Enter', { ctrlKey: true });
      await server.work(page);
      expect(articles().at(-1)).toBe('Reply by Maja Lindqvist, not sent');
      expect(page.text).toContain('No connection to the server');
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA, body: 'It is on its way' }));
      page.button('Send again').click();
      await server.work(page);
      const [first, second] = server.made(MESSAGES).map((call) => call.headers.get('Idempotency-Key'));
      expect(first).toBeTruthy();
      expect(second).toBe(first);
      expect(articles()).toEqual(['Message by Katrin Hofmann', 'Reply by Maja Lindqvist']);
    });

    it('keeps what was not sent over a reload', async () => {
      await open();
      await write('Reply', 'It is on its way');
      server.on(MESSAGES, () => 'offline');
      press('Enter', { ctrlKey: true });
      await server.work(page);
      await reload();
      expect(articles().at(-1)).toBe('Reply by Maja Lindqvist, not sent');
      expect(page.text).toContain('It is on its way');
    });

    it('puts what was not sent back for editing', async () => {
      await open();
      await write('Reply', 'It is on its way');
      server.on(MESSAGES, () => ({ refused: 400, body: { title: 'Too long' } }));
      press('Enter', { ctrlKey: true });
      await server.work(page);
      page.button('Edit').click();
      await server.work(page);
      expect(box('Reply').value).toBe('It is on its way');
      expect(articles()).toHaveLength(1);
    });

    it('keeps a draft for each kind over a reload', async () => {
      await open();
      await write('Internal note', 'half a note');
      await write('Reply', 'half a reply');
      await reload();
      expect(box('Reply').value).toBe('half a reply');
      expect(box('Internal note').value).toBe('half a note');
    });

    it('is in the list of all keys with every key it hears', async () => {
      await open();
      const editor = TestBed.inject(Shortcuts)
        .groups()
        .find((group) => group.name === 'Editor');
      expect(editor?.shortcuts.map(({ keys }) => keys)).toEqual([
        'Mod+Enter',
        'Mod+Shift+Enter',
        'Mod+b',
        'Mod+i',
        'Escape',
      ]);
    });

    it('sends nothing without words', async () => {
      await open();
      page.button(/^Send, set Pending/).click();
      await server.work(page);
      expect(page.alert()).toBe('Write the reply first.');
      expect(server.made(MESSAGES)).toEqual([]);
    });

    it('stands aside on a closed ticket', async () => {
      await open({ status: 'closed', closedAt: TICKET.createdAt });
      expect(page.host.querySelector('textarea')).toBeNull();
      expect(page.link('Open a follow-up').getAttribute('href')).toContain('followUpOf=4812');
      page.button('Reopen').click();
      server.on(CHANGE, () => ({ ...TICKET, status: 'open', version: 5 }));
      await server.work(page);
      expect(server.made(CHANGE)[0]?.body).toEqual({ status: 'open' });
      expect(page.host.querySelector('textarea')).not.toBeNull();
    });
  });

  describe('a change', () => {
    const status = () => page.host.querySelector('.about desk-status')?.textContent?.trim();
    const choose = async (key: string, digit: string) => {
      press(key);
      await page.turn();
      expect(picker()).not.toBeNull();
      press(digit);
      await page.turn();
    };

    it('shows at once and is taken back, with a word about it, when the server fails', async () => {
      await open();
      await choose('s', '3');
      expect(status()).toBe('Pending');
      server.on(CHANGE, () => ({ refused: 500, body: { title: 'Broken', detail: 'The disk is full.' } }));
      await server.work(page);
      expect(status()).toBe('Open');
      expect(TestBed.inject(Toaster).current()).toMatchObject({
        kind: 'error',
        text: '#4812 not changed. The disk is full.',
      });
    });

    it('of the status can be undone', async () => {
      await open();
      server.on(CHANGE, () => ({ ...TICKET, status: 'pending', version: 5 }));
      await choose('s', '3');
      await server.work(page);
      expect(TestBed.inject(Toaster).current()?.text).toBe('#4812 set to Pending');
      server.on(CHANGE, () => ({ ...TICKET, status: 'open', version: 6 }));
      TestBed.inject(Toaster).undo();
      await server.work(page);
      expect(server.made(CHANGE).at(-1)?.body).toEqual({ status: 'open' });
      expect(status()).toBe('Open');
    });

    it('goes out with the version that was seen', async () => {
      await open();
      server.on(CHANGE, () => ({ ...TICKET, priority: 'urgent', version: 5 }));
      await choose('p', '1');
      await server.work(page);
      expect(server.made(CHANGE)[0]?.headers.get('If-Match')).toBe('"4"');
      expect(server.made(CHANGE)[0]?.body).toEqual({ priority: 'urgent' });
    });

    it('that another came before shows theirs, keeps the draft and can be made again', async () => {
      await open();
      await write('Reply', 'half a reply');
      (document.activeElement as HTMLElement).blur();
      const current: Ticket = {
        ...TICKET,
        status: 'pending',
        assignee: { id: AYLIN.id, name: AYLIN.name },
        version: 5,
      };
      const event: TicketEvent = {
        id: 'e',
        ticketId: TICKET.id,
        actor: AYLIN,
        type: 'status',
        from: 'open',
        to: 'pending',
        createdAt: '2026-11-22T10:30:00.000Z',
      };
      server
        .ticket(current, [aMessage()], [event])
        .on(CHANGE, () => ({ refused: 412, body: { title: 'Stale', current } }));
      press('e');
      await server.work(page);
      expect(page.alert()).toContain('Aylin Demir changed this ticket before you');
      expect(page.alert()).toContain('Status: OpenbecamePending');
      expect(page.alert()).toContain('Assignee: nobodybecameAylin Demir');
      expect(status()).toBe('Pending');
      expect(box('Reply').value).toBe('half a reply');
      server.on(CHANGE, () => ({ ...current, status: 'solved', version: 6 }));
      page.button('Set status Solved').click();
      await server.work(page);
      expect(server.made(CHANGE).at(-1)?.headers.get('If-Match')).toBe('"5"');
      expect(status()).toBe('Solved');
      expect(page.host.querySelector('desk-conflict-strip')).toBeNull();
    });

    it('is made on the newer version when only a message came between', async () => {
      await open();
      let tries = 0;
      server.on(CHANGE, () => {
        const current = { ...TICKET, version: 5 };
        return ++tries === 1
          ? { refused: 412, body: { current } }
          : { ...current, status: 'solved', version: 6 };
      });
      press('e');
      await server.work(page);
      expect(server.made(CHANGE).map((call) => call.headers.get('If-Match'))).toEqual(['"4"', '"5"']);
      expect(status()).toBe('Solved');
      expect(page.host.querySelector('desk-conflict-strip')).toBeNull();
    });
  });

  it('says that the conversation did not load, also of a ticket the list knows, and tries again', async () => {
    server.ticket({ ...TICKET, unread: true }, [aMessage()]);
    void TestBed.inject(TicketList).show(ALL_OPEN);
    page = render(TicketView, { ref: 'x' });
    await server.work(page);
    const base = `GET /api/tickets/${TICKET.id}`;
    for (const call of ['GET /api/tickets/4812', base, `${base}/messages`, `${base}/events`])
      server.on(call, () => 'offline');
    page = render(TicketView, { ref: '4812' });
    await server.work(page);
    expect(page.text).toContain('Battery shows E-04');
    expect(page.text).toContain('The conversation did not load to its end. No connection to the server');
    expect(page.text).toContain('The log did not load. No connection to the server');
    expect(page.host.querySelector('[role=log] [aria-busy=true]')).toBeNull();
    server.ticket(TICKET, [aMessage()]);
    for (const again of page.buttons('Try again')) again.click();
    await server.work(page);
    expect(articles()).toEqual(['Message by Katrin Hofmann']);
    expect(page.text).not.toContain('did not load');
  });

  it('says what it does not know of the requester, and asks again', async () => {
    server.ticket(TICKET).on('GET /api/tickets', () => ({ refused: 503 }));
    page = render(TicketView, { ref: '4812' });
    await server.work(page);
    expect(page.text).toContain('The list did not load.');
    const other = aTicket({ id: 'o', number: 7, subject: 'Bell fell off' });
    server.on('GET /api/tickets', () => ({ items: [TICKET, other], nextCursor: null, order: '' }));
    page.button('Try again').click();
    await server.work(page);
    expect(page.link(/Bell fell off/)).toBeTruthy();
    expect(page.text).toContain('Nothing has been changed yet');
  });

  it('says that a ticket is not there', async () => {
    server.on('GET /api/tickets/4812', () => ({
      refused: 404,
      body: { title: 'Not found', requestId: 'req-9' },
    }));
    page = render(TicketView, { ref: '4812' });
    await server.work(page);
    expect(page.alert()).toContain('There is no ticket 4812');
    expect(page.alert()).toContain('req-9');
  });
});
