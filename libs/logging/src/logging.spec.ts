import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger as NestLogger } from '@nestjs/common';
import fc from 'fast-check';
import {
  closeLogger,
  createLogger,
  errorView,
  hideInLogs,
  loggingConfig,
  nestLogger,
  redact,
  requestLog,
} from './index';
import type { Logger } from './index';
import { isoNow, terminalLine } from './line-format';
import { RotatingFileTransport } from './rotating-file.transport';

const MESSAGE = Symbol.for('message');
const CANARY = 'canary-4711-hush';
let dir: string;
let open: Logger[] = [];

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'liftdesk-log-'))));
afterEach(async () => {
  await Promise.all(open.map((logger) => closeLogger(logger)));
  open = [];
  rmSync(dir, { recursive: true, force: true });
});

function aLogger(LOG_LEVEL = 'info'): Logger {
  const logger = createLogger(loggingConfig.parse({ LOG_DIR: dir, LOG_LEVEL }), {
    environment: 'test',
    terminal: false,
  });
  open.push(logger);
  return logger;
}

function linesOf(file: string): Record<string, unknown>[] {
  const text = readFileSync(join(dir, file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('log files', () => {
  it('hold every line as JSON with time, level, service and environment, errors a second time in error.log', async () => {
    const logger = aLogger();
    logger.info('ticket.opened', { ticketId: 'T1' });
    logger.error('mail.failed', { code: 'E' });
    logger.debug('hidden');
    await closeLogger(logger);
    const [opened, failed, ...rest] = linesOf('application.log');
    expect(opened).toMatchObject({
      level: 'info',
      message: 'ticket.opened',
      ticketId: 'T1',
      service: 'support-ticket-api',
      environment: 'test',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(failed).toMatchObject({ level: 'error', message: 'mail.failed' });
    expect(rest).toEqual([]);
    expect(linesOf('error.log')).toEqual([failed]);
  });

  it('lose no line when a burst is closed at once, and take none afterwards', async () => {
    const logger = aLogger();
    for (let n = 0; n < 5_000; n += 1) logger.info('burst', { n });
    await closeLogger(logger);
    logger.info('too late');
    await closeLogger(logger);
    expect(linesOf('application.log').map((line) => line['n'])).toEqual([...Array(5_000).keys()]);
  });

  it('rotate without losing a line, newest first, and keep as many files as told', () => {
    const path = join(dir, 'a.log');
    const write = (files: number) => {
      const transport = new RotatingFileTransport({ path, maxBytes: 150_000, files });
      const level = Symbol.for('level');
      for (let n = 0; n < 40_000; n += 1)
        transport.write({ [level]: 'info', [MESSAGE]: String(n).padStart(20, '0') });
      transport.close();
    };
    write(100);
    const names = readdirSync(dir).sort((a, b) => ageOf(b) - ageOf(a));
    const all = names.flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'));
    expect(all.map(Number)).toEqual([...Array(40_000).keys()]);
    expect(names.every((name) => statSync(join(dir, name)).size <= 150_000)).toBe(true);
    readdirSync(dir).forEach((name) => rmSync(join(dir, name)));
    write(5);
    expect(readdirSync(dir).sort()).toEqual(['a.1.log', 'a.2.log', 'a.3.log', 'a.4.log', 'a.log']);
  });

  it('are shared by several processes: no line is lost, and all go on in the newest file', () => {
    const path = join(dir, 'a.log');
    const level = Symbol.for('level');
    const processes = [1, 2, 3].map(() => new RotatingFileTransport({ path, maxBytes: 50_000, files: 100 }));
    for (let n = 0; n < 9_000; n += 1) {
      const process = processes[n % 3] as RotatingFileTransport;
      process.write({ [level]: 'info', [MESSAGE]: String(n).padStart(20, '0') });
      // Batches of some lines, now of one and now of the other.
      if (n % 20 === 0) process.flush();
    }
    for (const process of processes) {
      process.write({ [level]: 'error', [MESSAGE]: 'the last' });
      expect(readFileSync(path, 'utf8')).toMatch(/the last\n$/);
    }
    processes.forEach((process) => process.close());
    const texts = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
    const all = texts.flatMap((text) => text.trimEnd().split('\n')).filter((line) => line !== 'the last');
    expect(all.map(Number).sort((a, b) => a - b)).toEqual([...Array(9_000).keys()]);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(50_000);
  });

  it('refuse to start where the folder cannot be made', () => {
    const config = loggingConfig.parse({ LOG_DIR: '/dev/null/logs' });
    expect(() => createLogger(config, { environment: 'test' })).toThrow();
  });
});

const ageOf = (name: string) => Number(/\.(\d+)\.log$/.exec(name)?.[1] ?? 0);

describe('what hideInLogs() is given', () => {
  const shown = (text: string) => redact(text);

  it('is hidden as it stands in JSON and in addresses too', () => {
    const secret = 'qu"ote\\ 4711/+&';
    hideInLogs({ SMTP_PASSWORD: secret });
    for (const form of [secret, JSON.stringify({ pass: secret }), `u?p=${encodeURIComponent(secret)}`])
      expect(shown(`it was ${form}.`)).not.toContain('4711');
  });

  it('may be half a character', () => {
    expect(() => hideInLogs({ SMTP_PASSWORD: 'half a \ud83c 4712' })).not.toThrow();
    expect(shown('half a \ud83c 4712')).toBe('[redacted]');
  });

  it('garbles no line where it is an ordinary word', () => {
    hideInLogs({ SMTP_PASSWORD: 'password', DATABASE_URL: 'postgres://desk:postgres@localhost/desk' });
    expect(shown('the password of postgres is wrong')).toBe('the password of postgres is wrong');
    expect(shown('to postgres://desk:postgres@localhost/desk')).toBe('to [redacted]');
  });
});

describe('redaction', () => {
  it('replaces secrets under any spelling of their names, at any depth', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'password',
          'newPassword',
          'access_token',
          'Authorization',
          'Set-Cookie',
          'JWT_SECRET',
          'body',
          'passwordHash',
          'parameters',
          'query',
        ),
        fc.array(fc.constantFrom('user', 'request', 'items'), { maxLength: 4 }),
        (key, path) => {
          const value = path.reduce<unknown>((inner, name) => ({ [name]: [inner] }), { [key]: CANARY });
          expect(JSON.stringify(redact(value))).not.toContain(CANARY);
        },
      ),
    );
  });

  it('keeps what is no secret as it is', () => {
    const value = { ticketId: 'T1', count: 3, when: null, tags: ['a'], nested: { ok: true } };
    expect(redact(value)).toEqual(value);
  });

  it('ends on any value: cycles, wide objects, throwing getters, bytes, big numbers', async () => {
    const cyclic: Record<string, unknown> = { n: 10n, bytes: Buffer.from(CANARY) };
    cyclic['self'] = cyclic;
    const hostile = Object.defineProperty({}, 'boom', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const logger = aLogger();
    logger.info('odd', { cyclic, wide: Object.fromEntries([...Array(9_999)].map((_, n) => [`k${n}`, n])) });
    logger.info('hostile', { hostile });
    await closeLogger(logger);
    expect(linesOf('application.log').map((line) => line['message'])).toEqual(['odd', 'log.line-unreadable']);
  });

  it('shows an error with code, stack and cause, and nothing that a driver hung on it', async () => {
    class QueryFailedError extends Error {
      override name = 'QueryFailedError';
      query = `insert into user values ('${CANARY}')`;
      parameters = [CANARY];
      driverError = { detail: CANARY };
      code = 'SQLITE_CONSTRAINT';
    }
    const error = new QueryFailedError('UNIQUE constraint failed', { cause: new Error('disk') });
    expect(errorView(error)).toMatchObject({ code: 'SQLITE_CONSTRAINT', cause: { message: 'disk' } });
    const logger = aLogger();
    logger.error(error);
    logger.error('with', error);
    logger.error('within', { error });
    logger.error('deep', { outcome: { error } });
    nestLogger(logger).error(error);
    await closeLogger(logger);
    expect(linesOf('error.log')).toHaveLength(5);
    expect(readFileSync(join(dir, 'error.log'), 'utf8')).not.toContain(CANARY);
  });

  it('takes bearer tokens and signed links out of messages and stacks', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    for (const text of [
      `Bearer ${CANARY}`,
      jwt,
      `/reset?token=${CANARY}`,
      `/api/files/x?a=1&signature=${CANARY}`,
    ]) {
      const out = JSON.stringify(redact({ text, error: new Error(text) }));
      expect(out).not.toContain(CANARY);
      expect(out).not.toContain(jwt);
    }
  });
});

describe('the terminal', () => {
  const print = (info: object) =>
    (terminalLine(false).transform(info as never) as unknown as Record<symbol, string>)[MESSAGE];

  it('shows time, level, context, message and fields on one line, the stack below', () => {
    const info = {
      timestamp: '2026-11-22T10:00:00.000Z',
      level: 'error',
      message: 'mail.failed',
      context: 'Mail',
    };
    expect(print({ ...info, ticketId: 'T1', error: { stack: 'Error: x\n  at y' } })).toMatch(
      /^\d\d:\d\d:\d\d\.000 ERROR {3}\[Mail\] mail\.failed ticketId=T1\nError: x\n {2}at y$/,
    );
  });

  it('lets no value of a client forge a line or drive the terminal', () => {
    const line = print({ timestamp: 0, level: 'info', message: 'x', route: '/a\n\u001b[2J\u009b' });
    expect(line).toContain('route=/a\\u000a\\u001b[2J\\u009b');
  });
});

describe("Nest's logger", () => {
  it('writes through ours, its fatal level and its context too, its start-up chatter as debug', async () => {
    const logger = aLogger();
    const nest = nestLogger(logger);
    NestLogger.overrideLogger(nest);
    new NestLogger('Tickets').log({ message: 'ticket.replied', ticketId: 'T1' });
    new NestLogger('RoutesResolver').log('mapped');
    nest.fatal?.('gone');
    NestLogger.overrideLogger(false);
    await closeLogger(logger);
    expect(linesOf('application.log')).toMatchObject([
      { level: 'info', message: 'ticket.replied', ticketId: 'T1', context: 'Tickets' },
      { level: 'fatal', message: 'gone' },
    ]);
  });
});

it('the time of a line is that of the clock, to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), (now) => {
      expect(isoNow(now)).toBe(new Date(now).toISOString());
    }),
  );
});

