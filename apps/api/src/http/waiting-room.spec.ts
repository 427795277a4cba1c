import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WaitingRoom, type WaitingRoomOptions } from './waiting-room';

describe('a waiting room', () => {
  let server: http.Server;
  let served: string[];

  beforeEach(() => {
    served = [];
    server = http.createServer((request, response) => {
      served.push(request.url ?? '');
      request.pipe(response);
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function opened(options?: Partial<WaitingRoomOptions>): Promise<WaitingRoom> {
    const room = new WaitingRoom(server, { seats: 10, patienceMs: 60_000, ...options });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return room;
  }
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: string): Promise<Response> =>
    fetch(origin() + path, { method: 'POST', body });
  /** Sends it, and resolves when it has come in. */
  async function arrived(path: string, body = ''): Promise<{ answer: Promise<Response> }> {
    const received = once(server, 'request');
    const answer = post(path, body);
    answer.catch(() => undefined);
    await received;
    return { answer };
  }

  it('keeps requests until it is opened, serves them in their order with all they brought, and then each at once', async () => {
    const room = await opened();
    const large = 'x'.repeat(3_000_000);
    const first = await arrived('/first', large);
    const second = await arrived('/second', 'short');
    expect(served).toEqual([]);
    room.open();
    expect(await (await first.answer).text()).toBe(large);
    expect(await (await second.answer).text()).toBe('short');
    expect(await (await post('/third', 'now')).text()).toBe('now');
    expect(served).toEqual(['/first', '/second', '/third']);
  });

  it('says at once that the process lives, and that it is not ready', async () => {
    const room = await opened();
    const live = await fetch(`${origin()}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'alive' }]);
    const ready = await fetch(`${origin()}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: 'starting' }]);
    expect(served).toEqual([]);
    room.open();
    await post('/health/ready', '');
    expect(served).toEqual(['/health/ready']);
  });

  async function expectComeAgain(answer: Response): Promise<void> {
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('content-type')]).toEqual([
      503,
      '2',
      'application/problem+json; charset=utf-8',
    ]);
    expect(await answer.json()).toMatchObject({ status: 503, instance: '/api/x' });
  }

  it('asks those to come again for whom there is no seat, and who have waited too long', async () => {
    const full = await opened({ seats: 1, patienceMs: 300 });
    const { answer } = await arrived('/api/x?token=y');
    await expectComeAgain(await post('/api/x?token=y', ''));
    await expectComeAgain(await answer);
    const { answer: next } = await arrived('/api/y');
    full.open();
    expect((await next).status).toBe(200);
    expect(served).toEqual(['/api/y']);
  });

  it('that is closed asks everybody to come again, and takes nobody in', async () => {
    const room = await opened();
    const { answer } = await arrived('/api/x');
    const there = origin();
    room.close();
    await expectComeAgain(await answer);
    await expect(fetch(`${there}/api/x`)).rejects.toThrow('fetch failed');
    expect(served).toEqual([]);
  });

  it('forgets who has gone', async () => {
    const room = await opened({ seats: 1 });
    const gone = new AbortController();
    const received = once(server, 'request') as Promise<[unknown, http.ServerResponse]>;
    const call = fetch(`${origin()}/gone`, { signal: gone.signal });
    call.catch(() => undefined);
    const [, response] = await received;
    gone.abort();
    await once(response, 'close');
    const { answer } = await arrived('/stays', 'here');
    room.open();
    expect(await (await answer).text()).toBe('here');
    expect(served).toEqual(['/stays']);
  });
});
