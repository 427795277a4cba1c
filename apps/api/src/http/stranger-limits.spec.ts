import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import type { Person } from '../testing/caller';
import { refreshCookieOf } from '../testing/refresh-cookie';
import { TestDesk } from '../testing/test-desk';

const ADDRESS = '203.0.113.1';

describe('the limit of an address', () => {
  let desk: TestDesk;
  let client: string;

  beforeEach(async () => {
    client = mkdtempSync(join(tmpdir(), 'liftdesk-client-'));
    writeFileSync(join(client, 'index.html'), '<html></html>');
    writeFileSync(join(client, 'main-5QF7A3XY.js'), '');
    desk = await TestDesk.start({ env: { RATE_LIMIT_ANONYMOUS: '3', WEB_DIR: client } });
  });
  afterEach(async () => {
    await desk.close();
    rmSync(client, { recursive: true });
  });

  const from = (address = ADDRESS) => desk.anonymous.from(address);
  const left = async (): Promise<number> => {
    const { status, headers } = await from().get('/auth/me');
    return status === 429 ? -1 : Number(headers['ratelimit-remaining']);
  };
  const refresh = (token: string, address = ADDRESS) =>
    from(address).post('/auth/refresh').set('Cookie', `liftdesk_refresh=${token}`);

  it('counts what no route answers and what cannot be read, each once, whatever token comes with it', async () => {
    const first = await from().get('/nothing').expect(404);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '3', 'ratelimit-remaining': '2' });
    const broken = from().post('/auth/login').type('json').send('{"');
    expect((await broken.expect(400)).headers['ratelimit-remaining']).toBe('1');
    await from().get('/tickets/%E0%A4%A').expect(400);
    const refused = await from().get('/nothing').set('Authorization', 'Bearer x').expect(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(890);
    await from().post('/auth/login').type('json').send('{"').expect(429);
    await from('203.0.113.2').get('/nothing').expect(404);
  });

  it('is not touched by the client’s files, nor by what its sign-in page asks', async () => {
    for (let n = 0; n < 5; n++) {
      for (const path of ['/', '/tickets/17', '/main-5QF7A3XY.js', '/api/auth/options'])
        await request(desk.server).get(path).set('X-Forwarded-For', ADDRESS).expect(200);
    }
    expect(await left()).toBe(2);
  });

  it('counts registrations, sign-ins and resets of the signed-in too', async () => {
    const ana = await desk.signIn('customer');
    const paths = ['register', 'login', 'setup', 'password/forgot', 'password/reset'];
    const answers: number[] = [];
    for (const path of paths)
      answers.push((await desk.as(ana).from(ADDRESS).post(`/auth/${path}`, {})).status);
    expect(answers).toEqual([400, 400, 400, 429, 429]);
    await desk.as(ana).from(ADDRESS).get('/auth/me').expect(200);
  });

  it('is not used up by an office whose sessions are refreshed or ended by their cookies', async () => {
    const people: Person[] = [];
    for (let n = 0; n < 5; n++) people.push(await desk.signIn('agent'));
    const next: string[] = [];
    for (const { refreshToken } of people)
      next.push(refreshCookieOf(await refresh(refreshToken).expect(200)).value);
    expect(await left()).toBe(2);
    for (let n = 0; n < 3; n++) await left();
    const [token = ''] = next;
    const again = await refresh(token).expect(200);
    expect(again.headers['ratelimit-limit']).toBe('1000000');
    const cookie = refreshCookieOf(again).header;
    await from().post('/auth/logout').set('Cookie', cookie).expect(204);
    await from().post('/auth/logout').set('Cookie', cookie).expect(429);
  });

  it('counts refreshing without a cookie, or with one that is worth nothing', async () => {
    const ana = await desk.signIn('customer');
    const gone = await desk.signIn('customer');
    await desk.rows('update "user" set disabled_at = 1 where id = ?', [gone.id]);
    await refresh(ana.refreshToken, '203.0.113.2').expect(200);
    await refresh(ana.refreshToken).expect(401);
    await refresh(gone.refreshToken).expect(401);
    await from().post('/auth/refresh').expect(401);
    await refresh('x').expect(429);
  });
});
