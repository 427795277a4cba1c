import { CloudWatchLogsServer } from '@liftdesk/testing';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CloudWatchSink } from './cloudwatch.sink';
import { CloudWatchTransport, type CloudWatchTransportOptions } from './cloudwatch.transport';
import { eventText, MOST_EVENT_BYTES } from './event-text';
import { closeLogger, createLogger, logDelivery, loggingConfig } from './index';
import { LogQueue } from './log-queue';
import { describeLogTransport } from './log-transport.contract';
import { droppedNotice } from './logger';
import type { CloudWatchLoggingConfig } from './logging.config';

const GROUP = '/aws/ec2/support-ticket-api';
const STREAM = 'i-1/application';
const CONTEXT = { environment: 'test', terminal: false };
const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

function configFor(endpoint: string, env: Record<string, string> = {}): CloudWatchLoggingConfig {
  return loggingConfig.parse({
    LOG_TRANSPORT: 'cloudwatch',
    AWS_REGION: 'eu-central-1',
    INSTANCE_ID: 'i-1',
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
    ...env,
  }) as CloudWatchLoggingConfig;
}

describeLogTransport('files', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'liftdesk-log-'));
  const logger = createLogger(loggingConfig.parse({ LOG_TRANSPORT: 'file', LOG_DIR: dir }), CONTEXT);
  return {
    logger,
    lines: () => readFileSync(join(dir, 'application.log'), 'utf8').split('\n').filter(Boolean),
    async close() {
      await closeLogger(logger);
      rmSync(dir, { recursive: true });
    },
  };
});

describeLogTransport('CloudWatch Logs', async () => {
  const server = await CloudWatchLogsServer.start(GROUP);
  const logger = createLogger(configFor(server.endpoint), CONTEXT);
  return {
    logger,
    lines: () => server.events(GROUP, STREAM).map(({ message }) => message),
    async close() {
      await closeLogger(logger);
      await server.stop();
    },
  };
});

