import type { Person } from '../testing/caller';
import { refreshCookieOf } from '../testing/refresh-cookie';
import { DAY, HOUR } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import { SessionsService } from './sessions.service';

describe('a session', () => {
  let desk: TestDesk;
  let ana: Person;
  let admin: Person;

  beforeEach(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
    admin = await desk.signIn('admin');
  });
  afterEach(() => desk.close());

  const refresh = (token: string) =>
    desk.anonymous.post('/auth/refresh').set('Cookie', `liftdesk_refresh=${token}`);
  const isIn = async (token: string): Promise<boolean> =>
    (await desk.as({ token }).get('/auth/me')).status === 200;

  describe('being refreshed', () => {
    it('gives a new access token and another refresh token', async () => {
      const answer = await refresh(ana.refreshToken).expect(200);
      expect(answer.body).toMatchObject({ expiresIn: 900, user: { id: ana.id } });
      expect(await isIn(answer.body.accessToken)).toBe(true);
      const next = refreshCookieOf(answer);
      expect(next.value).not.toBe(ana.refreshToken);
      expect(next.attributes).toMatchObject({ httponly: true, samesite: 'Strict', path: '/api/auth' });
      await refresh(next.value).expect(200);
    });

    it('ends, with all that came of it, when a refresh token is used twice', async () => {
      const first = await refresh(ana.refreshToken).expect(200);
      const second = await refresh(refreshCookieOf(first).value).expect(200);
      const elsewhere = await desk.sessionOf(ana.rid, ana.id);
      await refresh(ana.refreshToken).expect(401);
      await refresh(refreshCookieOf(second).value).expect(401);
      expect(await isIn(ana.token)).toBe(false);
      expect(await isIn(second.body.accessToken)).toBe(false);
      expect(await isIn(elsewhere.token)).toBe(true);
    });

    it('goes to one of two who come with the same token at once, and then ends', async () => {
      const answers = await Promise.all([refresh(ana.refreshToken), refresh(ana.refreshToken)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
      const winner = answers.find(({ status }) => status === 200);
      expect(await isIn(winner?.body.accessToken)).toBe(false);
    });

    it.each(['', 'x', 'x'.repeat(5_000), 'null', '%00'])('takes no other token: %s', async (token) => {
      await refresh(token).expect(401);
    });

    it('takes no cookie of another name and no token in the body', async () => {
      await desk.anonymous.post('/auth/refresh').expect(401);
      await desk.anonymous.post('/auth/refresh').set('Cookie', `refresh=${ana.refreshToken}`).expect(401);
      await desk.anonymous.post('/auth/refresh', { refreshToken: ana.refreshToken }).expect(400);
    });

    it('lasts as long as it is used, and ends 30 days after the last time', async () => {
      desk.clock.advance(29 * DAY);
      const first = refreshCookieOf(await refresh(ana.refreshToken).expect(200));
      desk.clock.advance(29 * DAY);
      const second = refreshCookieOf(await refresh(first.value).expect(200));
      desk.clock.advance(30 * DAY + HOUR);
      await refresh(second.value).expect(401);
    });

    it('keeps only the hash of a refresh token', async () => {
      const kept = JSON.stringify(await desk.rows('select * from refresh_token'));
      expect(kept).not.toContain(ana.refreshToken);
    });
  });

  describe('being ended', () => {
    it('takes its access tokens along at once on signing out', async () => {
      const elsewhere = await desk.sessionOf(ana.rid, ana.id);
      const cookie = `liftdesk_refresh=${ana.refreshToken}`;
      const answer = await desk.anonymous.post('/auth/logout').set('Cookie', cookie).expect(204);
      expect(refreshCookieOf(answer).value).toBe('');
      expect(await isIn(ana.token)).toBe(false);
      await refresh(ana.refreshToken).expect(401);
      expect(await isIn(elsewhere.token)).toBe(true);
    });

    it('works by the access token where the cookie is lost', async () => {
      await desk.as(ana).post('/auth/logout').expect(204);
      expect(await isIn(ana.token)).toBe(false);
      await refresh(ana.refreshToken).expect(401);
    });

    it('is no error twice, or for nobody', async () => {
      for (let n = 0; n < 2; n++) await desk.as(ana).post('/auth/logout').expect(204);
      await desk.anonymous.post('/auth/logout').expect(204);
    });

    it('comes to all sessions by a change of password, but to the one that is given for it', async () => {
      const elsewhere = await desk.sessionOf(ana.rid, ana.id);
      const change = { currentPassword: ana.password, newPassword: 'another long password' };
      const answer = await desk.as(ana).post('/auth/password/change', change).expect(200);
      for (const old of [ana, elsewhere]) {
        expect(await isIn(old.token)).toBe(false);
        await refresh(old.refreshToken).expect(401);
      }
      expect(await isIn(answer.body.accessToken)).toBe(true);
      await refresh(refreshCookieOf(answer).value).expect(200);
      const { email } = ana;
      await desk.anonymous.post('/auth/login', { email, password: ana.password }).expect(401);
      await desk.anonymous.post('/auth/login', { email, password: change.newPassword }).expect(200);
    });

    it('comes to all sessions at once when an admin disables their user, who stays out', async () => {
      await desk.as(admin).patch(`/users/${ana.id}`, { disabled: true }).expect(200);
      expect(await isIn(ana.token)).toBe(false);
      await refresh(ana.refreshToken).expect(401);
      await desk.anonymous.post('/auth/login', { email: ana.email, password: ana.password }).expect(401);
      await desk.as(admin).patch(`/users/${ana.id}`, { disabled: false }).expect(200);
      expect(await isIn(ana.token)).toBe(false);
      await refresh(ana.refreshToken).expect(401);
      await desk.anonymous.post('/auth/login', { email: ana.email, password: ana.password }).expect(200);
    });
  });

  describe('in its owner’s list', () => {
    const list = async (person: Person) =>
      (await desk.as(person).get('/auth/sessions').expect(200)).body.items;

    it('says when and by what it is used, and which one is asking', async () => {
      const elsewhere = await desk.sessionOf(ana.rid, ana.id);
      const items = await list(ana);
      expect(items).toHaveLength(2);
      expect(items).toContainEqual({
        id: ana.sessionId,
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
        expiresAt: expect.any(String),
        userAgent: 'test',
        current: true,
      });
      expect(items).toContainEqual(expect.objectContaining({ id: elsewhere.sessionId, current: false }));
    });

    it('is ended by its owner, at once', async () => {
      const elsewhere = await desk.sessionOf(ana.rid, ana.id);
      await desk.as(ana).delete(`/auth/sessions/${elsewhere.sessionId}`).expect(204);
      expect(await isIn(elsewhere.token)).toBe(false);
      expect(await isIn(ana.token)).toBe(true);
      expect((await list(ana)).map(({ id }: { id: string }) => id)).toEqual([ana.sessionId]);
      await desk.as(ana).delete(`/auth/sessions/${elsewhere.sessionId}`).expect(404);
    });

    it('is neither shown to others nor ended by them, an admin included', async () => {
      for (const person of [await desk.signIn('customer'), admin]) {
        expect(JSON.stringify(await list(person))).not.toContain(ana.sessionId);
        await desk.as(person).delete(`/auth/sessions/${ana.sessionId}`).expect(404);
      }
      expect(await isIn(ana.token)).toBe(true);
    });
  });

  it('forgets its used tokens when unused they would have expired, while all younger ones still end it', async () => {
    const sessions = desk.app.get(SessionsService, { strict: false });
    const kept = async () =>
      (
        await desk.rows(
          'select 1 from refresh_token t join session s on s.rid = t.session_rid where s.id = ?',
          [ana.sessionId],
        )
      ).length;
    const second = refreshCookieOf(await refresh(ana.refreshToken).expect(200));
    desk.clock.advance(29 * DAY);
    const third = refreshCookieOf(await refresh(second.value).expect(200));
    await sessions.sweep(0);
    expect(await kept()).toBe(3);
    desk.clock.advance(2 * DAY);
    await sessions.sweep(0);
    expect(await kept()).toBe(2);
    await refresh(ana.refreshToken).expect(401);
    const fourth = refreshCookieOf(await refresh(third.value).expect(200));
    await refresh(second.value).expect(401);
    await refresh(fourth.value).expect(401);
  });

  it('is forgotten with its tokens when it has been over for long', async () => {
    const sessions = desk.app.get(SessionsService, { strict: false });
    await desk.as(ana).post('/auth/logout').expect(204);
    expect(await sessions.sweep(desk.clock.now() - HOUR)).toBe(0);
    desk.clock.advance(2 * HOUR);
    expect(await sessions.sweep(desk.clock.now() - HOUR)).toBe(1);
    expect(await desk.rows('select 1 from refresh_token')).toHaveLength(1);
    expect(await isIn(admin.token)).toBe(true);
  });
});
