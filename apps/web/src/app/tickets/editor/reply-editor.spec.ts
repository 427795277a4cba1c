import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import type { Ticket } from '@liftdesk/api-client';
import { Toaster } from '../../shared/ui/toast/toaster';
import { type Answer, MAJA, Server, press, provideAgentSide } from '../../testing/agent-side';
import { aMessage, aTicket, anAttachment } from '../../testing/api-objects';
import { aFile, bring, drop } from '../../testing/files';
import { type Page, render } from '../../testing/page';
import { TicketView } from '../ticket/ticket-view';

const TICKET = aTicket({ status: 'open', version: 4 });
const MESSAGES = `POST /api/tickets/${TICKET.id}/messages`;
const UPLOAD = 'POST /api/attachments';
const REFUSED: Answer = { refused: 415, body: { title: 'Refused', detail: 'No programs, please.' } };

describe('the reply editor', () => {
  let server: Server;
  let page: Page<TicketView>;

  beforeEach(async () => {
    localStorage.clear();
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
    await open();
  });

  afterEach(() => page.host.remove());

  async function open(change: Partial<Ticket> = {}): Promise<void> {
    server.ticket({ ...TICKET, ...change }, [aMessage()]);
    page = render(TicketView, { ref: '4812' });
    document.body.append(page.host);
    await server.work(page);
  }

  const conversation = () => page.host.querySelector('[aria-label="Conversation"]');
  const box = () => {
    const field = page.host.querySelector<HTMLTextAreaElement>('textarea[aria-label="Reply"]');
    if (!field) throw new Error('No reply field');
    return field;
  };
  const write = async (words: string) => {
    box().focus();
    box().value = words;
    box().dispatchEvent(new Event('input', { bubbles: true }));
    await page.turn();
  };
  const send = async (init: KeyboardEventInit = {}) => {
    press('Enter', { ctrlKey: true, ...init });
    await server.work(page);
  };
  const articles = () =>
    [...page.host.querySelectorAll('article')].map((one) => one.getAttribute('aria-label'));
  /** Somebody else closes the ticket, the page learns of it, and the caret leaves the editor. */
  const closeByAnother = async () => {
    const closed: Ticket = { ...TICKET, status: 'closed', closedAt: TICKET.createdAt, version: 5 };
    server.ticket(closed, [aMessage()]);
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    document.dispatchEvent(new Event('visibilitychange'));
    later.mockRestore();
    await server.work(page);
    (document.activeElement as HTMLElement | null)?.blur();
    await page.turn();
    expect(page.text).toContain('This ticket is closed');
  };

  describe('with files', () => {
    it('takes those that fall anywhere on the conversation', async () => {
      bring(conversation(), 'dragenter', { types: ['Files'] });
      await page.turn();
      expect(page.host.querySelector('[aria-label="Write"]')?.classList).toContain('over');
      expect(drop(page.host.querySelector('article'), aFile('photo.png')).defaultPrevented).toBe(true);
      await page.turn();
      expect(page.host.querySelector('[aria-label="Write"]')?.textContent).toContain('photo.png');
    });

    it('sends the reply with the file that it waited for', async () => {
      await write('See the picture');
      drop(conversation(), aFile('photo.png'));
      await send();
      expect(page.text).toContain('Goes out when the files are there');
      expect(server.made(MESSAGES)).toEqual([]);
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA }));
      server.on(UPLOAD, () => ({ items: [anAttachment({ id: 'a' })] }));
      await server.work(page);
      expect(server.made(MESSAGES)[0]?.body).toMatchObject({ attachmentIds: ['a'] });
    });

    it('sends nothing when the page is left before the file is there, and keeps the text', async () => {
      await write('See the picture');
      drop(conversation(), aFile('photo.png'));
      await send();
      page.leave();
      server.on(MESSAGES, () => aMessage());
      await open();
      expect(server.made(MESSAGES)).toEqual([]);
      expect(box().value).toBe('See the picture');
      expect(TestBed.inject(Toaster).current()?.text).toContain('Not sent');
    });

    it('sends nothing when a file is refused meanwhile; sending again goes without it', async () => {
      await write('See the picture');
      drop(conversation(), aFile('tool.png'));
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA }));
      server.on(UPLOAD, () => REFUSED);
      await send();
      expect(server.made(MESSAGES)).toEqual([]);
      expect(page.alert()).toContain('A file was refused, and nothing is sent');
      expect(page.text).toContain('No programs, please.');
      expect(box().value).toBe('See the picture');
      await send();
      expect(server.made(MESSAGES)[0]?.body).toMatchObject({ attachmentIds: [] });
    });

    it('turns back to the reply that did not go out while a note was being written', async () => {
      await write('See the picture');
      drop(conversation(), aFile('tool.png'));
      await send();
      page.button('Internal note').click();
      await page.turn();
      expect(page.host.querySelector('#reply-panel')?.hasAttribute('hidden')).toBe(true);
      server.on(UPLOAD, () => REFUSED);
      await server.work(page);
      expect(page.host.querySelector('#reply-panel')?.hasAttribute('hidden')).toBe(false);
      expect(document.activeElement).toBe(box());
      expect(page.alert()).toContain('A file was refused, and nothing is sent');
    });

    it('takes back a send that waits, even when the file comes', async () => {
      await write('See the picture');
      drop(conversation(), aFile('photo.png'));
      await send();
      page.button('Wait, not yet').click();
      server.on(MESSAGES, () => aMessage());
      server.on(UPLOAD, () => ({ items: [anAttachment()] }));
      await server.work(page);
      expect(server.made(MESSAGES)).toEqual([]);
      expect(box().value).toBe('See the picture');
    });

    it('keeps one that is on its way when an unsent message comes back for editing', async () => {
      await write('First');
      server.on(MESSAGES, () => ({ refused: 400, body: { title: 'Too long' } }));
      await send();
      drop(conversation(), aFile('photo.png'));
      await page.turn();
      page.button('Edit').click();
      await page.turn();
      server.on(UPLOAD, () => ({ items: [anAttachment({ id: 'a' })] }));
      server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA }));
      await server.work(page);
      await send();
      expect(server.made(MESSAGES).at(-1)?.body).toMatchObject({ body: 'First', attachmentIds: ['a'] });
    });
  });

  it('hears a held key and a double click once', async () => {
    server.on(MESSAGES, () => aMessage({ id: 'r', author: MAJA }));
    await write('Done');
    await send();
    await send({ repeat: true });
    expect(page.alert()).toBe('');
    await write('Done again');
    const button = page.button(/^Send, set Pending/);
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1 }));
    await server.work(page);
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2 }));
    await server.work(page);
    expect(page.alert()).toBe('');
    expect(server.made(MESSAGES)).toHaveLength(2);
  });

  it('says so when the device keeps no drafts, and has the words back on the page all the same', async () => {
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    jest.useFakeTimers();
    await write('Half a reply');
    jest.runOnlyPendingTimers();
    jest.useRealTimers();
    await page.turn();
    expect(page.text).toContain('This device keeps no drafts');
    expect(page.text).not.toContain('Draft saved');
    page.leave();
    await open();
    expect(box().value).toBe('Half a reply');
    full.mockRestore();
  });

  describe('on a ticket that another closes meanwhile', () => {
    it('says that the reply is kept, and that the follow-up takes it along', async () => {
      await write('Half a reply');
      await closeByAnother();
      expect(page.text).toContain('Your reply is kept: the follow-up takes it along.');
      expect(page.text).not.toContain('Your note');
    });

    it('keeps an unsent reply in sight, and moves it to the follow-up when asked', async () => {
      await write('Not taken');
      server.on(MESSAGES, () => ({ refused: 409, body: { title: 'Closed' } }));
      await send();
      await closeByAnother();
      expect(articles().at(-1)).toBe('Reply by Maja Lindqvist, not sent');
      expect(() => page.button('Edit')).toThrow();
      page.button('Use in a follow-up').click();
      await page.settle();
      expect(TestBed.inject(Router).url).toBe('/tickets/new?followUpOf=4812');
      expect(localStorage.getItem(`liftdesk.draft.ticket.${MAJA.id}.${TICKET.id}.reply`)).toContain(
        'Not taken',
      );
    });

    it('never offers an unsent note to the customer', async () => {
      press('n');
      await page.turn();
      const note = page.host.querySelector<HTMLTextAreaElement>('textarea[aria-label="Internal note"]');
      if (note) note.value = 'For us only';
      note?.dispatchEvent(new Event('input', { bubbles: true }));
      server.on(MESSAGES, () => ({ refused: 409, body: { title: 'Closed' } }));
      await send();
      await closeByAnother();
      expect(page.text).toContain('For us only');
      expect(() => page.button('Use in a follow-up')).toThrow();
      expect(() => page.button('Edit')).toThrow();
    });
  });
});
