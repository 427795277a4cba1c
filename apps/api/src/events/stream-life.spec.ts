import { once } from 'node:events';
import { get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SessionsService } from '../auth/sessions.service';
import type { Person } from '../testing/caller';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';
import { EventStreams } from './event-streams';

const MANY = '60s';

describe('a stream of events', () => {
  let desk: TestDesk;
  let ana: Person;

  const start = async (env: Record<string, string>) => {
    desk = await TestDesk.start({ env });
    ana = await desk.signIn('customer');
  };
  afterEach(() => desk.close());

  it('says that it lives', async () => {
    await start({ EVENTS_HEARTBEAT: '20ms' });
    const listener = await Listener.follow(desk, ana);
    await listener.until(() => listener.heartbeats >= 3);
    expect(listener.text).toContain('\n\n: heartbeat\n\n');
  });

  const endings: [string, (listener: Listener) => Promise<unknown>][] = [
    ['its session is signed out', () => desk.as(ana).post('/auth/logout').expect(204)],
    [
      'its session is ended from another device',
      async () => {
        const other = await desk.sessionOf(ana.rid, ana.id);
        await desk.as(other).delete(`/auth/sessions/${ana.sessionId}`).expect(204);
      },
    ],
    [
      'the password is changed',
      () =>
        desk
          .as(ana)
          .post('/auth/password/change', {
            currentPassword: ana.password,
            newPassword: 'a new and long password',
          })
          .expect(200),
    ],
    [
      'its user is disabled',
      async () => {
        const admin = await desk.signIn('admin');
        await desk.as(admin).patch(`/users/${ana.id}`, { disabled: true }).expect(200);
      },
    ],
    [
      'its user gets another role',
      async () => {
        const admin = await desk.signIn('admin');
        await desk.as(admin).patch(`/users/${ana.id}`, { role: 'agent' }).expect(200);
      },
    ],
    [
      'a stolen refresh token of its session is used again',
      async () => {
        for (const status of [200, 401])
          await desk.anonymous
            .post('/auth/refresh')
            .set('Cookie', `liftdesk_refresh=${ana.refreshToken}`)
            .expect(status);
      },
    ],
  ];

  it.each(endings)('ends at once when %s', async (_, end) => {
    await start({ EVENTS_HEARTBEAT: MANY });
    const listener = await Listener.follow(desk, ana);
    const bystander = await Listener.follow(desk, await desk.signIn('customer'));
    await end(listener);
    await listener.end();
    expect(bystander.ended).toBe(false);
  });

  it('ends with a heartbeat where its user was disabled past us', async () => {
    await start({ EVENTS_HEARTBEAT: '20ms' });
    const listener = await Listener.follow(desk, ana);
    await desk.rows('update "user" set disabled_at = 1 where rid = ?', [ana.rid]);
    await listener.end();
    await desk.as(ana).get('/events').expect(401);
  });

  it('goes on past the end of another session of its user', async () => {
    await start({ EVENTS_HEARTBEAT: '20ms' });
    const other = await desk.sessionOf(ana.rid, ana.id);
    const [one, two] = [await Listener.follow(desk, ana), await Listener.follow(desk, other)];
    await desk.as(other).post('/auth/logout').expect(204);
    await two.end();
    const { heartbeats } = one;
    await one.until(() => one.heartbeats > heartbeats + 1);
    expect(one.ended).toBe(false);
  });

  it('ends with its access token', async () => {
    await start({ EVENTS_HEARTBEAT: MANY, JWT_EXPIRES_IN: '5s' });
    const listener = await Listener.follow(desk, ana);
    expect(listener.ended).toBe(false);
    await listener.end();
    await desk.as(ana).get('/events').expect(401);
  });

  it('ends at once when the process is to end, and none begins any more', async () => {
    await start({ EVENTS_HEARTBEAT: MANY });
    const listener = await Listener.follow(desk, ana);
    desk.app.get(EventStreams).drain();
    await listener.end();
    const refused = await desk.as(ana).get('/events').expect(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is refused beyond what one process serves', async () => {
    await start({ EVENTS_STREAMS: '1' });
    await Listener.follow(desk, ana);
    await desk
      .as(await desk.signIn('customer'))
      .get('/events')
      .expect(503);
  });

  it('is there for the desk though customers have taken all that they may', async () => {
    await start({ EVENTS_STREAMS: '5' });
    for (let n = 0; n < 4; n += 1) await Listener.follow(desk, ana);
    await desk.as(ana).get('/events').expect(503);
    await Listener.follow(desk, await desk.signIn('agent'));
  });

  it('holds no place for who left before it began', async () => {
    await start({ EVENTS_HEARTBEAT: MANY });
    const [sessions, streams] = [
      desk.app.get(SessionsService, { strict: false }),
      desk.app.get(EventStreams),
    ];
    const [actorOf, serve] = [sessions.actorOf.bind(sessions), jest.spyOn(streams, 'serve')];
    const { port } = desk.server.address() as AddressInfo;
    const headers = { Authorization: `Bearer ${ana.token}` };
    const client = get({ host: '127.0.0.1', port, path: '/api/events', headers, agent: false });
    client.on('error', () => undefined);
    jest.spyOn(sessions, 'actorOf').mockImplementationOnce(async (...asked) => {
      client.destroy();
      await gone;
      return actorOf(...asked);
    });
    const [, response] = (await once(desk.server, 'request')) as [unknown, ServerResponse];
    const gone = once(response, 'close');
    while (serve.mock.results.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await serve.mock.results[0]?.value;
    expect(streams.open).toBe(0);
  });

  it('does not wait for its last word to be read: who reads nothing is let go', async () => {
    await start({ EVENTS_HEARTBEAT: MANY });
    const asked = once(desk.server, 'request');
    const listener = await Listener.follow(desk, ana);
    const [, response] = (await asked) as [unknown, ServerResponse];
    listener.pause();
    // Until neither the client nor what lies between takes more.
    while (response.writableLength < 100_000) {
      response.write('x'.repeat(10_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    desk.app.get(EventStreams).drain();
    await once(response, 'close');
    expect(desk.app.get(EventStreams).open).toBe(0);
  });
});
