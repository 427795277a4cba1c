import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { drainOnSignals, rememberSignals } from './drain';
import type { DrainOptions } from './drain';

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];

  exit(code: number): void {
    this.codes.push(code);
    this.emit('exited');
  }
}

describe('a signal', () => {
  let server: http.Server;
  let port: number;
  let target: FakeProcess;
  let done: string[];
  let answer: (() => void)[];
  const agent = new http.Agent({ keepAlive: true });

  beforeEach(async () => {
    target = new FakeProcess();
    done = [];
    answer = [];
    server = http.createServer((req, res) => {
      answer.push(() => res.end('answered'));
      if (req.url === '/quick') res.end('quick');
      server.emit('asked');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  afterAll(() => agent.destroy());

  function drain(options: Partial<DrainOptions> = {}): void {
    const note = (what: string) => () => void done.push(what);
    drainOnSignals(
      {
        server,
        notReady: note('not ready'),
        stop: async () => note('stopped')(),
        log: () => undefined,
        ...options,
      },
      target,
    );
  }
  function ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = http.get({ port, host: '127.0.0.1', path, agent }, (res) => {
        let text = '';
        res.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve(text));
      });
      call.on('error', reject);
    });
  }

  it.each(['SIGTERM', 'SIGINT'])(
    '%s lets requests under way finish, stops, and exits with 0',
    async (signal) => {
      drain();
      await ask('/quick');
      const asked = once(server, 'asked');
      const slow = ask('/slow');
      await asked;
      target.emit(signal);
      while (server.listening) await new Promise((resolve) => setImmediate(resolve));
      await expect(ask('/late')).rejects.toThrow('ECONNREFUSED');
      expect(done).toEqual(['not ready']);
      const exited = once(target, 'exited');
      answer.at(-1)?.();
      expect(await slow).toBe('answered');
      await exited;
      expect(done).toEqual(['not ready', 'stopped']);
      expect(target.codes).toEqual([0]);
    },
  );

  it('is noticed first: for a while everything is still answered, and not ready said', async () => {
    drain({ noticeMs: 150 });
    const exited = once(target, 'exited');
    const signalled = performance.now();
    target.emit('SIGTERM');
    expect(done).toEqual(['not ready']);
    expect(await ask('/quick')).toBe('quick');
    await exited;
    expect(performance.now() - signalled).toBeGreaterThanOrEqual(149);
    expect(target.codes).toEqual([0]);
  });

  it('is told to kept connections by their next answer, which is their last', async () => {
    drain({ noticeMs: 150 });
    await ask('/quick');
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    const [answer] = (await once(
      http.get({ port, host: '127.0.0.1', path: '/quick', agent }),
      'response',
    )) as [http.IncomingMessage];
    expect(answer.resume().headers.connection).toBe('close');
    await exited;
  });

  it('lets go of everything first, and then stays for what a cluster was about to hand over', async () => {
    const stopped = new Promise<void>((resolve) => drain({ lingerMs: 150, stop: async () => resolve() }));
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    await stopped;
    expect(target.codes).toEqual([]);
    await exited;
    expect(target.codes).toEqual([0]);
  });

  it('given twice ends at once while it waits to be noticed', async () => {
    drain({ noticeMs: 50 });
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    target.emit('SIGTERM');
    clock.mockReturnValue(1_900);
    target.emit('SIGINT');
    clock.mockRestore();
    expect(target.codes).toEqual([130]);
    await once(target, 'exited');
  });

  it('does not wait for clients that idle on an open connection', async () => {
    drain();
    await ask('/quick');
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    await exited;
    expect(target.codes).toEqual([0]);
  });

  it('does not wait for a connection that was opened ahead and asks nothing', async () => {
    drain();
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const [exited, ended] = [once(target, 'exited'), once(silent, 'close')];
    target.emit('SIGTERM');
    await exited;
    await ended;
    expect(target.codes).toEqual([0]);
  });

  it('ends at the limit, with 1, where stopping hangs', async () => {
    drain({ limitMs: 50, stop: () => new Promise(() => undefined) });
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    await exited;
    expect(target.codes).toEqual([1]);
  });

  it('cuts a request that never ends before the limit, stops all the same, and exits with 1', async () => {
    drain({ limitMs: 2_000 });
    const asked = once(server, 'asked');
    const cut = expect(ask('/slow')).rejects.toThrow();
    await asked;
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    await exited;
    expect(done).toEqual(['not ready', 'stopped']);
    expect(target.codes).toEqual([1]);
    await cut;
  });

  it('exits with 1 when stopping fails', async () => {
    drain({ stop: () => Promise.reject(new Error('disk')) });
    const exited = once(target, 'exited');
    target.emit('SIGTERM');
    await exited;
    expect(target.codes).toEqual([1]);
  });

  it('given twice ends at once, unless it is the echo of the first', async () => {
    drain();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const asked = once(server, 'asked');
    const cut = ask('/slow').catch(() => 'cut');
    await asked;
    target.emit('SIGINT');
    clock.mockReturnValue(1_020);
    target.emit('SIGINT');
    expect(target.codes).toEqual([]);
    clock.mockReturnValue(1_900);
    target.emit('SIGINT');
    expect(target.codes).toEqual([130]);
    clock.mockRestore();
    const exited = once(target, 'exited');
    answer.at(-1)?.();
    await Promise.all([cut, exited]);
  });

  it('that comes before there is anything to drain is remembered once', () => {
    const isTold = rememberSignals(target);
    expect(isTold()).toBe(false);
    expect(target.emit('SIGINT')).toBe(true);
    expect(isTold()).toBe(true);
    expect(target.emit('SIGINT')).toBe(false);
  });
});
