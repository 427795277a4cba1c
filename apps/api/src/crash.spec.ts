import { createLogger, loggingConfig, type Logger } from '@liftdesk/logging';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOnCrash } from './crash';

const CANARY = 'canary-4711-hush';

class FakeProcess extends EventEmitter {
  exit(code: number): void {
    this.emit('exited', code);
  }
}

describe('a crash', () => {
  let folder: string;
  let logger: Logger;
  let target: FakeProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-crash-'));
    const config = loggingConfig.parse({ LOG_DIR: folder });
    logger = createLogger(config, { environment: 'test', terminal: false });
    target = new FakeProcess();
    exitOnCrash(logger, target);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const logged = () => readFileSync(join(folder, 'error.log'), 'utf8');

  it.each(['uncaughtException', 'unhandledRejection'])(
    'by %s ends the process with 1, after it and what came before it are in the log',
    async (origin) => {
      const exited = once(target, 'exited').then(([code]) => ({ code: code as number, log: logged() }));
      logger.info('ticket.replied');
      target.emit(origin, Object.assign(new TypeError('x is no function'), { body: CANARY }));
      const { code, log } = await exited;
      expect(code).toBe(1);
      expect(JSON.parse(log)).toMatchObject({
        level: 'fatal',
        message: 'process.crashed',
        origin,
        error: {
          name: 'TypeError',
          message: 'x is no function',
          stack: expect.stringContaining('crash.spec'),
        },
      });
      expect(log).not.toContain(CANARY);
      expect(readFileSync(join(folder, 'application.log'), 'utf8')).toContain('ticket.replied');
    },
  );

  it.each([CANARY, { body: CANARY }, undefined])(
    'by what is no error tells its type only: %j',
    async (thrown) => {
      const exited = once(target, 'exited');
      target.emit('unhandledRejection', thrown);
      expect(await exited).toEqual([1]);
      expect(logged()).toContain(typeof thrown);
      expect(logged()).not.toContain(CANARY);
    },
  );

  it('while another one is being written ends the process at once', () => {
    const codes: number[] = [];
    target.on('exited', (code: number) => codes.push(code));
    target.emit('uncaughtException', new Error('first'));
    expect(codes).toEqual([]);
    target.emit('uncaughtException', new Error('second'));
    expect(codes).toEqual([1]);
  });
});
