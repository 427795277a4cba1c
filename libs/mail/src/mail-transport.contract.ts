import { readMail, type ReadMail } from '@liftdesk/testing';
import type { Mail } from './mail';
import { MailRejectedError, MailTemporaryError, MailUnavailableError } from './mail.errors';
import type { MailTransport } from './mail-transport';

export interface Delivered {
  from: string;
  to: string[];
  raw: Buffer;
}

/** What a transport can be made to meet. */
export type Fault = 'throttled' | 'time-out' | 'cut' | 'down' | 'refused-recipient';

export interface TransportUnderTest {
  transport: MailTransport;
  /** What arrived so far, at the other end of the real protocol. */
  delivered(): Promise<Delivered[]>;
  /** The next mail meets it. */
  faults: Partial<Record<Fault, () => Promise<void> | void>>;
  repair?(): Promise<void> | void;
  close(): Promise<void>;
}

export const aMail = (given: Partial<Mail> = {}): Mail => ({
  messageId: '<0190-1@desk.example>',
  from: { name: 'Liftdesk', address: 'support@desk.example' },
  to: { name: 'Ana', address: 'ana@example.com' },
  subject: 'Re: The printer is on fire [#7]',
  text: 'Have you tried water?\n',
  html: '<p>Have you tried water?</p>',
  date: new Date('2026-11-26T10:00:00Z'),
  ...given,
});

const ERRORS = {
  throttled: MailTemporaryError,
  'time-out': MailUnavailableError,
  cut: MailUnavailableError,
  down: MailUnavailableError,
  'refused-recipient': MailRejectedError,
};

/** What every MailTransport does alike. */
export function describeMailTransport(
  name: string,
  create: () => Promise<TransportUnderTest>,
  faults: readonly Fault[],
): void {
  describe(`mail by ${name}`, () => {
    let under: TransportUnderTest;
    beforeAll(async () => {
      under = await create();
    });
    afterAll(() => under.close());

    /** Sends one mail and reads what came of it. */
    async function send(given: Partial<Mail> = {}): Promise<ReadMail & Delivered> {
      const before = (await under.delivered()).length;
      await under.transport.send(aMail(given));
      const after = await under.delivered();
      expect(after).toHaveLength(before + 1);
      const mail = after.at(-1) as Delivered;
      return { ...readMail(mail.raw), ...mail };
    }

    it('arrives once, from and to whom it says', async () => {
      const { from, to, headers } = await send();
      expect([from, to]).toEqual(['support@desk.example', ['ana@example.com']]);
      expect(headers['from']).toBe('Liftdesk <support@desk.example>');
      expect(headers['to']).toBe('Ana <ana@example.com>');
    });

    it('keeps the ids of its thread and the headers it is given', async () => {
      const { headers } = await send({
        messageId: '<0190-2@desk.example>',
        inReplyTo: '<0190-1@desk.example>',
        references: ['<ticket-7@desk.example>', '<0190-1@desk.example>'],
        replyTo: { address: 'support+token.x@desk.example' },
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      expect(headers).toMatchObject({
        'message-id': '<0190-2@desk.example>',
        'in-reply-to': '<0190-1@desk.example>',
        references: '<ticket-7@desk.example> <0190-1@desk.example>',
        'reply-to': 'support+token.x@desk.example',
        'auto-submitted': 'auto-generated',
        'x-auto-response-suppress': 'All',
        date: 'Thu, 26 Nov 2026 10:00:00 +0000',
      });
    });

    it('has a text and an HTML part, in any script', async () => {
      const text = 'Grüße, 你好, שלום, 🎉\n\nEine = Zeile.\n';
      const html = '<p>Grüße, 你好, שלום, 🎉 &amp; mehr</p>';
      const mail = await send({ text, html });
      expect(mail.text.replace(/\r\n/g, '\n')).toBe(text);
      expect(mail.html).toBe(html);
    });

    it.each([
      'Über die Straße nach Łódź [#12]',
      'プリンターが燃えています。どうすればよいですか。至急教えてください。よろしくお願いします。',
      '🖨️🔥 '.repeat(30).trim(),
      'a long subject '.repeat(13).trim(),
    ])('has its subject and names in any script and length: %s', async (subject) => {
      const { headers } = await send({
        subject,
        to: { name: 'Jürgen "Jü" Müller, 田中', address: 'j@example.com' },
      });
      expect(headers['subject']).toBe(subject);
      expect(headers['to']).toContain('田中');
    });

    it.each(['\r\nBcc: all@example.com', '\nBcc: all@example.com', '\rX: y', '\u2028Bcc: x', '\0'])(
      'has no header that came in with a subject or a name: %j',
      async (evil) => {
        const { headers, counts, to } = await send({
          subject: `Hello${evil}`,
          to: { name: `Ana${evil}`, address: 'ana@example.com' },
          from: { name: `Desk${evil}`, address: 'support@desk.example' },
        });
        expect(to).toEqual(['ana@example.com']);
        expect(Object.keys(headers)).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/^(bcc|x)$/)]),
        );
        expect([counts['subject'], counts['to'], counts['from']]).toEqual([1, 1, 1]);
      },
    );

    it.each<[string, Partial<Mail>]>([
      ['an address', { to: { address: 'ana@example.com\r\nBcc: all@example.com' } }],
      ['a list of addresses', { to: { address: 'ana@example.com,all@example.com' } }],
      ['an address in brackets', { to: { address: 'Ana <ana@example.com>' } }],
      ['a sender', { from: { address: 'support@desk.example\nX: y' } }],
      ['an address for answers', { replyTo: { address: 'a@b.example> <c@d.example' } }],
      ['a message id', { messageId: '<1@desk.example>\r\nX: y' }],
      ['a reference', { references: ['<1@desk.example>\r\nX: y'] }],
      ['a header’s value', { headers: { 'X-Kind': 'a\r\nX: y' } }],
      ['a header’s name', { headers: { 'X: y\r\nBcc': 'all@example.com' } }],
    ])('is refused with more in it than %s', async (_, given) => {
      const before = (await under.delivered()).length;
      await expect(under.transport.send(aMail(given))).rejects.toBeInstanceOf(MailRejectedError);
      expect(await under.delivered()).toHaveLength(before);
    });

    it('may be as long as a message can be, with lines of any length', async () => {
      const text = `${'ä'.repeat(100_000)}\n.\n..\nFrom here\n`;
      const html = `<p>${'x'.repeat(400_000)}</p>`;
      const mail = await send({ text, html });
      expect(mail.text.replace(/\r\n/g, '\n')).toBe(text);
      expect(mail.html).toBe(html);
      const lines = mail.raw.toString('latin1').split('\r\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    });

    it('is checked without sending any', async () => {
      const before = (await under.delivered()).length;
      await under.transport.check();
      await under.transport.maxPerSecond();
      expect(await under.delivered()).toHaveLength(before);
    });

    it.each(faults)('tells which kind of failure it was: %s', async (fault) => {
      await under.faults[fault]?.();
      const failure: unknown = await under.transport.send(aMail()).catch((error: unknown) => error);
      await under.repair?.();
      expect(failure).toBeInstanceOf(ERRORS[fault]);
      expect(failure).toMatchObject({ cause: expect.anything() });
      expect((failure as Error).message).not.toMatch(/@|127\.0\.0\.1|secret/);
      await send();
    });
  });
}
