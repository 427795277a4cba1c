import { HealthRegistry } from '@liftdesk/health';
import { describeWithRedis, RedisServer } from '@liftdesk/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTicket } from './testing/builders';
import { Listener } from './testing/listener';
import { TestDesk } from './testing/test-desk';

// What health has found is given again for 5 s, and it is waited for twice.
jest.setTimeout(60_000);

describeWithRedis('processes that share a Redis', () => {
  let redis: RedisServer;
  let desks: TestDesk[];
  let prefixes = 0;

  beforeAll(async () => {
    redis = await RedisServer.start({ password: 'a word for tests' });
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    desks = [];
    prefixes += 1;
  });
  afterEach(async () => {
    redis.thaw();
    for (const desk of desks) await desk.close();
  });

  /** One process. Each has a database of its own here; what they share is Redis. */
  async function start(env: Record<string, string> = {}): Promise<TestDesk> {
    const desk = await TestDesk.start({
      env: {
        THROTTLE_STORE: 'redis',
        PUBSUB: 'redis',
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
        REDIS_PASSWORD: 'a word for tests',
        REDIS_PREFIX: `desk${prefixes}:`,
        ...env,
      },
    });
    desks.push(desk);
    return desk;
  }

  const tryIn = async (desk: TestDesk) =>
    (await desk.anonymous.post('/auth/login', { email: 'nobody@people.example', password: 'wrong' })).status;
  const signIns = async (desk: TestDesk, times: number) => {
    const statuses: number[] = [];
    for (let n = 0; n < times; n += 1) statuses.push(await tryIn(desk));
    return statuses;
  };

  async function healthOf(desk: TestDesk) {
    const { status, checks } = await desk.app.get(HealthRegistry).report();
    return { status, redis: checks['redis'], pubsub: checks['pubsub'] };
  }
  /** A finding is given again for 5 s. */
  async function healthy(desk: TestDesk): Promise<void> {
    while ((await healthOf(desk)).status !== 'healthy') await sleep(100);
  }
  async function degraded(desk: TestDesk): Promise<void> {
    for (;;) {
      const { status, ...checks } = await healthOf(desk);
      if (checks.redis?.status === 'fail' && checks.pubsub?.status === 'fail') {
        expect(status).toBe('degraded');
        expect(checks.redis.message).toMatch(/^Redis is away, each process counts for itself: \w/);
        expect(checks.pubsub.message).toMatch(/^Redis is away, \d+ events wait for it: \w/);
        return;
      }
      await sleep(100);
    }
  }

  it('count together: five failed sign-ins are five, with whichever process', async () => {
    const [one, other] = [await start(), await start()];
    expect(await signIns(one, 3)).toEqual([401, 401, 401]);
    expect(await signIns(other, 3)).toEqual([401, 401, 429]);
    expect(await tryIn(one)).toBe(429);
  });

  it('count requests together', async () => {
    const [one, other] = [
      await start({ RATE_LIMIT_ANONYMOUS: '3' }),
      await start({ RATE_LIMIT_ANONYMOUS: '3' }),
    ];
    const statuses: number[] = [];
    for (const desk of [one, other, one, other]) statuses.push((await desk.anonymous.get('/auth/me')).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  it('tell each other’s clients what happens, and who is at a ticket', async () => {
    const [one, other] = [await start(), await start()];
    const listener = await Listener.follow(other, await other.signIn('agent'));
    const agent = await one.signIn('agent', { name: 'Maja' });
    const ticket = await openTicket(one, await one.signIn('customer'));
    await one.as(agent).post(`/tickets/${ticket.id}/presence`, { state: 'typing' }).expect(204);
    await listener.until(() => listener.heard.length === 3);
    expect(listener.of('ticket.opened')[0]?.data).toEqual({ ticketId: ticket.id, number: ticket.number });
    expect(listener.of('presence')[0]?.data['people']).toEqual([
      { id: agent.id, name: 'Maja', state: 'typing' },
    ]);
  });

  it('end streams of each other when a session ends', async () => {
    const [one, other] = [await start({ EVENTS_HEARTBEAT: '60s' }), await start({ EVENTS_HEARTBEAT: '60s' })];
    const ana = await one.signIn('customer');
    const listener = await Listener.follow(one, ana);
    // As if another process had ended it: this one learns of it by Redis alone.
    const twin = await other.signIn('customer');
    expect(twin.rid).toBe(ana.rid);
    await one.rows('update session set ended_at = 1 where id = ?', [ana.sessionId]);
    await other.as(twin).post('/auth/logout').expect(204);
    await listener.end();
  });

  it('let a client go on with another process where it was', async () => {
    const [one, other] = [await start(), await start()];
    const first = await Listener.follow(one, await one.signIn('agent'));
    const customer = await one.signIn('customer');
    await openTicket(one, customer);
    await first.until(() => first.heard.length === 2);
    const { id: ticketId, number } = await openTicket(one, customer);
    const second = await Listener.follow(other, await other.signIn('agent'), first.heard[1]?.id);
    await second.until(() => second.heard.length === 2);
    expect(second.heard[1]).toMatchObject({ event: 'ticket.opened', data: { ticketId, number } });
  });

  it.each([
    ['killed', () => redis.kill(), () => redis.restart()],
    ['hanging', async () => redis.freeze(), async () => redis.thaw()],
  ])(
    'serve without it when it is %s: who is locked stays so, nothing fails, health says why, and all comes back',
    async (_, harm, heal) => {
      const desk = await start();
      const [agent, ana] = [await desk.signIn('agent'), await desk.signIn('customer')];
      const listener = await Listener.follow(desk, agent);
      await signIns(desk, 5);
      await harm();
      expect(await signIns(desk, 2)).toEqual([429, 429]);
      const ticket = await openTicket(desk, ana);
      await desk.as(agent).patch(`/tickets/${ticket.id}`, { priority: 'high' }).expect(200);
      await listener.until(() => listener.of('ticket.changed').length === 1);
      await degraded(desk);
      await heal();
      await healthy(desk);
      expect(await tryIn(desk)).toBe(429);
      await openTicket(desk, ana);
      await listener.until(() => listener.of('ticket.opened').length === 2);
      expect(await desk.log()).not.toContain('"status":500');
    },
  );

  it('start with a wrong password for it, and say so without the word', async () => {
    const desk = await start({ REDIS_PASSWORD: 'quite another word' });
    await openTicket(desk, await desk.signIn('customer'));
    expect(await signIns(desk, 6)).toEqual([401, 401, 401, 401, 401, 429]);
    await degraded(desk);
    const report = JSON.stringify(await healthOf(desk));
    expect(report).toContain('WRONGPASS');
    for (const text of [report, await desk.log()]) expect(text).not.toContain('another word');
  });
});
