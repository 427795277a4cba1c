import { FailureLimiter } from '@liftdesk/throttling';
import { SmtpInbox, readMail } from '@liftdesk/testing';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutboxWorker } from '../notifications/outbox-worker';
import type { Person } from '../testing/caller';
import { HOUR, MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import { PasswordResetService } from './password-reset.service';

const NEW_PASSWORD = 'a brand new password';

let printed: jest.SpyInstance;
beforeEach(() => {
  printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => printed.mockRestore());

/** The token of the newest link on the terminal. */
function printedToken(): string | undefined {
  const lines = printed.mock.calls.map(([line]) => String(line)).join('');
  return [...lines.matchAll(/\/reset-password\?token=([\w-]{43})\n/g)].at(-1)?.[1];
}

describe('a forgotten password', () => {
  let desk: TestDesk;
  let ana: Person;
  const request = (email: string) => desk.app.get(PasswordResetService, { strict: false }).request(email);
  const reset = (token: string | undefined, password = NEW_PASSWORD) =>
    desk.anonymous.post('/auth/password/reset', { token, password });

  beforeEach(async () => {
    desk = await TestDesk.start({ env: { NODE_ENV: 'development' } });
    ana = await desk.signIn('customer');
  });
  afterEach(() => desk.close());

  async function linkFor(email: string): Promise<string> {
    await request(email);
    const token = printedToken();
    if (!token) throw new Error('No link was printed');
    return token;
  }

  it('has one link that works, however many are asked for at the same moment', async () => {
    await Promise.all([1, 2, 3, 4].map(() => request(ana.email)));
    expect(await desk.rows('select 1 from password_reset where user_rid = ?', [ana.rid])).toHaveLength(1);
    const tokens = printed.mock.calls.flatMap(([line]) =>
      [...String(line).matchAll(/\/reset-password\?token=([\w-]{43})\n/g)].map(([, token]) => token),
    );
    const statuses: number[] = [];
    for (const token of tokens) statuses.push((await reset(token)).status);
    expect(statuses.sort()).toEqual([204, 400, 400, 400]);
  });

  it('is changed by the link, which ends every session', async () => {
    const token = await linkFor(ana.email.toUpperCase());
    await reset(token).expect(204);
    await desk.as(ana).get('/auth/me').expect(401);
    const { email } = ana;
    await desk.anonymous.post('/auth/login', { email, password: ana.password }).expect(401);
    await desk.anonymous.post('/auth/login', { email, password: NEW_PASSWORD }).expect(200);
  });

  it('lets its owner in at once who failed too often before', async () => {
    const { email } = ana;
    const signIn = (password: string) => desk.anonymous.post('/auth/login', { email, password });
    for (let n = 0; n < 5; n++) await signIn('a wrong password').expect(401);
    await signIn(ana.password).expect(429);
    await reset(await linkFor(email)).expect(204);
    await signIn(NEW_PASSWORD).expect(200);
  });

  it('is not changed any more by the link of somebody who has changed it otherwise', async () => {
    const token = await linkFor(ana.email);
    const change = { currentPassword: ana.password, newPassword: 'changed by its owner' };
    await desk.as(ana).post('/auth/password/change', change).expect(200);
    await reset(token).expect(400);
  });

  it('is the link’s where it is changed both ways at once: who knew the old password is not let in', async () => {
    const token = await linkFor(ana.email);
    const failures = desk.app.get(FailureLimiter, { strict: false });
    // Between the look at the old password and the transaction.
    jest.spyOn(failures, 'succeed').mockImplementationOnce(async () => void (await reset(token).expect(204)));
    const change = { currentPassword: ana.password, newPassword: 'changed by somebody else' };
    await desk.as(ana).post('/auth/password/change', change).expect(401);
    await desk.anonymous.post('/auth/login', { email: ana.email, password: NEW_PASSWORD }).expect(200);
  });

  it('is changed by a link once only, also when it is used twice at once', async () => {
    const token = await linkFor(ana.email);
    const answers = await Promise.all([reset(token), reset(token, 'yet another password')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
    await reset(token).expect(400);
  });

  it('is not changed by a link after an hour', async () => {
    const token = await linkFor(ana.email);
    desk.clock.advance(HOUR - MINUTE);
    await reset(token, 'qwertyuiop').expect(400);
    desk.clock.advance(2 * MINUTE);
    const { body } = await reset(token).expect(400);
    expect(body.errors[0].pointer).toBe('/token');
  });

  it('is not changed by the link before the newest', async () => {
    const older = await linkFor(ana.email);
    const newest = await linkFor(ana.email);
    await reset(older).expect(400);
    await reset(newest).expect(204);
  });

  it('keeps its link when the new one is refused', async () => {
    const token = await linkFor(ana.email);
    await reset(token, 'short').expect(400);
    await reset(token, 'qwertyuiop').expect(400);
    await reset(token, ana.email).expect(400);
    await reset(token).expect(204);
  });

  it('is set by the link for somebody whom an agent wrote a ticket for', async () => {
    const agent = await desk.signIn('agent');
    const ticket = { subject: 'x', body: 'x', requesterEmail: 'guest@example.com' };
    await desk.as(agent).post('/tickets', ticket).expect(201);
    await reset(await linkFor('guest@example.com')).expect(204);
    await desk.anonymous
      .post('/auth/login', { email: 'guest@example.com', password: NEW_PASSWORD })
      .expect(200);
  });

  it('is none for a disabled user, not even with a link from before', async () => {
    const token = await linkFor(ana.email);
    await desk.rows('update "user" set disabled_at = 1 where id = ?', [ana.id]);
    await reset(token).expect(400);
    await request(ana.email);
    expect(printedToken()).toBe(token);
  });

  it('is answered the same whether or not the account exists', async () => {
    for (const email of [ana.email, 'nobody@example.com', 'no address']) {
      const { status, text } = await desk.anonymous.post('/auth/password/forgot', { email });
      expect({ email, status, text }).toEqual({ email, status: 202, text: '' });
    }
  });

  it('has a link of which only the hash is kept, and none in the log files', async () => {
    const token = await linkFor(ana.email);
    expect(JSON.stringify(await desk.rows('select * from password_reset'))).not.toContain(token);
    expect(await desk.log()).not.toContain(token);
  });
});

describe('where mail is sent', () => {
  let desk: TestDesk;
  let inbox: SmtpInbox;
  let ana: Person;
  const request = () => desk.app.get(PasswordResetService, { strict: false }).request(ana.email);
  const send = () => desk.app.get(OutboxWorker, { strict: false }).drain();
  const tokens = () =>
    inbox.mails.map(({ raw }) => /\/reset-password\?token=([\w-]{43})/.exec(readMail(raw).text)?.[1]);

  beforeAll(async () => {
    inbox = await SmtpInbox.start();
    const ca = join(mkdtempSync(join(tmpdir(), 'liftdesk-test-')), 'ca.pem');
    writeFileSync(ca, inbox.identity.certificate);
    const smtp = {
      MAIL_TRANSPORT: 'smtp',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: `${inbox.port}`,
      SMTP_CA_FILE: ca,
    };
    const env = { NODE_ENV: 'production', FROM_EMAIL: 'support@desk.example', ...smtp };
    desk = await TestDesk.start({ env });
  });
  beforeEach(async () => {
    inbox.mails.length = 0;
    ana = await desk.signIn('customer');
  });
  afterAll(async () => {
    await desk.close();
    await inbox.close();
  });

  it('the link is mailed to its owner, in production too, and opens the account', async () => {
    await request();
    await send();
    expect(inbox.mails).toMatchObject([{ to: [ana.email] }]);
    await desk.anonymous
      .post('/auth/password/reset', { token: tokens()[0], password: NEW_PASSWORD })
      .expect(204);
    await desk.anonymous.post('/auth/login', { email: ana.email, password: NEW_PASSWORD }).expect(200);
    expect(printedToken()).toBeUndefined();
  });

  it('the sign-in page is told so', async () => {
    const { body } = await desk.anonymous.get('/auth/options').expect(200);
    expect(body).toMatchObject({ resetLinks: 'mail' });
  });

  it('the link stands nowhere in the database, neither before it is sent nor after', async () => {
    await request();
    const before = JSON.stringify(await desk.rows('select * from outbox_mail'));
    await send();
    const [token = 'none'] = tokens();
    expect(before).not.toContain(token);
    expect(JSON.stringify(await desk.rows('select * from outbox_mail'))).not.toContain(token);
    expect(await desk.rows('select 1 from outbox_mail where secret is not null')).toEqual([]);
    expect(await desk.log()).not.toContain(token);
  });

  it('the link does not wait, sealed or not, for an address that is not written to', async () => {
    await desk.rows(
      `insert into mail_block (email_norm, kind, reason, created_at) values (?, 'bounce', 'It came back', 1)`,
      [ana.email],
    );
    await request();
    expect(await desk.rows('select status, secret from outbox_mail order by rid desc limit 1')).toEqual([
      { status: 'suppressed', secret: null },
    ]);
  });

  it('only the newest link is mailed of those that wait', async () => {
    await request();
    await request();
    await send();
    expect(inbox.mails).toHaveLength(1);
  });

  it('a link that could not be mailed while it lived is not mailed any more', async () => {
    await request();
    desk.clock.advance(2 * HOUR);
    await send();
    expect(inbox.mails).toEqual([]);
    expect(await desk.rows('select status from outbox_mail order by rid desc limit 1')).toEqual([
      { status: 'failed' },
    ]);
  });

  it('a link is not mailed any more once the password was changed otherwise', async () => {
    await request();
    const change = { currentPassword: ana.password, newPassword: 'changed by its owner' };
    await desk.as(ana).post('/auth/password/change', change).expect(200);
    await send();
    expect(inbox.mails).toEqual([]);
  });

  it('nobody is sent more than five links in an hour, whoever asks for them', async () => {
    for (let n = 0; n < 8; n++) {
      await request();
      await send();
    }
    expect(inbox.mails).toHaveLength(5);
    desk.clock.advance(HOUR + MINUTE);
    await request();
    await send();
    expect(inbox.mails).toHaveLength(6);
  });
});

describe('outside development', () => {
  it.each(['production', 'staging', 'test'])('no reset link is made or printed: %s', async (environment) => {
    const desk = await TestDesk.start({ env: { NODE_ENV: environment } });
    const ana = await desk.signIn('customer');
    await desk.app.get(PasswordResetService, { strict: false }).request(ana.email);
    expect(printedToken()).toBeUndefined();
    expect(await desk.log()).not.toContain('password-reset');
    expect(await desk.rows('select 1 from password_reset')).toEqual([]);
    await desk.close();
  });

  it.each([
    ['production', '__Secure-liftdesk_refresh', true],
    ['staging', '__Secure-liftdesk_refresh', true],
    ['development', 'liftdesk_refresh', undefined],
  ])('cookies go over https only, and come by it only: %s', async (environment, name, secure) => {
    const desk = await TestDesk.start({ env: { NODE_ENV: environment } });
    const ana = await desk.signIn('customer');
    const answer = await desk.anonymous.post('/auth/login', { email: ana.email, password: ana.password });
    const cookie = (answer.headers['set-cookie'] as unknown as string[])[0] ?? '';
    expect(cookie.split('=')[0]).toBe(name);
    expect(/; Secure/.test(cookie) || undefined).toBe(secure);
    const refresh = (header: string) => desk.anonymous.post('/auth/refresh').set('Cookie', header);
    await refresh(cookie.replace(name, secure ? 'liftdesk_refresh' : 'another')).expect(401);
    await refresh(cookie.split(';')[0] ?? '').expect(200);
    await desk.close();
  });
});
