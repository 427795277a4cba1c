import { LiveAnnouncer } from '@angular/cdk/a11y';
import { TestBed } from '@angular/core/testing';
import type { Message } from '@liftdesk/api-client';
import { AYLIN, MAJA, Server, press, provideAgentSide } from '../../testing/agent-side';
import { aDelivery, aMessage, aTicket } from '../../testing/api-objects';
import { LiveServer } from '../../testing/live-server';
import { type Page, render } from '../../testing/page';
import { TicketView } from './ticket-view';

const TICKET = aTicket({ status: 'open', version: 4 });
const GET = `GET /api/tickets/${TICKET.id}`;
const MESSAGES = `${GET}/messages`;
const PRESENCE = `POST /api/tickets/${TICKET.id}/presence`;
const FROM_AYLIN = aMessage({ id: 'b', author: AYLIN, body: 'I have one in stock' });

describe('a ticket while others work on it', () => {
  let server: Server;
  let stream: LiveServer;
  let page: Page<TicketView>;
  let messages: Message[];

  beforeEach(async () => {
    jest.useFakeTimers();
    localStorage.clear();
    stream = new LiveServer();
    messages = [aMessage()];
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), stream.provide()] });
    server = new Server().ticket(TICKET, messages).on(PRESENCE, () => ({}));
    server.on(MESSAGES, () => ({ items: messages, nextCursor: null }));
    page = render(TicketView, { ref: '4812' });
    document.body.append(page.host);
    await server.work(page);
    stream.last.accept().event('hello', { id: '1' });
    await pass(1_000);
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    document.body.replaceChildren();
    jest.useRealTimers();
  });

  async function pass(ms: number): Promise<void> {
    await page.turn();
    jest.advanceTimersByTime(ms);
    await server.work(page);
  }
  async function happen(type: string, data: object): Promise<void> {
    stream.last.event(type, { ticketId: TICKET.id, number: 4812, ...data });
    await pass(600);
  }
  const cards = () => [...page.host.querySelectorAll<HTMLElement>('desk-message')];
  const box = () => page.host.querySelector('textarea[aria-label="Reply"]') as HTMLTextAreaElement;
  const type = (words: string) => {
    box().value = words;
    box().dispatchEvent(new Event('input', { bubbles: true }));
  };
  const said = () => server.made(PRESENCE).map(({ body }) => (body as { state: string }).state);

  it('shows their reply and status within a second, without touching what is being typed', async () => {
    press('r');
    await page.turn();
    type('I was just going to');
    const [first] = cards();
    const field = box();
    server.on(GET, () => ({ ...TICKET, status: 'pending', version: 6 }));
    messages = [aMessage(), FROM_AYLIN];
    await happen('message.added', { messageId: 'b', kind: 'reply' });
    expect(page.text).toContain('I have one in stock');
    expect(page.button(/^Status/).textContent).toContain('Pending');
    expect(cards()[0]).toBe(first);
    expect(box()).toBe(field);
    expect(field.value).toBe('I was just going to');
    expect(document.activeElement).toBe(field);
  });

  it('asks for nothing when its own deed comes back, or something happens elsewhere', async () => {
    const before = server.calls.length;
    await happen('ticket.changed', { version: 4, status: 'open' });
    await happen('message.added', { messageId: aMessage().id, kind: 'reply' });
    await happen('ticket.changed', { ticketId: 'another', version: 9, status: 'open' });
    expect(server.calls.length).toBe(before);
  });

  it('shows a message also where the version was known before', async () => {
    messages = [aMessage(), FROM_AYLIN];
    await happen('message.added', { messageId: 'b', kind: 'reply' });
    expect(page.text).toContain('I have one in stock');
  });

  it('never shows a reply twice whose event is faster than its answer', async () => {
    press('r');
    await page.turn();
    type('On its way');
    press('Enter', { ctrlKey: true });
    await page.turn();
    const mine = aMessage({ id: 'm', author: MAJA, body: 'On its way' });
    server.on(GET, () => ({ ...TICKET, status: 'pending', version: 5 }));
    messages = [aMessage(), mine];
    await happen('message.added', { messageId: 'm', kind: 'reply' });
    expect(cards().filter((card) => card.textContent?.includes('On its way'))).toHaveLength(1);
    server.on(`POST /api/tickets/${TICKET.id}/messages`, () => mine);
    await pass(600);
    expect(cards().filter((card) => card.textContent?.includes('On its way'))).toHaveLength(1);
    expect(page.button(/^Status/).textContent).toContain('Pending');
  });

  it('looks at what happened while a change of its own was on its way', async () => {
    press('e');
    await page.turn();
    messages = [aMessage(), FROM_AYLIN];
    await happen('message.added', { messageId: 'b', kind: 'reply' });
    expect(page.text).not.toContain('I have one in stock');
    const solved = { ...TICKET, status: 'solved' as const, version: 6 };
    server.on(`PATCH /api/tickets/${TICKET.id}`, () => solved).on(GET, () => solved);
    await pass(600);
    expect(page.text).toContain('I have one in stock');
  });

  it('keeps the editor under the caret when somebody closes it, until the caret leaves', async () => {
    press('r');
    await page.turn();
    type('Half a sent');
    const field = box();
    server.on(GET, () => ({ ...TICKET, status: 'closed', version: 5 }));
    await happen('ticket.changed', { version: 5, status: 'closed' });
    expect(document.activeElement).toBe(field);
    expect(page.text).toContain('This ticket was closed meanwhile');
    field.blur();
    await page.turn();
    expect(page.host.querySelector('textarea')).toBeNull();
    expect(page.text).toContain('Your reply is kept: the follow-up takes it along.');
  });

  it('says that it may be old when it cannot be looked at, and keeps everything', async () => {
    server.on(GET, () => ({ refused: 503, body: { title: 'The database is away' } }));
    await happen('ticket.changed', { version: 5, status: 'open' });
    expect(page.text).toContain('The database is away. This is the ticket from');
    expect(cards()).toHaveLength(1);
    server.on(GET, () => ({ ...TICKET, version: 5 }));
    page.button('Try again').click();
    await pass(600);
    expect(page.text).not.toContain('The database is away');
  });

  describe('presence', () => {
    const come = (...people: object[]) => happen('presence', { people });
    const aylin = (state = 'viewing') => ({ id: AYLIN.id, name: AYLIN.name, state });
    const me = { id: MAJA.id, name: MAJA.name, state: 'viewing' };

    it('shows who else is here, and nobody who is not', async () => {
      await come(me);
      expect(page.text).not.toContain('also here');
      await come(me, aylin());
      expect(page.host.querySelector('desk-also-here .sr-only')?.textContent).toBe(
        'Aylin Demir has this ticket open too',
      );
      await come(me);
      expect(page.text).not.toContain('also here');
    });

    it('says who types', async () => {
      await come(me, aylin('typing'));
      expect(page.host.querySelector('desk-typing-line .cut')?.textContent).toBe('Aylin is typing');
      await come(me, aylin());
      expect(page.host.querySelector('desk-typing-line')?.textContent?.trim()).toBe('');
    });

    it('is announced once a person, however often it comes, goes and types', async () => {
      const announce = jest.spyOn(TestBed.inject(LiveAnnouncer), 'announce');
      await come(me, aylin());
      await come(me);
      await come(me, aylin('typing'));
      await come(me, aylin());
      expect(announce.mock.calls).toEqual([['Aylin Demir has this ticket open too', 'polite']]);
      expect(
        page.host.querySelector('desk-also-here [role=status], desk-typing-line [role=status]'),
      ).toBeNull();
    });

    it('forgets who left while the stream was cut for a moment', async () => {
      await come(me, aylin());
      stream.last.close();
      await pass(1_000);
      stream.last
        .accept()
        .event('hello', { id: '1' })
        .event('presence', { ticketId: TICKET.id, people: [me] });
      await pass(100);
      expect(page.text).not.toContain('also here');
    });

    it('is said again when another tab of the same person has left', async () => {
      await pass(2_000);
      const told = said().length;
      await come(aylin());
      expect(said()).toHaveLength(told + 1);
      await pass(2_000);
      await come(me, aylin());
      expect(said()).toHaveLength(told + 1);
    });

    it('claims to know nothing while no events come', async () => {
      await come(me, aylin());
      stream.last.cut();
      await pass(3_000);
      expect(page.text).not.toContain('also here');
    });

    it('is told to the others: on coming, every 20 s, while typing, and on leaving', async () => {
      expect(said()).toEqual(['viewing']);
      await pass(20_000);
      expect(said()).toEqual(['viewing', 'viewing']);
      press('r');
      await page.turn();
      type('H');
      type('He');
      await pass(1_000);
      type('Hel');
      await pass(0);
      expect(said().slice(2)).toEqual(['typing']);
      await pass(6_000);
      expect(said().slice(2)).toEqual(['typing', 'viewing']);
      page.leave();
      expect(stream.posts.map(({ url, init }) => [url, init.keepalive, init.body])).toEqual([
        [`/api/tickets/${TICKET.id}/presence`, true, '{"state":"left"}'],
      ]);
    });

    it('is not told again to a server that knows no such thing', async () => {
      server.on(PRESENCE, () => ({ refused: 404 }));
      await pass(20_000);
      const told = said().length;
      await pass(60_000);
      expect(said()).toHaveLength(told);
    });
  });

  describe('the mail of a reply', () => {
    const RESEND = 'POST /api/mail/deliveries/d1/resend';
    const show = async (change: Parameters<typeof aDelivery>[0]) => {
      messages = [aMessage({ id: 'r', author: MAJA, body: 'Yes', delivery: aDelivery(change) })];
      await happen('message.mail', { messageId: 'r' });
    };
    const label = () =>
      page.host.querySelector('desk-message:last-of-type article')?.getAttribute('aria-label');

    it.each([
      ['queued', 'Queued'],
      ['sent', 'Sent'],
    ] as const)('that is %s is a quiet word', async (status, words) => {
      await show({ status });
      expect(page.host.querySelector('desk-mail-mark')?.textContent).toContain(words);
      expect(page.host.querySelector('desk-mail-trouble')).toBeNull();
    });

    it('that is queued is looked at again also while no events come', async () => {
      await show({ status: 'queued' });
      stream.last.cut();
      await pass(1_000);
      stream.last.cut();
      await page.turn();
      messages = [aMessage({ id: 'r', author: MAJA, delivery: aDelivery({ status: 'sent' }) })];
      await pass(20_000);
      expect(page.host.querySelector('desk-mail-mark')?.textContent).toContain('Sent');
    });

    it('that failed says why, and is sent again', async () => {
      await show({ status: 'failed', reason: '552 mailbox full', attempts: 10 });
      expect(label()).toBe('Reply by Maja Lindqvist, mail failed');
      expect(page.text).toContain('did not go out: 552 mailbox full. Tried 10 times.');
      server.on(RESEND, () => ({}));
      page.button('Send again').click();
      messages = [aMessage({ id: 'r', author: MAJA, delivery: aDelivery({ status: 'queued' }) })];
      await pass(100);
      expect(server.made(RESEND).map(({ body }) => body)).toEqual([{}]);
      expect(page.text).toContain('Queued');
      expect(page.text).not.toContain('mailbox full');
      expect(document.activeElement?.getAttribute('aria-label')).toBe('Reply by Maja Lindqvist');
    });

    it.each(['bounced', 'suppressed'] as const)(
      'that was %s asks before it writes there again',
      async (status) => {
        await show({ status, reason: '550 no such user' });
        server.on(RESEND, () => ({}));
        page.button('Send again').click();
        await pass(0);
        expect(page.text).toContain('katrin@kitarad.example bounced. Write to this address again?');
        expect(server.made(RESEND)).toEqual([]);
        expect(document.activeElement?.textContent).toContain('Write to it again');
        page.button('Leave it').click();
        await pass(0);
        expect(document.activeElement?.textContent).toContain('Send again');
        page.button('Send again').click();
        await pass(0);
        page.button('Write to it again').click();
        await pass(100);
        expect(server.made(RESEND).map(({ body }) => body)).toEqual([{ liftBlock: true }]);
      },
    );

    it('that is refused again says so, and can be tried once more', async () => {
      await show({ status: 'failed' });
      server.on(RESEND, () => ({ refused: 503, body: { title: 'The server is busy', requestId: 'r-9' } }));
      page.button('Send again').click();
      await pass(100);
      expect(page.text).toContain('Not sent again. The server is busy');
      expect(page.text).toContain('r-9');
      expect(page.button('Send again')).toBeTruthy();
    });
  });
});