/** What express and a handler make of a request. */
interface Answer {
  status?: number;
  abort?: boolean;
  path?: string;
  express?: object;
}

describe('request lines', () => {
  async function request(path: string, answer: Answer) {
    const logger = aLogger('debug');
    const log = requestLog(logger);
    const server = createServer((req, res) => {
      Object.assign(req, { id: 'R1', ...(answer.path && { path: answer.path }) });
      log(req, res, () => {
        Object.assign(req, answer.express);
        res.statusCode = answer.status ?? 200;
        if (answer.abort) return void req.socket.destroy();
        res.setHeader('content-length', 2).end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      headers: { authorization: `Bearer ${CANARY}` },
    }).then(
      (res) => res.text(),
      () => undefined,
    );
    await new Promise((resolve) => server.close(resolve));
    await closeLogger(logger);
    const [line] = linesOf('application.log');
    return line;
  }

  it('name id, method, route pattern, status, duration, bytes and user, never the query', async () => {
    const line = await request(`/api/tickets/17?q=${CANARY}`, {
      express: { route: { path: '/api/tickets/:id' }, actor: { userId: 'U1' } },
    });
    expect(line).toMatchObject({
      level: 'info',
      message: 'request.finished',
      requestId: 'R1',
      method: 'GET',
      route: '/api/tickets/:id',
      status: 200,
      ms: expect.any(Number),
      bytes: 2,
      userId: 'U1',
    });
    expect(JSON.stringify(line)).not.toContain(CANARY);
  });

  it('show the path without its query where no route matched', async () => {
    expect(await request(`/api/nowhere?token=${CANARY}`, { status: 404 })).toMatchObject({
      route: '/api/nowhere',
      status: 404,
      level: 'info',
    });
  });

  it('say when the client went away', async () => {
    expect(await request('/api/x', { abort: true })).toMatchObject({ message: 'request.aborted' });
  });

  it('go by the path that the router reads, where there is one', async () => {
    const line = await request('/x', { path: '/api/x' });
    expect(line).toMatchObject({ route: '/api/x', level: 'info' });
  });

  it.each([
    ['/api/x', 500, 'error'],
    ['/health/ready', 503, 'warn'],
    ['/health/ready', 200, 'debug'],
    ['/healthy.css', 503, 'error'],
    ['/apiary', 200, 'debug'],
    ['/API/auth/login', 404, 'info'],
    ['/main.js', 200, 'debug'],
    ['/main.js', 404, 'info'],
  ])('%s with %i is a line of level %s', async (path, status, level) => {
    expect(await request(path, { status })).toMatchObject({ level });
  });
});
