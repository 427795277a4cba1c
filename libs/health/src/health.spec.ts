import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { CachedProbe } from './cached-probe';
import { diskCheck, memoryCheck } from './host.checks';
import { healthConfig, HealthModule, HealthRegistry } from './index';
import type { NamedCheck } from './index';

const TOKEN = 'operators-only-4711';
const FORWARDED = { 'x-forwarded-for': '203.0.113.1' };
const never = () => new Promise<never>(() => undefined);

describe('health', () => {
  let app: INestApplication;
  let registry: HealthRegistry;

  beforeEach(async () => {
    const config = healthConfig.parse({ HEALTH_TOKEN: TOKEN, HEALTH_MEMORY_LIMIT_MB: 100_000 });
    const module = await Test.createTestingModule({
      imports: [HealthModule.register(config, { version: '1.2.3', dataFolders: [tmpdir()] })],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.init();
    registry = app.get(HealthRegistry);
  });
  afterEach(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer()).get(path).set(headers);
  const add = (check: Partial<NamedCheck>) =>
    registry.addCheck({ name: 'database', critical: true, check: () => ({}), cacheMs: 0, ...check });
  const fails = () => {
    throw new Error('connection refused at 10.0.0.5');
  };

  it('is alive whatever else fails', async () => {
    add({ check: fails });
    registry.drain();
    const answer = await get('/health/live');
    expect([answer.status, answer.body]).toEqual([200, { status: 'alive' }]);
  });

  it('is healthy with all checks passed, and says since when and which version', async () => {
    add({});
    const { status, body } = await get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      timestamp: expect.stringMatching(/Z$/),
      uptime: expect.any(Number),
      version: '1.2.3',
      checks: { database: { status: 'pass', responseTime: expect.any(Number) } },
    });
    expect(Object.keys(body.checks).sort()).toEqual(['database', 'disk', 'eventLoop', 'memory']);
  });

  it('is degraded, and answers 200, when something it can live without fails', async () => {
    add({ name: 'mail', critical: false, check: fails });
    const { status, body } = await get('/health');
    expect([status, body.status, body.checks.mail.status]).toEqual([200, 'degraded', 'fail']);
  });

  it('is unhealthy, and answers 503, when it cannot serve', async () => {
    add({ check: fails });
    const { status, body } = await get('/health');
    expect([status, body.status, body.checks.database.status]).toEqual([503, 'unhealthy', 'fail']);
  });

  it('stays healthy on a warning', async () => {
    add({ check: () => ({ warn: true }) });
    const { body } = await get('/health');
    expect([body.status, body.checks.database.status]).toEqual(['healthy', 'warn']);
  });

  it('does not wait for a check that hangs', async () => {
    add({ check: never, timeoutMs: 30 });
    const { body } = await get('/health');
    expect(body.checks.database).toMatchObject({ status: 'fail', message: 'no answer within 30 ms' });
  });

  it('shows messages on this machine and with the token, to nobody else', async () => {
    add({ check: fails });
    const message = 'connection refused at 10.0.0.5';
    expect((await get('/health')).body.checks.database.message).toBe(message);
    const token = { authorization: `Bearer ${TOKEN}` };
    expect((await get('/health', { ...FORWARDED, ...token })).body.checks.database.message).toBe(message);
    expect((await get('/health', FORWARDED)).text).not.toContain('10.0.0.5');
    const wrong = { authorization: `Bearer ${TOKEN}x` };
    expect((await get('/health', { ...FORWARDED, ...wrong })).text).not.toContain('10.0.0.5');
  });

  it('is ready when every condition holds', async () => {
    registry.addReadyCondition({ name: 'database', reason: () => undefined });
    const answer = await get('/health/ready');
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready' }]);
  });

  it.each([
    ['a reason', () => 'migrations pending', 'migrations pending'],
    ['an error, whose text stays inside', fails, 'database unavailable'],
    ['silence', never, 'database unavailable'],
  ])('is not ready for %s', async (_name, reason, expected) => {
    registry.addReadyCondition({ name: 'database', reason, timeoutMs: 30 });
    const answer = await get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, { status: 'not ready', reason: expected }]);
  });

  it('is not ready from the moment it drains, whatever is cached', async () => {
    registry.addReadyCondition({ name: 'database', reason: () => undefined });
    await get('/health/ready');
    registry.drain();
    const answer = await get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, { status: 'not ready', reason: 'draining' }]);
  });
});

describe('a probe', () => {
  it('asks once for all who want to know at once, and again only when its answer is stale', async () => {
    let asked = 0;
    const probe = new CachedProbe(async () => (asked += 1), { timeoutMs: 1_000, cacheMs: 60_000 });
    await Promise.all([...Array(20)].map(() => probe.read()));
    await probe.read();
    expect(asked).toBe(1);
    const stale = new CachedProbe(async () => (asked += 1), { timeoutMs: 1_000, cacheMs: 0 });
    await stale.read();
    await stale.read();
    expect(asked).toBe(3);
  });

  it('remembers a failure as long as a success', async () => {
    let asked = 0;
    const probe = new CachedProbe(() => Promise.reject(new Error(`no ${(asked += 1)}`)), {
      timeoutMs: 1_000,
      cacheMs: 60_000,
    });
    await probe.read();
    expect(await probe.read()).toMatchObject({ ok: false, error: new Error('no 1') });
  });

  it('does not pile up questions that nobody answers', async () => {
    let asked = 0;
    const probe = new CachedProbe(() => ((asked += 1), never()), { timeoutMs: 10, cacheMs: 0 });
    for (let n = 0; n < 5; n += 1) expect(await probe.read()).toMatchObject({ ok: false });
    expect(asked).toBe(1);
  });
});

describe('the host', () => {
  const limits = { HEALTH_DISK_WARN_PERCENT: 100, HEALTH_DISK_FLOOR_MB: 1 };
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'liftdesk-health-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('warns about a disk that fills up', async () => {
    expect(await diskCheck(limits, [folder]).check()).toMatchObject({ warn: false });
    expect(await diskCheck({ ...limits, HEALTH_DISK_WARN_PERCENT: 0 }, [folder]).check()).toMatchObject({
      warn: true,
    });
  });

  it('fails when next to no disk is left, or a data folder is gone', async () => {
    await expect(diskCheck({ ...limits, HEALTH_DISK_FLOOR_MB: 1e12 }, [folder]).check()).rejects.toThrow(
      'MB free',
    );
    await expect(diskCheck(limits, [join(folder, 'gone')]).check()).rejects.toThrow();
  });

  it('fails when the process is larger than it may be, and warns shortly before', () => {
    const resident = process.memoryUsage.rss() / 1024 / 1024;
    expect(() => memoryCheck({ HEALTH_MEMORY_LIMIT_MB: resident / 2 }).check()).toThrow('MB resident');
    expect(memoryCheck({ HEALTH_MEMORY_LIMIT_MB: resident * 1.08 }).check()).toMatchObject({ warn: true });
    expect(memoryCheck({ HEALTH_MEMORY_LIMIT_MB: resident * 4 }).check()).toMatchObject({ warn: false });
  });
});
