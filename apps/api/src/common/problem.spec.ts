import request, { type Response } from 'supertest';
import { openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { FailingStatements } from '../testing/failing-statements';
import { TestDesk } from '../testing/test-desk';

describe('an error', () => {
  let desk: TestDesk;
  let ana: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
  });
  afterAll(() => desk.close());

  /** What every problem has, and nothing of the server in it. */
  function expectProblem(answer: Response, status: number, code: string): void {
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status,
      type: expect.stringMatching(/^application\/problem\+json/),
    });
    expect(answer.body).toMatchObject({
      type: expect.stringMatching(new RegExp(`^https://.*/problems/${code}$`)),
      title: expect.stringMatching(/./),
      status,
      detail: expect.stringMatching(/./),
      instance: expect.stringMatching(/^\/[^?]*$/),
      requestId: answer.headers['x-request-id'],
    });
    expect(answer.text).not.toMatch(/node_modules|\.ts\b|\bat \w+|SQLITE|select |stack/i);
  }

  const json = (text: string, type = 'application/json') =>
    desk.as(ana).post('/tickets').set('Content-Type', type).send(text);

  it('of a route that is not there', async () => {
    expectProblem(await desk.as(ana).get('/nothing?token=secret'), 404, 'not-found');
    expectProblem(await desk.anonymous.post('/nothing', {}), 404, 'not-found');
    expectProblem(await request(desk.server).get('/api'), 404, 'not-found');
  });

  it('of a route in other letters, which is logged like every other and kept by nobody', async () => {
    const answer = await request(desk.server).post('/API/auth/login').send({});
    expectProblem(answer, 404, 'not-found');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await desk.log()).toContain('"route":"/API/auth/login","status":404');
  });

  it('of a method that a route does not have', async () => {
    expectProblem(await desk.as(ana).delete('/tickets'), 404, 'not-found');
    expectProblem(await desk.as(ana).put('/auth/me'), 404, 'not-found');
  });

  it.each(['{', '{"subject":"a",}', 'subject=a', '[1,2', 'nul', '"text"', '1', '\ufeff{"subject"'])(
    'of a body that is no JSON: %s',
    async (text) => {
      expectProblem(await json(text), 400, '(bad-request|validation)');
    },
  );

  it.each(['[]', 'null', '{}', '{"__proto__":{"admin":true}}', '{"constructor":1}'])(
    'of JSON that is no ticket: %s',
    async (text) => {
      expectProblem(await json(text), 400, '(bad-request|validation)');
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
  ])('of a body of another type: %s', async (type) => {
    expectProblem(await json('{"subject":"s","body":"b"}', type), 415, 'unsupported-type');
  });

  it('of a character set or an encoding that is not known', async () => {
    expectProblem(await json('{}', 'application/json; charset=klingon'), 415, 'unsupported-type');
    const encoded = desk.as(ana).post('/tickets').set('Content-Encoding', 'rot13').send({});
    expectProblem(await encoded, 415, 'unsupported-type');
  });

  it('of a body that is too large', async () => {
    expectProblem(await json(JSON.stringify({ body: 'x'.repeat(1_100_000) })), 413, 'too-large');
  });

  it('of an address that cannot be read', async () => {
    expectProblem(await desk.as(ana).get('/tickets/%E0%A4%A'), 400, 'bad-request');
  });

  it('of a body where none is taken, and of a query where none is', async () => {
    const answer = await desk.as(ana).get('/auth/me?x=1&y=2');
    expectProblem(answer, 400, 'validation');
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/x', '/y']);
    expectProblem(await desk.as(ana).post('/auth/logout', { all: true }), 400, 'validation');
  });

  it('of nobody who is signed in, before anything else is said', async () => {
    expectProblem(await desk.anonymous.post('/tickets', { nonsense: true }), 401, 'unauthenticated');
    expectProblem(await desk.anonymous.get('/tickets?nonsense=1'), 401, 'unauthenticated');
  });

  it('that nobody expected says no more than its request id, under which it is logged', async () => {
    const statements = new FailingStatements(desk.database);
    statements.arm(1);
    const answer = await desk.as(ana).post('/tickets', { subject: 's', body: 'b' });
    statements.arm(0);
    expectProblem(answer, 500, 'internal');
    const lines = (await desk.log()).split('\n').filter((line) => line.includes(answer.body.requestId));
    expect(lines.join('\n')).toContain('The disk is gone');
  });

  describe('and its request id', () => {
    it('is the one that was sent, if it is sane', async () => {
      const { headers, body } = await desk.anonymous.get('/nothing').set('X-Request-Id', 'trace-1.a_B');
      expect(headers['x-request-id']).toBe('trace-1.a_B');
      expect(body.requestId).toBe('trace-1.a_B');
    });

    it.each(['', 'a b', 'x'.repeat(65), '<script>', '{"a":1}'])('is made where it is not: %j', async (id) => {
      const { headers } = await desk.anonymous.get('/nothing').set('X-Request-Id', id);
      expect(headers['x-request-id']).toMatch(/^[\w-]{8,64}$/);
      expect(headers['x-request-id']).not.toBe(id);
    });

    it('is another one each time, and stands in the answer of a success too', async () => {
      const ids = await Promise.all(
        Array.from({ length: 20 }, async () => (await desk.as(ana).get('/auth/me')).headers['x-request-id']),
      );
      expect(new Set(ids).size).toBe(20);
    });
  });

  it('never lets an answer of the API be kept by anybody in between', async () => {
    for (const answer of [await desk.as(ana).get('/auth/me'), await desk.anonymous.get('/nothing')])
      expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('rate limits', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;

  beforeEach(async () => {
    desk = await TestDesk.start({
      env: {
        RATE_LIMIT_ANONYMOUS: '3',
        RATE_LIMIT_USER: '5',
        RATE_LIMIT_UPLOADS_CUSTOMER: '2',
        RATE_LIMIT_UPLOADS_AGENT: '3',
      },
    });
    ana = await desk.signIn('customer');
    agent = await desk.signIn('agent');
  });
  afterEach(() => desk.close());

  it('tell how many requests are left, and then answer 429 with when to come again', async () => {
    const first = await desk.as(ana).get('/auth/me').expect(200);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '4' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(890);
    for (let n = 0; n < 4; n++) await desk.as(ana).get('/auth/me').expect(200);
    const refused = await desk.as(ana).get('/auth/me').expect(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body).toMatchObject({ type: expect.stringMatching(/\/rate-limited$/), status: 429 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(890);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
  });

  it('hold for each user, whatever the address', async () => {
    for (let n = 0; n < 5; n++) await desk.as(ana).from(`203.0.113.${n}`).get('/auth/me').expect(200);
    await desk.as(ana).from('203.0.113.9').get('/auth/me').expect(429);
    await desk.as(agent).get('/auth/me').expect(200);
  });

  it('hold for each address where nobody is signed in, errors and refusals included', async () => {
    const from = (address: string) => desk.anonymous.from(address);
    await from('203.0.113.1').post('/auth/logout').expect(204);
    await from('203.0.113.1').get('/auth/me').expect(401);
    await from('203.0.113.1').post('/auth/login', {}).expect(400);
    await from('203.0.113.1').get('/auth/me').expect(429);
    await from('203.0.113.2').get('/auth/me').expect(401);
    await desk.as(ana).from('203.0.113.1').get('/auth/me').expect(200);
  });

  it('take the last address that a proxy on this machine tells, not one that the caller made up', async () => {
    for (let n = 0; n < 3; n++)
      await desk.anonymous.from(`1.2.3.${n}, 203.0.113.1`).get('/auth/me').expect(401);
    await desk.anonymous.from('1.2.3.9, 203.0.113.1').get('/auth/me').expect(429);
  });

  it('hold for uploads by role, refused ones included', async () => {
    const upload = (by: Person, name: string) =>
      desk.as(by).post('/attachments').attach('attachments', Buffer.from(name), name);
    await upload(ana, 'a.txt').expect(201);
    await upload(ana, 'b.exe');
    const refused = await upload(ana, 'c.txt').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500);
    for (let n = 0; n < 3; n++) await upload(agent, 'a.txt').expect(201);
    await upload(agent, 'a.txt').expect(429);
  });

  it('leave the probes and the signed links alone', async () => {
    const { body } = await desk.as(ana).post('/attachments').attach('attachments', Buffer.from('x'), 'a.txt');
    const { body: link } = await desk.as(ana).get(`/attachments/${body.items[0].id}/link`).expect(200);
    for (let n = 0; n < 6; n++) {
      await request(desk.server).get('/health/live').expect(200);
      await request(desk.server).get(link.url).expect(200);
    }
  });

  it('are not spent on a ticket that is there', async () => {
    await openTicket(desk, agent);
    await desk.as(agent).get('/tickets').expect(200);
  });
});
