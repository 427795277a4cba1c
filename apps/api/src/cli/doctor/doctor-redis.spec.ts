import { describeWithRedis, RedisServer } from '@liftdesk/testing';
import { Redis } from 'ioredis';
import { tmpdir } from 'node:os';
import { findingsOf } from './findings';

const look = async (env: Record<string, string>) => {
  const own = { JWT_SECRET: 'Zk3-a secret for tests that is long enough for all' };
  const found = await findingsOf({ ...own, ...env }, { directory: tmpdir(), only: ['redis'] });
  return { ...found['redis'], text: found.text };
};
const at = (port: number, more: Record<string, string> = {}) => ({
  THROTTLE_STORE: 'redis',
  REDIS_HOST: '127.0.0.1',
  REDIS_PORT: String(port),
  ...more,
});

describe('the doctor of Redis', () => {
  it('asks nobody where nothing uses it', async () => {
    expect(await look({ REDIS_HOST: 'nowhere.invalid' })).toMatchObject({ verdict: 'skipped' });
  });

  it('finds nobody there', async () => {
    expect(await look(at(9))).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('nothing listens'),
    });
  });

  it('finds a host name that does not exist', async () => {
    expect(await look(at(6379, { REDIS_HOST: 'nowhere.invalid' }))).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('no such host name'),
    });
  });
});

describeWithRedis('the doctor of a real Redis', () => {
  let server: RedisServer;
  beforeEach(async () => (server = await RedisServer.start({ password: 'right-password' })));
  afterEach(() => server.stop());
  const well = () => at(server.port, { REDIS_PASSWORD: 'right-password' });

  it('finds it well, and leaves no key', async () => {
    expect(await look(well())).toMatchObject({
      verdict: 'ok',
      message: expect.stringContaining('for rate limits'),
    });
    expect(await look({ ...well(), THROTTLE_STORE: 'memory', PUBSUB: 'redis' })).toMatchObject({
      verdict: 'ok',
      message: expect.stringContaining('for events'),
    });
    const redis = new Redis({ host: server.host, port: server.port, password: 'right-password' });
    expect(await redis.keys('*')).toEqual([]);
    redis.disconnect();
  });

  it('finds no password, and a wrong one, without telling it', async () => {
    expect(await look(at(server.port))).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('REDIS_PASSWORD'),
    });
    const found = await look(at(server.port, { REDIS_PASSWORD: 'entirely-wrong' }));
    expect(found).toMatchObject({ verdict: 'failure', cause: expect.stringContaining('password') });
    expect(found.text).not.toContain('entirely-wrong');
  });

  it('finds one that hangs', async () => {
    server.freeze();
    try {
      expect(await look(well())).toMatchObject({
        verdict: 'failure',
        cause: expect.stringContaining('in time'),
      });
    } finally {
      server.thaw();
    }
  });

  it('finds a replica, which takes no writes', async () => {
    const replica = await RedisServer.start({ settings: ['--replicaof', '127.0.0.1', '9'] });
    try {
      expect(await look(at(replica.port))).toMatchObject({
        verdict: 'failure',
        fix: expect.stringContaining('primary'),
      });
    } finally {
      await replica.stop();
    }
  });
});
