import { SesServer, SnsTopic, aBounce, aComplaint, aDelivery } from '@liftdesk/testing';
import { note, openTicket, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';
import type { MessageDto } from '../tickets/message.dto';
import type { TicketDto } from '../tickets/ticket.dto';
import type { Delivery } from './mail.dto';
import { OutboxStore } from './outbox.store';
import { OutboxWorker } from './outbox-worker';

process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIATEST';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';

describe('what became of a mail', () => {
  const topic = new SnsTopic();
  let ses: SesServer;
  let desk: TestDesk;
  let ana: Person;
  let katrin: Person;
  let ticket: TicketDto;
  let asked: jest.SpyInstance;

  beforeAll(async () => {
    ses = await SesServer.start();
    const env = { MAIL_TRANSPORT: 'ses', SES_REGION: 'eu-central-1', FROM_EMAIL: 'help@acme.example' };
    desk = await TestDesk.start({ env: { ...env, AWS_ENDPOINT_URL_SES: ses.url, SES_TOPIC_ARN: topic.arn } });
    katrin = await desk.signIn('agent', { name: 'Katrin' });
    asked = jest.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(topic.certificate));
  });
  afterAll(async () => {
    asked.mockRestore();
    await desk.close();
    await ses.close();
  });
  beforeEach(async () => {
    ses.mails.length = 0;
    ana = await desk.signIn('customer', { name: 'Ana' });
    ticket = await openTicket(desk, ana);
    await send();
  });

  const send = async (): Promise<void> => {
    const worker = desk.app.get(OutboxWorker, { strict: false });
    Object.assign(worker, { restUntil: 0 });
    await worker.drain();
  };
  const messages = async (by: Person): Promise<MessageDto[]> =>
    (await desk.as(by).get(`/tickets/${ticket.id}/messages`).expect(200)).body.items as MessageDto[];
  const newest = async (by = katrin): Promise<Delivery | null> =>
    (await messages(by)).at(-1)?.delivery ?? null;
  const post = (message: unknown) =>
    desk.anonymous
      .post('/mail/ses-events')
      .set('Content-Type', 'text/plain; charset=UTF-8')
      .set('x-amz-sns-message-type', 'Notification')
      .send(JSON.stringify(message));
  const resend = (id: string, body?: object) => desk.as(katrin).post(`/mail/deliveries/${id}/resend`, body);
  const sentId = (): string => ses.mails.at(-1)?.messageId ?? '';

  async function answered(): Promise<Delivery> {
    await write(desk, katrin, ticket);
    await send();
    const delivery = await newest();
    if (delivery === null) throw new Error('The answer was not mailed');
    return delivery;
  }

  it('is seen by the desk on the message: queued, then sent', async () => {
    const { delivery } = await write(desk, katrin, ticket);
    expect(delivery).toEqual({
      id: expect.any(String),
      status: 'queued',
      recipient: ana.email,
      reason: null,
      attempts: 0,
      updatedAt: expect.any(String),
    });
    await send();
    expect(await newest()).toMatchObject({ id: delivery?.id, status: 'sent', attempts: 1 });
  });

  it('is seen by no customer, and on no message that was not mailed to one', async () => {
    await answered();
    await note(desk, katrin, ticket);
    await write(desk, ana, ticket);
    expect((await messages(ana)).map(({ delivery }) => delivery)).toEqual([null, null, null]);
    expect((await messages(katrin)).map(({ delivery }) => delivery?.status)).toEqual([
      undefined,
      'sent',
      undefined,
      undefined,
    ]);
  });

  it('is told to the desk as it changes, and to no customer', async () => {
    const [desks, customers] = [await Listener.follow(desk, katrin), await Listener.follow(desk, ana)];
    const { id } = await write(desk, katrin, ticket);
    await send();
    const news = { ticketId: ticket.id, messageId: id };
    await desks.until(() => desks.heard.some(({ event }) => event === 'message.mail'));
    await post(topic.notification(aBounce(sentId(), ana.email))).expect(200);
    await resend((await newest())?.id ?? '', { liftBlock: true }).expect(202);
    const told = () => desks.heard.filter(({ event }) => event === 'message.mail').map(({ data }) => data);
    await desks.until(() => told().length === 3);
    expect(told()).toEqual([news, news, news]);
    // A reply that comes after all that.
    await write(desk, katrin, ticket);
    const replies = () => customers.heard.filter(({ event }) => event === 'message.added');
    await customers.until(() => replies().length === 2);
    expect(customers.text).not.toContain('message.mail');
    for (const listener of [desks, customers]) await listener.leave();
  });

  it('is seen on the first message where the desk opened the ticket', async () => {
    ticket = await openTicket(desk, katrin, { requesterEmail: ana.email });
    expect(await newest()).toMatchObject({ status: 'queued', recipient: ana.email });
  });

  it('is a failure with its reason, and the mail can be sent again', async () => {
    ses.failNext('reject');
    const failed = await answered();
    expect(failed).toMatchObject({ status: 'failed', reason: 'SES refused the mail', attempts: 1 });
    const { body } = await resend(failed.id).expect(202);
    expect(body).toMatchObject({ id: failed.id, status: 'queued', reason: null, attempts: 0 });
    await send();
    expect(await newest()).toMatchObject({ id: failed.id, status: 'sent' });
    await resend(failed.id).expect(409);
  });

  it('can be sent at once while it waits', async () => {
    ses.failNext('throttle');
    const waiting = await answered();
    expect(waiting).toMatchObject({ status: 'queued', reason: expect.stringMatching(/slowly/) });
    await resend(waiting.id, {}).expect(202);
    await send();
    expect(await newest()).toMatchObject({ status: 'sent' });
  });

  it('is sent once where it is asked for again while it is on its way', async () => {
    await write(desk, katrin, ticket);
    const waiting = await newest();
    const store = desk.app.get(OutboxStore, { strict: false });
    const claim = await store.claim();
    const { body } = await resend(waiting?.id ?? '').expect(202);
    expect(body).toMatchObject({ id: waiting?.id, status: 'queued', attempts: 1 });
    expect(await store.claim()).toBeNull();
    if (claim) await store.settle(claim, { status: 'sent', providerId: '0107-1' });
    expect(await newest()).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('is sent again whatever SNS repeats of the try before', async () => {
    await answered();
    const bounce = topic.notification(aBounce(sentId(), ana.email));
    await post(bounce).expect(200);
    const { id } = (await newest()) as Delivery;
    await resend(id, { liftBlock: true }).expect(202);
    await post(bounce).expect(200);
    expect(await newest()).toMatchObject({ status: 'queued' });
    await send();
    await post(bounce).expect(200);
    expect(await newest()).toMatchObject({ id, status: 'sent' });
  });

  it('is a bounce that lands on its message, and blocks the address until an agent says otherwise', async () => {
    const { id } = await answered();
    await post(topic.notification(aBounce(sentId(), ana.email))).expect(200);
    const bounced = await newest();
    expect(bounced).toMatchObject({
      id,
      status: 'bounced',
      reason: 'The address does not take mail (550 5.1.1)',
    });

    await write(desk, katrin, ticket);
    expect(await newest()).toMatchObject({ status: 'suppressed', reason: bounced?.reason });
    const before = ses.mails.length;
    await send();
    expect(ses.mails).toHaveLength(before);

    const { body: problem } = await resend(id).expect(409);
    expect(problem.type).toMatch(/address-blocked$/);
    await resend(id, { liftBlock: false }).expect(409);
    await resend(id, { liftBlock: true }).expect(202);
    await send();
    expect(ses.mails).toHaveLength(before + 1);
    await write(desk, katrin, ticket);
    expect(await newest()).toMatchObject({ status: 'queued' });
  });

  it('is a bounce for now, which blocks nothing', async () => {
    await answered();
    await post(topic.notification(aBounce(sentId(), ana.email, { type: 'Transient' }))).expect(200);
    expect(await newest()).toMatchObject({ status: 'bounced' });
    await write(desk, katrin, ticket);
    expect(await newest()).toMatchObject({ status: 'queued' });
  });

  it('is a complaint, after which nothing more is sent', async () => {
    await answered();
    await post(topic.notification(aComplaint(sentId(), ana.email))).expect(200);
    expect(await newest()).toMatchObject({ status: 'complained', reason: expect.stringMatching(/reported/) });
    await write(desk, katrin, ticket);
    expect(await newest()).toMatchObject({ status: 'suppressed' });
  });

  it('stays as it is when SES says that it was delivered, or says the same twice', async () => {
    const { id } = await answered();
    await post(topic.notification(aDelivery(sentId(), ana.email))).expect(200);
    expect(await newest()).toMatchObject({ status: 'sent' });
    const bounce = topic.notification(aBounce(sentId(), ana.email));
    await post(bounce).expect(200);
    const first = await newest();
    await post(bounce).expect(200);
    expect(await newest()).toMatchObject({ id, status: 'bounced', reason: first?.reason });
  });

  it('lands on its message even where the process ended before it knew how SES calls the mail', async () => {
    const { id } = await answered();
    await desk.rows('update outbox_mail set provider_id = null where id = ?', [id]);
    const event = aBounce('unknown', ana.email) as { mail: object };
    const mail = { ...event.mail, commonHeaders: { messageId: `<${id}@acme.example>` } };
    await post(topic.notification({ ...event, mail })).expect(200);
    expect(await newest()).toMatchObject({ status: 'bounced' });
  });

  it('is not changed by events of mail that is not ours', async () => {
    await answered();
    await post(topic.notification(aBounce('0107-of-another-desk', ana.email))).expect(200);
    await post(topic.notification('Successfully validated SNS topic')).expect(200);
    await post(topic.notification({ notificationType: 'Open' })).expect(200);
    expect(await newest()).toMatchObject({ status: 'sent' });
    expect(await desk.rows('select 1 from mail_block where email_norm = ?', [ana.email])).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['a wrong signature', () => ({ ...topic.notification(aBounce(sentId(), ana.email)), Message: '{}' })],
    ['another signer', () => new SnsTopic(topic.arn).notification(aBounce(sentId(), ana.email))],
    ['another topic', () => new SnsTopic(`${topic.arn}-2`).notification(aBounce(sentId(), ana.email))],
    [
      'an old message',
      () => topic.notification(aBounce(sentId(), ana.email), { Timestamp: '2020-01-01T00:00:00.000Z' }),
    ],
    ['nothing', () => ''],
    ['an event without SNS', () => aBounce(sentId(), ana.email)],
  ])('is not changed by %s', async (_, message) => {
    await answered();
    const { body } = await post(message()).expect(403);
    expect(body.type).toMatch(/forbidden$/);
    expect(await newest()).toMatchObject({ status: 'sent' });
  });

  it('takes no event that is larger than SNS sends one, nor one that is no text', async () => {
    const { status } = await post({ Message: 'x'.repeat(400_000) });
    expect(status).toBe(413);
    await desk.anonymous.post('/mail/ses-events').expect(403);
  });

  it('is asked for again where the certificate cannot be had', async () => {
    await answered();
    const other = new SnsTopic(topic.arn);
    Object.assign(other, { certificateUrl: other.certificateUrl.replace('0123', '4567') });
    asked.mockRejectedValueOnce(new TypeError('fetch failed'));
    await post(other.notification(aBounce(sentId(), ana.email))).expect(503);
  });

  it('is told by a topic that is confirmed, at SNS only', async () => {
    asked.mockClear();
    await post(topic.subscription()).expect(200);
    expect(asked.mock.calls.map(([url]) => String(url))).toEqual([
      expect.stringMatching(/^https:\/\/sns\.eu-central-1\.amazonaws\.com\/\?Action=ConfirmSubscription/),
    ]);
    asked.mockClear();
    await post(topic.subscription({ SubscribeURL: 'https://evil.example/' })).expect(403);
    await post(new SnsTopic('arn:aws:sns:eu-central-1:999999999999:x').subscription()).expect(403);
    expect(asked).not.toHaveBeenCalled();
  });

  it('counts nobody’s requests against SNS', async () => {
    for (let n = 0; n < 3; n++) {
      const { headers } = await post(topic.notification({ n })).expect(200);
      expect(headers['ratelimit-limit']).toBeUndefined();
    }
  });

  it('keeps the address out of the log', async () => {
    await answered();
    await post(
      topic.notification(aBounce(sentId(), ana.email, { diagnostic: `550 <${ana.email}> unknown` })),
    );
    const log = await desk.log();
    expect(log).toContain('mail.bounced');
    expect(log).not.toContain(ana.email);
  });
});

describe('the outbox of a developer', () => {
  it('shows mail to anybody, signed in or not, newest first', async () => {
    const desk = await TestDesk.start({ env: { NODE_ENV: 'development' } });
    const ana = await desk.signIn('customer');
    await openTicket(desk, ana, { subject: 'One: Grüße' });
    await desk.sendMail();
    await openTicket(desk, ana, { subject: 'Two' });
    await desk.sendMail();
    const { body } = await desk.anonymous.get('/mail/outbox?limit=1').expect(200);
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        to: ana.email,
        subject: expect.stringMatching(/^Two/),
        createdAt: expect.any(String),
      },
    ]);
    const next = await desk.anonymous.get(`/mail/outbox?cursor=${body.nextCursor}`).expect(200);
    expect(next.body).toMatchObject({
      items: [{ subject: expect.stringMatching(/^One/) }],
      nextCursor: null,
    });
    const one = await desk.anonymous.get(`/mail/outbox/${next.body.items[0].id}`).expect(200);
    expect(one.body).toMatchObject({
      to: ana.email,
      from: 'support@liftdesk.example',
      text: expect.stringContaining('Grüße'),
      html: expect.stringContaining('Grüße'),
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    await desk.anonymous.get('/mail/outbox/nothing').expect(404);
    await desk.anonymous.get('/mail/outbox?limit=0').expect(400);
    await desk.close();
  });

  it.each(['test', 'staging', 'production'])('shows nothing outside development: %s', async (environment) => {
    const desk = await TestDesk.start({ env: { NODE_ENV: environment } });
    await openTicket(desk, await desk.signIn('customer'));
    const [mail] = await desk.sendMail();
    await desk
      .as(await desk.signIn('admin'))
      .get('/mail/outbox')
      .expect(404);
    await desk.anonymous.get(`/mail/outbox/${mail?.id}`).expect(404);
    await desk.close();
  });
});
