import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { TestDesk } from '../testing/test-desk';

/** What ASVS asks for and no feature tests by itself. */
describe('A desk', () => {
  let desk: TestDesk;

  beforeAll(async () => {
    desk = await TestDesk.start();
  });
  afterAll(() => desk.close());

  /** @returns every answer on one connection, as it was sent */
  async function answersTo(request: string): Promise<string> {
    const socket = connect((desk.server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(request);
    return text(socket);
  }

  it.each([
    ['two lengths', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['a length twice', 'Content-Length: 4\r\nContent-Length: 45\r\n'],
    ['a length that is none', 'Content-Length: +4\r\n'],
    ['a coding that is none', 'Transfer-Encoding: chunked, nonsense\r\n'],
    ['a header that is folded', 'X-One: a\r\n Transfer-Encoding: chunked\r\n'],
  ])('takes a message with %s for none, and nothing behind it (4.2.1)', async (_what, headers) => {
    const smuggled = 'GET /api/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
    const answers = await answersTo(
      `POST /api/auth/login HTTP/1.1\r\nHost: a\r\n${headers}\r\n0\r\n\r\n${smuggled}`,
    );
    expect(answers).toMatch(/^HTTP\/1.1 400 /);
    expect(answers.match(/HTTP\/1.1 \d/g)).toHaveLength(1);
  });

  it('refuses a parameter that is given twice (15.3.7)', async () => {
    const agent = await desk.signIn('agent');
    await desk.as(agent).get('/tickets?limit=5').expect(200);
    await desk.as(agent).get('/tickets?limit=5&limit=50').expect(400);
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'takes no field by the name of %s (15.3.6)',
    async (name) => {
      const person = { email: `${name}@people.example`, password: 'correct horse battery', name: 'Ana' };
      const register = (body: string) =>
        desk.anonymous.post('/auth/register').set('Content-Type', 'application/json').send(body);
      const good = JSON.stringify(person);
      await register(`${good.slice(0, -1)},"${name}":{"role":"admin"}}`).expect(400);
      expect(Object.hasOwn(Object.prototype, 'role')).toBe(false);
      await register(good).expect(201);
    },
  );

  it('answers TRACE with no part of the request (13.4.4)', async () => {
    const answers = await answersTo(
      'TRACE / HTTP/1.1\r\nHost: a\r\nX-Mark: told-back\r\nConnection: close\r\n\r\n',
    );
    expect(answers).toMatch(/^HTTP\/1.1 4/);
    expect(answers).not.toContain('told-back');
  });

  it('logs who signed in, who failed to, and who was refused what (16.3.1, 16.3.2)', async () => {
    const ana = await desk.signIn('customer');
    const { email } = ana;
    await desk.anonymous.post('/auth/login', { email, password: 'not hers at all' }).expect(401);
    await desk.anonymous.post('/auth/login', { email, password: ana.password }).expect(200);
    await desk.as(ana).get('/users').expect(403);
    const lines = (await desk.log())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(expect.objectContaining({ message: 'sign-in.failed', userId: ana.id }));
    expect(lines).toContainEqual(expect.objectContaining({ message: 'session.started', userId: ana.id }));
    expect(lines).toContainEqual(
      expect.objectContaining({ route: '/api/users', status: 403, userId: ana.id }),
    );
  });
});
