import type { Response } from 'supertest';
import type { Person } from '../testing/caller';
import { MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';

/** All of an answer that its receiver can tell apart, but for what is new each time. */
const told = ({ status, body, headers }: Response) => {
  const { requestId: _, ...problem } = body as Record<string, unknown>;
  const {
    date: _date,
    'x-request-id': _id,
    'ratelimit-remaining': _left,
    'ratelimit-reset': _reset,
    ...rest
  } = headers;
  return { status, problem, rest };
};

describe('signing in', () => {
  let desk: TestDesk;
  let ana: Person;
  let address = 0;
  /** From an address that has not failed yet, unless one is given. */
  const signIn = (email: string, password: string, from = `203.0.113.${(address += 1)}`) =>
    desk.anonymous.from(from).post('/auth/login', { email, password });

  beforeEach(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
  });
  afterEach(() => desk.close());

  it('answers as registration does', async () => {
    const { body } = await signIn(ana.email, ana.password).expect(200);
    expect(body).toMatchObject({ expiresIn: 900, user: { id: ana.id, role: 'customer' } });
    await desk.as({ token: body.accessToken }).get('/auth/me').expect(200);
  });

  it('says the same of an unknown account, a wrong password, one without a password and a disabled user', async () => {
    const agent = await desk.signIn('agent');
    await desk
      .as(agent)
      .post('/tickets', { subject: 'x', body: 'x', requesterEmail: 'guest@example.com' })
      .expect(201);
    const gone = await desk.signIn('customer');
    await desk.rows('update "user" set disabled_at = 1 where id = ?', [gone.id]);
    const answers = [
      await signIn(ana.email, 'a wrong password'),
      await signIn('nobody@example.com', 'a wrong password'),
      await signIn('no address at all', 'a wrong password'),
      await signIn('guest@example.com', 'a wrong password'),
      await signIn(gone.email, gone.password),
    ].map(told);
    expect(answers[0]).toMatchObject({
      status: 401,
      problem: { type: expect.stringMatching(/\/unauthenticated$/) },
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('is refused after 5 failures by account, from wherever they come, and for the right password too', async () => {
    for (let n = 0; n < 5; n++) await signIn(ana.email, 'a wrong password').expect(401);
    const refused = await signIn(ana.email.toUpperCase(), ana.password).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(14 * 60);
    expect(refused.body).toMatchObject({ type: expect.stringMatching(/\/rate-limited$/), status: 429 });
    const other = await desk.signIn('customer');
    await signIn(other.email, other.password).expect(200);
  });

  it('is limited alike for an account that does not exist', async () => {
    for (let n = 0; n < 5; n++) await signIn('nobody@example.com', 'a wrong password').expect(401);
    await signIn('nobody@example.com', 'a wrong password').expect(429);
  });

  it('is refused after 5 failures by address, whatever accounts they tried', async () => {
    for (let n = 0; n < 5; n++)
      await signIn(`nobody${n}@example.com`, 'a wrong password', '198.51.100.7').expect(401);
    await signIn(ana.email, ana.password, '198.51.100.7').expect(429);
    await signIn(ana.email, ana.password, '198.51.100.8').expect(200);
  });

  it('counts failures only', async () => {
    for (let n = 0; n < 8; n++) await signIn(ana.email, ana.password, '198.51.100.7').expect(200);
    for (let n = 0; n < 4; n++) await signIn(ana.email, 'a wrong password', '198.51.100.7').expect(401);
    await signIn(ana.email, ana.password, '198.51.100.7').expect(200);
    for (let n = 0; n < 4; n++) await signIn(ana.email, 'a wrong password', '198.51.100.7').expect(401);
  });

  it('gives 20 tries at once no more than 5 looks', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signIn(ana.email, 'a wrong password')),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it.each([
    ['no body', undefined],
    ['no password', { email: 'ana@example.com' }],
    ['another field', { email: 'ana@example.com', password: 'x', remember: true }],
    ['an object for a string', { email: { $ne: '' }, password: { $ne: '' } }],
    ['an endless password', { email: 'ana@example.com', password: 'x'.repeat(5_000) }],
  ])('is 400 with %s', async (_, body) => {
    await desk.anonymous.post('/auth/login', body).expect(400);
  });
});

describe('an access token', () => {
  let desk: TestDesk;
  let ana: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
  });
  afterAll(() => desk.close());

  const me = (authorization: string) => desk.anonymous.get('/auth/me').set('Authorization', authorization);

  it('works until its 15 minutes are over, also when it was seen before', async () => {
    await me(`Bearer ${ana.token}`).expect(200);
    desk.clock.advance(14 * MINUTE);
    await me(`Bearer ${ana.token}`).expect(200);
    desk.clock.advance(2 * MINUTE);
    const { body } = await me(`Bearer ${ana.token}`).expect(401);
    expect(body.type).toMatch(/\/unauthenticated$/);
  });

  it('is worth nothing when it is forged, cut, unsigned or none', async () => {
    const fresh = await desk.sessionOf(ana.rid, ana.id);
    const [header, claims, signature] = fresh.token.split('.') as [string, string, string];
    const other = await desk.signIn('admin');
    const theirs = other.token.split('.')[1] as string;
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    await me(`Bearer ${fresh.token}`).expect(200);
    for (const forged of [
      `${header}.${theirs}.${signature}`,
      `${header}.${claims}.`,
      `${none}.${claims}.`,
      `${header}.${claims}`,
      fresh.token.slice(0, -2),
      fresh.refreshToken,
      'x',
      '',
    ])
      await me(`Bearer ${forged}`).expect(401);
    await me(`Basic ${Buffer.from(`${ana.email}:${ana.password}`).toString('base64')}`).expect(401);
    await me(fresh.token).expect(401);
  });

  it('is not taken from a query or a cookie', async () => {
    const fresh = await desk.sessionOf(ana.rid, ana.id);
    await desk.anonymous.get(`/auth/me?access_token=${fresh.token}`).expect(401);
    await desk.anonymous.get('/auth/me').set('Cookie', `accessToken=${fresh.token}`).expect(401);
  });
});