describe('CloudWatch Logs', () => {
  let server: CloudWatchLogsServer;
  let said: string[];
  let open: CloudWatchTransport[] = [];

  beforeEach(async () => {
    server = await CloudWatchLogsServer.start(GROUP);
    said = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  });
  afterEach(async () => {
    await server.stop();
    await Promise.all(open.map((transport) => transport.finish()));
    open = [];
    jest.restoreAllMocks();
  });

  function aTransport(options: Partial<CloudWatchTransportOptions> = {}): CloudWatchTransport {
    const transport = new CloudWatchTransport({
      openSink: async () => new CloudWatchSink(configFor(server.endpoint)),
      noticeOf: droppedNotice({ service: 's' }),
      flushAfterMs: 5,
      firstPauseMs: 5,
      // As long as a call may take on a busy machine: given up and made again its lines would arrive twice.
      callMs: 20_000,
      finishMs: 20_000,
      ...options,
    });
    open.push(transport);
    return transport;
  }
  const write = (transport: CloudWatchTransport, line: string): void =>
    transport.log({ [LEVEL]: 'info', [MESSAGE]: line, message: line, level: 'info' }, () => undefined);
  /** For calls that are never answered, and those after them. */
  const HANGING = { callMs: 1_000 };
  const arrived = (): string[] => server.events(GROUP, STREAM).map(({ message }) => message);
  /** Bounded only by jest's own time-out: what hangs is found there. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('get lines without anybody closing, several in a call', async () => {
    const transport = aTransport();
    for (const line of ['1', '2', '3']) write(transport, line);
    await until(() => arrived().length === 3);
    expect(server.batches).toEqual([3]);
    expect(said).toEqual([]);
  });

  it('get batches as large as they take, in order', async () => {
    const transport = aTransport();
    const line = 'x'.repeat(100_000);
    for (let n = 0; n < 50; n += 1) write(transport, `${n} ${line}`);
    for (let n = 50; n < 20_100; n += 1) write(transport, `${n} `);
    await transport.finish();
    expect(arrived().map((text) => parseInt(text, 10))).toEqual([...Array(20_100).keys()]);
    expect(Math.max(...server.batches)).toBe(10_000);
    expect(server.batches.length).toBeLessThan(12);
  });

  it('lose a stream, and have it made again', async () => {
    const transport = aTransport();
    write(transport, 'before');
    await until(() => arrived().length === 1);
    server.removeStream({ logGroupName: GROUP, logStreamName: STREAM });
    write(transport, 'after');
    await transport.finish();
    expect(arrived()).toEqual(['after']);
  });

  it('are told of a missing group in one line that says what to do', async () => {
    const config = configFor(server.endpoint, { LOG_GROUP: '/other' });
    const transport = aTransport({ openSink: async () => new CloudWatchSink(config) });
    write(transport, 'x');
    await until(() => transport.delivery().failure !== null);
    expect(said).toEqual([
      expect.stringMatching(/^Log lines do not get through: .*\/other i-1\/application: .*LOG_GROUP/),
    ]);
    server.addGroup('/other');
    await transport.finish();
    expect(server.events('/other', STREAM)).toHaveLength(1);
  });

  it.each(['throttled', 'unavailable', 'hanging', 'cut', 'denied'] as const)(
    'that are %s cost nothing: every line comes, in order, and one line tells of it and one of its end',
    async (fault) => {
      const transport = aTransport(fault === 'hanging' ? HANGING : {});
      server.failAlways(fault);
      for (let n = 0; n < 100; n += 1) write(transport, String(n));
      await until(() => transport.delivery().failure !== null);
      for (let n = 100; n < 200; n += 1) write(transport, String(n));
      expect(transport.delivery()).toMatchObject({
        queued: 200,
        dropped: 0,
        failingSince: expect.any(Number),
      });
      server.failAlways(null);
      await until(() => transport.delivery().queued === 0);
      expect(arrived()).toEqual([...Array(200).keys()].map(String));
      expect(transport.delivery()).toMatchObject({ failure: null, failingSince: null });
      expect(said).toEqual([
        expect.stringMatching(/^Log lines do not get through: [^\n]*\n$/),
        'Log lines get through again\n',
      ]);
    },
  );

  it('that die in the middle get the rest when they are back', async () => {
    const transport = aTransport();
    write(transport, 'before');
    await until(() => arrived().length === 1);
    await server.stop();
    for (let n = 0; n < 50; n += 1) write(transport, String(n));
    await until(() => transport.delivery().failure !== null);
    await server.listen();
    await until(() => arrived().length === 51);
    expect(transport.delivery().dropped).toBe(0);
  });

  it('that hang hold nobody up: lines are taken at once, no more wait than there is room for, and the oldest go', async () => {
    const transport = aTransport({ ...HANGING, mostBytes: 100 * 36 });
    server.failAlways('hanging');
    write(transport, '0000000000');
    await until(() => server.calls.length > 0);
    let taken = 0;
    for (let n = 1; n <= 10_000; n += 1)
      transport.log({ [LEVEL]: 'info', [MESSAGE]: String(n).padStart(10, '0') }, () => (taken += 1));
    expect(taken).toBe(10_000);
    expect(transport.delivery()).toMatchObject({ queued: 101, dropped: 9_900 });
    server.failAlways(null);
    await transport.finish();
    const [first, notice, ...rest] = arrived();
    expect(first).toBe('0000000000');
    expect(JSON.parse(notice as string)).toMatchObject({
      level: 'warn',
      message: 'log.lines-dropped',
      count: 9_900,
      service: 's',
    });
    expect(rest.map(Number)).toEqual([...Array(100).keys()].map((n) => 9_901 + n));
    expect(transport.delivery()).toMatchObject({ queued: 0, dropped: 9_900 });
  });

  it('that stay away do not keep the process from ending, which says how much was lost', async () => {
    const transport = aTransport({ finishMs: 100 });
    server.failAlways('unavailable');
    for (let n = 0; n < 10; n += 1) write(transport, 'x');
    await transport.finish();
    expect(said.at(-1)).toMatch(/^10 log lines were lost: CloudWatch Logs .*InternalServiceError\n$/);
    write(transport, 'too late');
    expect(transport.delivery().queued).toBe(10);
  });

  it('that hang while the process ends do not keep it either', async () => {
    const transport = aTransport({ finishMs: 100, callMs: 60_000 });
    server.failAlways('hanging');
    write(transport, 'x');
    await transport.finish();
    expect(said.at(-1)).toMatch(/^1 log lines were lost/);
  });

  it('that refuse a batch for good do not stop those behind it', async () => {
    const transport = aTransport({ openSink: async () => new CloudWatchSink(configFor(server.endpoint)) });
    jest
      .spyOn(LogQueue.prototype, 'take')
      .mockReturnValueOnce([{ timestamp: 1, message: 'x'.repeat(300_000) }]);
    write(transport, 'good');
    await until(() => arrived().length > 0);
    expect(JSON.parse(arrived()[0] as string)).toMatchObject({ message: 'log.lines-dropped', count: 1 });
    expect(arrived().slice(1)).toEqual(['good']);
  });

  it('that take no lines from too long ago have them counted', async () => {
    const transport = aTransport();
    const tooOld = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 15 * 86_400_000);
    write(transport, 'of a clock that was wrong');
    tooOld.mockRestore();
    write(transport, 'good');
    await until(() => arrived().includes('good'));
    expect(transport.delivery()).toMatchObject({ dropped: 1, failure: null });
    expect(arrived()).toEqual([expect.stringContaining('"count":1'), 'good']);
  });

  it('are not loaded, and no folder is needed, until there is a line', async () => {
    const openSink = jest.fn(async () => new CloudWatchSink(configFor(server.endpoint)));
    const transport = aTransport({ openSink });
    await transport.finish();
    expect(openSink).not.toHaveBeenCalled();
  });

  it('whose client cannot be loaded are tried again', async () => {
    let tries = 0;
    const transport = aTransport({
      openSink: async () => {
        tries += 1;
        if (tries === 1) throw new Error('no such package');
        return new CloudWatchSink(configFor(server.endpoint));
      },
    });
    write(transport, 'x');
    await until(() => arrived().length === 1);
  });

  it("have the winston logger's errors nowhere: what fails is not logged through the logger", async () => {
    const logger = createLogger(configFor(server.endpoint), CONTEXT);
    const other: string[] = [];
    const sink = new Writable({
      objectMode: true,
      write: (info: { message: string }, _encoding, next) => {
        other.push(info.message);
        next();
      },
    });
    logger.pipe(sink);
    server.failAlways('denied');
    logger.info('only this');
    await until(() => logDelivery(logger).failure !== null);
    expect(other).toEqual(['only this']);
    server.failAlways(null);
    await closeLogger(logger);
  });
});

describe('LogQueue', () => {
  const notice = (count: number): string => `${count} lost`;

  it('gives events in chronological order though the clock goes back', () => {
    const queue = new LogQueue(1e9);
    for (const timestamp of [5, 3, 9]) queue.push({ timestamp, message: String(timestamp) });
    expect(queue.take(notice)).toEqual([
      { timestamp: 5, message: '5' },
      { timestamp: 5, message: '3' },
      { timestamp: 9, message: '9' },
    ]);
  });

  it('gives lines of the right time apart from those of a clock that was far ahead', () => {
    const queue = new LogQueue(1e9);
    for (const timestamp of [7_200_000, 7_200_001, 0, 1]) queue.push({ timestamp, message: 'x' });
    const times = () => queue.take(notice).map(({ timestamp }) => timestamp);
    expect([times(), times()]).toEqual([
      [7_200_000, 7_200_001],
      [0, 1],
    ]);
  });

  it('tells once of every line that was lost, though a batch that told of some was refused for good', () => {
    const queue = new LogQueue(1e9);
    queue.giveUp(3);
    queue.push({ timestamp: 0, message: 'refused' });
    expect(queue.take(notice).map(({ message }) => message)).toEqual(['3 lost', 'refused']);
    queue.giveUpBatch(2);
    expect(queue.dropped).toBe(4);
    queue.push({ timestamp: 0, message: 'taken' });
    expect(queue.take(notice).map(({ message }) => message)).toEqual(['4 lost', 'taken']);
    queue.push({ timestamp: 0, message: 'refused too' });
    queue.take(notice);
    queue.giveUpBatch(1);
    expect(queue.dropped).toBe(5);
  });

  it('gives no batch that spans more than a day', () => {
    const queue = new LogQueue(1e9);
    for (const timestamp of [0, 86_400_000, 86_400_001]) queue.push({ timestamp, message: 'x' });
    expect([queue.take(notice).length, queue.take(notice).length, queue.take(notice).length]).toEqual([
      2, 1, 0,
    ]);
  });

  it('counts bytes, not characters', () => {
    const queue = new LogQueue(1e9);
    queue.push({ timestamp: 0, message: '日本' });
    expect(queue.bytes).toBe(6 + 26);
    queue.take(notice);
    expect(queue.bytes).toBe(0);
  });

  it('keeps the newest line, however large', () => {
    const queue = new LogQueue(10);
    for (const message of ['a'.repeat(99), 'b'.repeat(99)]) queue.push({ timestamp: 0, message });
    expect(queue.take(notice).map(({ message }) => message[0])).toEqual(['1', 'b']);
  });
});

describe('eventText', () => {
  it('is the line itself as long as it fits, to the byte', () => {
    const line = `${'日'.repeat(Math.floor(MOST_EVENT_BYTES / 3))}${'x'.repeat(MOST_EVENT_BYTES % 3)}`;
    expect(Buffer.byteLength(line)).toBe(MOST_EVENT_BYTES);
    expect(eventText(line, {})).toBe(line);
    expect(JSON.parse(eventText(`${line}x`, { level: 'info', message: 'm', timestamp: 't' }))).toMatchObject({
      level: 'info',
      message: 'm',
      cutFromBytes: MOST_EVENT_BYTES + 1,
    });
  });

  it('is never empty, nor larger than an event may be', () => {
    expect(eventText('', {})).toBe(' ');
    const hostile = '\u0001"\\'.repeat(200_000);
    expect(Buffer.byteLength(eventText(hostile, { message: hostile }))).toBeLessThan(MOST_EVENT_BYTES);
  });
});

describe('loggingConfig', () => {
  it('has the names of the document', () =>
    expect(loggingConfig.parse({ LOG_TRANSPORT: 'cloudwatch', AWS_REGION: 'us-east-1' })).toEqual({
      LOG_TRANSPORT: 'cloudwatch',
      LOG_LEVEL: 'info',
      LOG_GROUP: GROUP,
      AWS_REGION: 'us-east-1',
    }));

  it.each([
    ['LOG_TRANSPORT', 'syslog'],
    ['LOG_GROUP', 'a group'],
    ['INSTANCE_ID', 'i:1'],
    ['AWS_REGION', undefined],
    ['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', 'here'],
  ])('refuses %s=%s by its name', (name, value) => {
    const env = { LOG_TRANSPORT: 'cloudwatch', AWS_REGION: 'us-east-1', [name]: value };
    expect(loggingConfig.safeParse(env).error?.issues.map(({ path }) => path.join('.'))).toEqual([name]);
  });
});

it('files load no SDK', async () => {
  jest.resetModules();
  jest.doMock('@aws-sdk/client-cloudwatch-logs', () => {
    throw new Error('loaded');
  });
  const dir = mkdtempSync(join(tmpdir(), 'liftdesk-log-'));
  const fresh = await import('./index');
  const logger = fresh.createLogger(
    fresh.loggingConfig.parse({ LOG_TRANSPORT: 'file', LOG_DIR: dir }),
    CONTEXT,
  );
  logger.info('x');
  await fresh.closeLogger(logger);
  rmSync(dir, { recursive: true });
  await expect(import('./cloudwatch.sink')).rejects.toThrow('loaded');
});
