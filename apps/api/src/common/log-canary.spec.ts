import request from 'supertest';
import { refreshCookieOf } from '../testing/refresh-cookie';
import { FailingStatements } from '../testing/failing-statements';
import { TestDesk } from '../testing/test-desk';

/** Stands in everything that is somebody's: none of it may come into a log. */
const CANARY = 'kanarienvogel';
const EMAIL = `${CANARY}@privat.example`;
const PASSWORD = `${CANARY} passwort 1`;

describe('a whole journey', () => {
  it('leaves no password, token, cookie, address, name or text in the logs', async () => {
    const desk = await TestDesk.start({ env: { LOG_LEVEL: 'debug' } });
    const secrets = [CANARY, CANARY.toUpperCase()];
    const agent = await desk.signIn('agent');
    const admin = await desk.signIn('admin');
    secrets.push(agent.token, agent.refreshToken, admin.token);

    const account = { email: EMAIL, password: PASSWORD, name: `${CANARY} Müller` };
    const registered = await desk.anonymous.post('/auth/register', account).expect(201);
    await desk.anonymous.post('/auth/register', account).expect(409);
    const signedIn = await desk.anonymous
      .post('/auth/login', { email: EMAIL, password: PASSWORD })
      .expect(200);
    await desk.anonymous.post('/auth/login', { email: EMAIL, password: `${PASSWORD}x` }).expect(401);
    await desk.anonymous.post('/auth/login', { email: EMAIL, passwort: PASSWORD }).expect(400);
    await desk.anonymous.get(`/auth/me?access_token=${signedIn.body.accessToken}&email=${EMAIL}`).expect(401);
    await desk.anonymous.get(`/nothing/here?email=${EMAIL}&token=${CANARY}`).expect(404);
    await desk.anonymous.post('/auth/password/forgot', { email: EMAIL }).expect(202);
    await desk.anonymous.post('/auth/password/reset', { token: CANARY, password: PASSWORD }).expect(400);
    await desk.anonymous.post('/auth/setup', { ...account, token: CANARY }).expect(400);
    const refreshed = await desk.anonymous
      .post('/auth/refresh')
      .set('Cookie', refreshCookieOf(signedIn).header);
    for (const answer of [registered, signedIn, refreshed])
      secrets.push(answer.body.accessToken, refreshCookieOf(answer).value);

    const ana = { token: registered.body.accessToken as string };
    const text = { subject: `About ${CANARY}`, body: `Said ${CANARY}` };
    const { body: ticket } = await desk
      .as(ana)
      .post('/tickets', { ...text, tags: [CANARY] })
      .set('Idempotency-Key', `key-${CANARY}`)
      .expect(201);
    await desk
      .as(ana)
      .post('/tickets', { ...text, priority: CANARY })
      .expect(400);
    await desk.as(ana).post('/tickets', text).set('Idempotency-Key', `key-${CANARY}`).expect(422);
    await desk.as(ana).post('/tickets').type('json').send(`{"subject":"${CANARY}`).expect(400);
    await desk.as(ana).get(`/tickets?q=${CANARY}`).expect(200);
    await desk.as(ana).get(`/tickets?${CANARY}=1`).expect(400);
    await desk.as(ana).get(`/tickets?cursor=${CANARY}`).expect(400);
    const { body: uploaded } = await desk
      .as(ana)
      .post(`/tickets/${ticket.id}/attachments`)
      .attach('attachments', Buffer.from(CANARY), `${CANARY}.txt`)
      .expect(201);
    await desk
      .as(ana)
      .post(`/tickets/${ticket.id}/attachments`)
      .attach('attachments', Buffer.from([0, 1, 2]), `${CANARY}.exe`)
      .expect(415);
    const { body: link } = await desk.as(ana).get(`/attachments/${uploaded.items[0].id}/link`).expect(200);
    await request(desk.server).get(link.url).expect(200);
    await request(desk.server).get(`${link.url}x`).expect(403);
    secrets.push(new URL(link.url, 'http://x').searchParams.get('signature') ?? '');
    await desk.as(agent).post(`/tickets/${ticket.id}/messages`, { body: CANARY, kind: 'note' }).expect(201);
    await desk.as(agent).patch(`/tickets/${ticket.id}`, { subject: CANARY, status: 'solved' }).expect(200);
    await desk
      .as(agent)
      .post('/tickets', { ...text, requesterEmail: `x${EMAIL}`, requesterName: CANARY })
      .expect(201);
    await desk.as(ana).delete(`/attachments/${uploaded.items[0].id}`).expect(204);
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` };
    const changed = await desk.as(ana).post('/auth/password/change', change).expect(200);
    secrets.push(changed.body.accessToken);
    expect((await desk.sendMail()).length).toBeGreaterThan(2);
    await desk.anonymous.post('/mail/ses-events', { Message: EMAIL }).expect(404);
    await desk.as(admin).patch(`/users/${registered.body.user.id}`, { disabled: true }).expect(200);

    const statements = new FailingStatements(desk.database);
    const { body: counted } = await desk.as(agent).get('/tickets?limit=1');
    for (let n = 1; n <= 8; n++) {
      statements.arm(n);
      const failing = desk.as(agent).post(`/tickets/${counted.items[0].id}/messages`, { body: CANARY });
      await failing.set('X-Request-Id', 'failed');
    }
    statements.arm(0);

    const log = await desk.log();
    expect(log).toContain('mail.sent');
    expect(log).toContain('ticket.opened');
    expect(log).toContain('The disk is gone');
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(log).not.toMatch(/eyJ|argon2|Bearer|liftdesk_refresh=|signature=[^[]/);
    await desk.close();
  });
});
