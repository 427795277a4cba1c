import type { KeptMail } from '@liftdesk/mail';
import { IdleMerge } from '../search/idle-merge';
import { change, note, openTicket, upload, write, aFile, stage } from '../testing/builders';
import type { Person } from '../testing/caller';
import { FailingStatements } from '../testing/failing-statements';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';
import { NotificationKeys } from './notification.config';
import { readReplyToken } from './reply-token';

describe('who hears of what by mail', () => {
  let desk: TestDesk;
  let ana: Person;
  let katrin: Person;
  let omar: Person;

  beforeAll(async () => {
    desk = await TestDesk.start({ env: { APP_NAME: 'Acme Help', FROM_EMAIL: 'help@acme.example' } });
    katrin = await desk.signIn('agent', { name: 'Katrin' });
    omar = await desk.signIn('agent', { name: 'Omar' });
  });
  afterAll(() => desk.close());
  beforeEach(async () => {
    ana = await desk.signIn('customer', { name: 'Ana' });
  });
  afterEach(async () => {
    await desk.sendMail();
  });

  /** To whom what is said, in the order of sending. */
  async function told(): Promise<string[]> {
    const sent = await desk.sendMail();
    return sent.map(({ to, text }) => `${to}: ${text.split('\n')[0]}`);
  }

  async function assignedTicket(): Promise<TicketDto> {
    const ticket = await openTicket(desk, ana);
    await change(desk, katrin, ticket, { assigneeId: katrin.id });
    await desk.sendMail();
    return ticket;
  }

  it('a customer gets a receipt of the ticket that it opened, without what it wrote: its address is not proven', async () => {
    const ticket = await openTicket(desk, ana, { subject: 'It burns', body: 'Since **noon**.' });
    const [mail, ...others] = await desk.sendMail();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      to: ana.email,
      from: 'help@acme.example',
      subject: `It burns [#${ticket.number}]`,
    });
    expect(mail?.text).toContain('We have received your request');
    expect(JSON.stringify(mail)).not.toContain('noon');
    expect(mail?.text).toContain(`http://localhost:5000/my/tickets/${ticket.number}`);
    expect(mail?.headers['From']).toBe('Acme Help <help@acme.example>');
  });

  it('somebody for whom the desk opened a ticket hears of it, and who is to work on it', async () => {
    await openTicket(desk, katrin, { requesterEmail: ana.email, assigneeId: omar.id, body: 'As you said.' });
    const [receipt, assignment] = await desk.sendMail();
    expect(receipt).toMatchObject({ to: ana.email });
    expect(receipt?.text).toContain('Katrin has opened request number');
    expect(receipt?.text).toContain('As you said.');
    expect(assignment).toMatchObject({ to: omar.email });
    expect(assignment?.text).toContain('Katrin has assigned a ticket to you');
    expect(assignment?.text).toMatch(/localhost:5000\/tickets\/\d+/);
  });

  it('nobody hears of what it did itself', async () => {
    await openTicket(desk, katrin, { assigneeId: katrin.id });
    expect(await told()).toEqual([]);
    const ticket = await openTicket(desk, ana);
    await desk.sendMail();
    await change(desk, katrin, ticket, { assigneeId: katrin.id });
    expect(await told()).toEqual([]);
  });

  it('the requester hears of an answer of the desk', async () => {
    const ticket = await assignedTicket();
    await write(desk, omar, ticket, { body: 'Try *water*' });
    const [mail, ...others] = await desk.sendMail();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: ana.email, subject: `Re: ${ticket.subject} [#${ticket.number}]` });
    expect(mail?.text).toContain('Omar has answered your request');
    expect(mail?.text).toContain('Try *water*');
    expect(mail?.html).toContain('Try <em>water</em>');
    expect(mail?.headers['From']).toBe('"Omar (Acme Help)" <help@acme.example>');
  });

  it('who works on a ticket hears of what its customer writes, and nobody where nobody does', async () => {
    const lonely = await openTicket(desk, ana);
    await desk.sendMail();
    await write(desk, ana, lonely);
    expect(await told()).toEqual([]);
    const ticket = await assignedTicket();
    await write(desk, ana, ticket, { body: 'Water does not help' });
    expect(await told()).toEqual([`${katrin.email}: Ana has written`]);
  });

  it('who is given a ticket hears of it, and who loses it does not', async () => {
    const ticket = await assignedTicket();
    await change(desk, katrin, ticket, { assigneeId: omar.id });
    expect(await told()).toEqual([`${omar.email}: Katrin has assigned a ticket to you`]);
    await change(desk, omar, ticket, { assigneeId: null });
    expect(await told()).toEqual([]);
  });

  it('the requester hears once that a ticket is solved, with the answer that came with it', async () => {
    const [one, two, three] = [await assignedTicket(), await assignedTicket(), await assignedTicket()];
    await change(desk, katrin, one, { status: 'solved' });
    expect(await told()).toEqual([`${ana.email}: Your request is solved`]);
    await write(desk, katrin, two, { body: 'Done', status: 'solved' });
    const [mail, ...others] = await desk.sendMail();
    expect(others).toEqual([]);
    expect(mail?.text).toMatch(/Katrin has answered your request[^]*marked as solved/);
    await note(desk, katrin, three, { status: 'solved' });
    expect(await told()).toEqual([`${ana.email}: Your request is solved`]);
  });

  it('nobody hears of a change of priority, tags, subject or due date, nor of reading', async () => {
    const ticket = await assignedTicket();
    await change(desk, omar, ticket, {
      priority: 'urgent',
      tags: ['x'],
      subject: 'New',
      dueAt: '2027-01-01T00:00:00Z',
    });
    await desk.as(omar).put(`/tickets/${ticket.id}/read`).expect(204);
    expect(await told()).toEqual([]);
  });

  it('no mail holds an internal note, a word of one, a file of one, or an address of the desk', async () => {
    const ticket = await assignedTicket();
    const [file] = await stage(desk, katrin, aFile('quokka.txt', Buffer.from('quokka')));
    await note(desk, katrin, ticket, { body: 'quokka', attachmentIds: [file?.id] });
    await upload(desk, katrin, ticket, aFile('quokka-desk.pdf'));
    await note(desk, omar, ticket, { body: 'quokka', status: 'solved' });
    await write(desk, katrin, ticket, { body: 'An answer' });
    const sent = await desk.sendMail();
    expect(sent.map(({ to }) => to)).toEqual([ana.email, ana.email]);
    const all = JSON.stringify(sent);
    expect(all).not.toContain('quokka');
    for (const agent of [katrin, omar]) expect(all).not.toContain(agent.email);
  });

  it('no mail holds a note even where a row of the outbox points to one', async () => {
    const ticket = await assignedTicket();
    const { id } = await note(desk, katrin, ticket, { body: 'quokka' });
    await write(desk, katrin, ticket, { body: 'An answer' });
    await desk.rows(
      `update outbox_mail set message_rid = (select rid from message where id = ?) where status = 'queued'`,
      [id],
    );
    expect(await desk.sendMail()).toEqual([]);
  });

  it('files that came with an answer are named', async () => {
    const ticket = await assignedTicket();
    const files = await stage(desk, katrin, aFile('manual.pdf'), aFile('Plan.pdf'));
    await write(desk, katrin, ticket, { attachmentIds: files.map(({ id }) => id) });
    const [mail] = await desk.sendMail();
    expect(mail?.text).toContain('Attached files: manual.pdf, Plan.pdf');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a customer', () => desk.rows('update "user" set disabled_at = 1 where rid = ?', [ana.rid])],
    ['a customer who does not want it', () => choose(ana, { agentReply: false })],
  ])('%s who is disabled, or has said so, hears nothing', async (_, silence) => {
    const ticket = await assignedTicket();
    await silence();
    await write(desk, katrin, ticket);
    expect(await told()).toEqual([]);
  });

  it('somebody who was disabled since hears nothing any more', async () => {
    const ticket = await assignedTicket();
    await write(desk, katrin, ticket);
    await desk.rows('update "user" set disabled_at = 1 where rid = ?', [ana.rid]);
    expect(await told()).toEqual([]);
  });

  const choose = (person: Person, wanted: object) =>
    desk.as(person).put('/users/me/notifications', wanted).expect(200);

  it('people choose what they hear of, each side what concerns it', async () => {
    const all = { ticketReceived: true, agentReply: true, solved: true };
    expect((await desk.as(ana).get('/users/me/notifications')).body).toEqual(all);
    const { body } = await choose(ana, { ticketReceived: false, solved: false });
    expect(body).toEqual({ ticketReceived: false, agentReply: true, solved: false });
    expect((await choose(ana, { solved: true })).body).toEqual({ ...all, ticketReceived: false });
    expect((await choose(katrin, {})).body).toEqual({ customerReply: true, assigned: true });
    await desk.as(ana).put('/users/me/notifications', { assigned: true }).expect(400);
    await desk.as(katrin).put('/users/me/notifications', { agentReply: true }).expect(400);
    await desk.as(ana).put('/users/me/notifications', { agentReply: 'no' }).expect(400);
    await desk.as(ana).put('/users/me/notifications', { everything: false }).expect(400);
  });

  it('an agent who wants none of it is left alone', async () => {
    await choose(katrin, { customerReply: false, assigned: false });
    const ticket = await openTicket(desk, ana);
    await change(desk, omar, ticket, { assigneeId: katrin.id });
    await write(desk, ana, ticket);
    expect(await told()).toEqual([`${ana.email}: We have received your request`]);
    await choose(katrin, { customerReply: true, assigned: true });
  });

  it('who wants to hear of solved tickets but not of answers hears that it was solved with one', async () => {
    const ticket = await assignedTicket();
    await choose(ana, { agentReply: false });
    await write(desk, katrin, ticket, { status: 'solved' });
    expect(await told()).toEqual([`${ana.email}: Your request is solved`]);
  });

  it.each([
    ['de', 'Wir haben Ihre Anfrage erhalten', 'Ticket öffnen'],
    ['fr', 'Nous avons bien reçu votre demande', 'Ouvrir le ticket'],
    ['es', 'Hemos recibido su solicitud', 'Abrir el ticket'],
    ['en', 'We have received your request', 'Open the ticket'],
    [null, 'We have received your request', 'Open the ticket'],
  ])('mail is in the language of who gets it: %s', async (language, title, button) => {
    await desk.as(ana).patch('/users/me', { language }).expect(200);
    await openTicket(desk, ana);
    const [mail] = await desk.sendMail();
    expect(mail?.text).toContain(title);
    expect(mail?.html).toContain(title);
    expect(mail?.html).toContain(button);
    expect(mail?.html).toContain(`<html lang="${language ?? 'en'}">`);
  });

  describe('the mails of one ticket', () => {
    let mails: KeptMail[];
    let ticket: TicketDto;
    beforeEach(async () => {
      ticket = await openTicket(desk, ana);
      await change(desk, omar, ticket, { assigneeId: katrin.id });
      await write(desk, katrin, ticket, { body: 'First' });
      await write(desk, katrin, ticket, { body: 'Second' });
      mails = (await desk.sendMail()).filter(({ to }) => to === ana.email);
    });

    it('hang together by their headers', () => {
      const headers = mails.map((mail) => mail.headers);
      const ids = headers.map((each) => each['Message-ID']);
      const root = `<ticket-${ticket.id}@acme.example>`;
      expect(new Set(ids).size).toBe(3);
      expect(headers.map((each) => each['In-Reply-To'])).toEqual([root, ids[0], ids[1]]);
      expect(headers.map((each) => each['References'])).toEqual([
        root,
        `${root} ${ids[0]}`,
        `${root} ${ids[1]}`,
      ]);
    });

    it('tell machines not to answer', () => {
      for (const { headers } of mails)
        expect(headers).toMatchObject({
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          Precedence: 'bulk',
        });
    });

    it('have an address for answers that says whose they will be, and that nobody can make up', async () => {
      const keys = desk.app.get(NotificationKeys, { strict: false }).forReplies();
      const address = mails[0]?.headers['Reply-To'] ?? '';
      const [, token = ''] = /^help\+(.+)@acme\.example$/.exec(address) ?? [];
      expect(readReplyToken(token, keys)).toEqual({ ticketRid: ticket.number, userRid: ana.rid });
      expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64);
    });
  });

  it('what somebody wrote stays text: no markup of its own, no script, no picture from elsewhere', async () => {
    const name = `<b>Eve</b> "O'Neil" & co`;
    const eve = await desk.signIn('customer', { name });
    const body = [
      '<script>alert(1)</script> <img src=x onerror=alert(1)>',
      '[link](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://spy.example/p.png)',
      '[fine](https://example.com/?a=1&b="2")',
    ].join('\n\n');
    const ticket = await openTicket(desk, eve, { subject: '<i>Hi</i> & "bye"', body });
    await change(desk, katrin, ticket, { assigneeId: omar.id });
    const [receipt, mail] = await desk.sendMail();
    expect(receipt?.html).not.toMatch(/<i>|<b>/);
    const html = mail?.html ?? '';
    expect(html).not.toMatch(/<script|<img|<i>|<b>|onerror=alert\(1\)>|href="(javascript|data):/i);
    expect(html).toContain('&lt;b&gt;Eve&lt;/b&gt; &quot;O&#39;Neil&quot; &amp; co');
    expect(html).toContain('&lt;i&gt;Hi&lt;/i&gt; &amp; &quot;bye&quot;');
    expect(html).toContain('href="https://spy.example/p.png"');
    expect(html).toContain('href="https://example.com/?a=1&amp;b=%222%22"');
    expect(html).not.toMatch(/src="|url\(/);
  });

  it('a message as long as can be is mailed', async () => {
    await openTicket(desk, katrin, { requesterEmail: ana.email, body: 'wide 🎉 '.repeat(12_000) });
    const [mail] = await desk.sendMail();
    expect(mail?.text.length).toBeGreaterThan(90_000);
  });

  it('a retry with the same key sends nothing more', async () => {
    const body = { subject: 'Once', body: 'Once' };
    for (let n = 0; n < 3; n++)
      await desk.as(ana).post('/tickets', body).set('Idempotency-Key', `once-${ana.id}`).expect(201);
    expect(await told()).toHaveLength(1);
  });

  it('there is no mail for a change that was refused', async () => {
    const ticket = await assignedTicket();
    await desk
      .as(katrin)
      .patch(`/tickets/${ticket.id}`, { status: 'solved' })
      .set('If-Match', '"1"')
      .expect(412);
    await desk.as(katrin).post(`/tickets/${ticket.id}/messages`, { body: 'x', status: 'new' }).expect(409);
    expect(await told()).toEqual([]);
  });

  it('there is no mail for what was rolled back, and one for what was kept, whichever statement fails', async () => {
    const ticket = await assignedTicket();
    // Its statements come when they please and would be counted among those of the reply.
    await desk.app.get(IdleMerge, { strict: false }).onModuleDestroy();
    const statements = new FailingStatements(desk.database);
    const reply = () => desk.as(katrin).post(`/tickets/${ticket.id}/messages`, { body: 'An answer' });
    // The first one also moves the ticket.
    await reply().expect(201);
    statements.arm(0);
    await reply().expect(201);
    const { count } = statements;
    expect(await told()).toHaveLength(2);
    expect(count).toBeGreaterThan(5);
    for (let n = 1; n <= count; n++) {
      statements.arm(n);
      await reply().expect(500);
      statements.arm(0);
      expect(await desk.rows(`select 1 from outbox_mail where status = 'queued'`)).toEqual([]);
    }
    expect(await told()).toEqual([]);
  });
});
