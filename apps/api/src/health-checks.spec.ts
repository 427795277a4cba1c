import { CloudWatchLogsServer, describeWithRedis, RedisServer, S3Server, SesServer } from '@liftdesk/testing';
import type { HealthReport } from '@liftdesk/health';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { TestDesk } from './testing/test-desk';

const ALWAYS = [
  'database',
  'disk',
  'eventLoop',
  'logs',
  'mail',
  'maintenance',
  'memory',
  'outbox',
  'storage',
];
/** The tests' own process is larger than a server may be, and busier. */
const ENV = { HEALTH_MEMORY_LIMIT_MB: '100000', HEALTH_DISK_FLOOR_MB: '1' };
const STRANGER = { 'X-Forwarded-For': '203.0.113.9' };

const healthOf = async (desk: TestDesk, headers: Record<string, string> = {}) => {
  const { status, body, text } = await request(desk.server).get('/health').set(headers);
  return { status, report: body as HealthReport, text };
};
const failing = ({ checks }: HealthReport): string[] =>
  Object.entries(checks)
    .filter(([, { status }]) => status === 'fail')
    .map(([name]) => name)
    .sort();

describe('health of a desk on a laptop', () => {
  let desk: TestDesk;
  beforeEach(async () => {
    desk = await TestDesk.start({ env: ENV });
    await desk.storage.check();
  });
  afterEach(() => desk.close());

  it('asks what is used, and nothing else', async () => {
    const { status, report } = await healthOf(desk);
    expect([status, report.status, failing(report)]).toEqual([200, 'healthy', []]);
    expect(Object.keys(report.checks).sort()).toEqual(ALWAYS);
  });

  it('is degraded without files, and unhealthy and not ready without its database', async () => {
    rmSync(join(desk.uploadDir, '.liftdesk-storage'));
    const first = await healthOf(desk);
    expect([first.status, first.report.status]).toEqual([200, 'degraded']);
    expect(failing(first.report)).toEqual(['storage']);
    await desk.database.destroy();
    const ready = await request(desk.server).get('/health/ready');
    expect([ready.status, ready.body]).toEqual([
      503,
      { status: 'not ready', reason: 'database unavailable' },
    ]);
    expect((await request(desk.server).get('/health/live')).status).toBe(200);
  });

  it('is unhealthy and not ready while a migration is pending, and says so to operators', async () => {
    // As if this were a newer build.
    (desk.database.migrations as object[]).push({ name: 'Later1999999999999' });
    const { status, report } = await healthOf(desk);
    expect([status, report.status, failing(report)]).toEqual([503, 'unhealthy', ['database']]);
    expect(report.checks['database']?.message).toContain('1 migration(s) are pending');
    const ready = await request(desk.server).get('/health/ready');
    expect([ready.status, ready.body]).toEqual([503, { status: 'not ready', reason: 'migrations pending' }]);
  });

  it('is healthy on the schema of a newer version, and says so to operators', async () => {
    await desk.database.query(
      `insert into migrations (id, timestamp, name) values (99, 9999999999999, 'AddTeams9999999999999')`,
    );
    const { status, report } = await healthOf(desk);
    expect([status, report.status, report.checks['database']?.status]).toEqual([200, 'healthy', 'warn']);
    expect(report.checks['database']?.message).toContain('newer version (it has AddTeams9999999999999)');
    expect((await request(desk.server).get('/health/ready')).status).toBe(200);
    expect((await healthOf(desk, STRANGER)).text).not.toContain('AddTeams');
    await desk.database.query('delete from migrations where timestamp = 9999999999999');
  });

  it('is unhealthy where the database is away when it is asked for the first time', async () => {
    await desk.database.destroy();
    const { status, report } = await healthOf(desk);
    expect([status, report.status, report.checks['database']?.status]).toEqual([503, 'unhealthy', 'fail']);
  });
});

describeWithRedis('health of a desk with PLATFORM=aws', () => {
  let s3: S3Server;
  let ses: SesServer;
  let logs: CloudWatchLogsServer;
  let redis: RedisServer;
  let desk: TestDesk;
  const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] as const;
  const before = SDK_VARIABLES.map((name) => process.env[name]);

  beforeEach(async () => {
    [s3, ses, logs, redis] = await Promise.all([
      S3Server.start(),
      SesServer.start(),
      CloudWatchLogsServer.start('/aws/ec2/support-ticket-api'),
      RedisServer.start(),
    ]);
    ses.verified.add('example.com');
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name] as string;
    desk = await TestDesk.start({
      env: {
        ...ENV,
        ...s3.env,
        PLATFORM: 'aws',
        SECRETS_PROVIDER: 'env',
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
        AWS_ENDPOINT_URL_SES: ses.url,
        SES_REGION: 'eu-central-1',
        FROM_EMAIL: 'support@example.com',
        REDIS_HOST: redis.host,
        REDIS_PORT: String(redis.port),
      },
    });
    // As a start makes it.
    mkdirSync(desk.uploadDir, { recursive: true });
  });
  afterEach(async () => {
    redis.thaw();
    await desk.close();
    await Promise.all([s3.close(), ses.close(), logs.stop(), redis.stop()]);
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });

  it('asks the services that it uses', async () => {
    const { status, report } = await healthOf(desk);
    expect([status, failing(report)]).toEqual([200, []]);
    expect(Object.keys(report.checks).sort()).toEqual([...ALWAYS, 'pubsub', 'redis'].sort());
  });

  it('is degraded and ready when all that it can live without hangs, waits for none of it, and tells strangers nothing', async () => {
    s3.faults.always('any', { kind: 'hang' });
    ses.failAlways('hang');
    redis.freeze();
    const { status, report } = await healthOf(desk);
    expect([status, report.status]).toEqual([200, 'degraded']);
    expect(failing(report)).toEqual(['mail', 'pubsub', 'redis', 'storage']);
    for (const { responseTime } of Object.values(report.checks)) expect(responseTime).toBeLessThan(15_000);
    expect((await request(desk.server).get('/health/ready')).status).toBe(200);

    const { text } = await healthOf(desk, STRANGER);
    expect(text).not.toContain('message');
    for (const inside of [s3.bucket, redis.host, 'amazon', 'Redis', 'ECONN', 'answer'])
      expect(text).not.toContain(inside);
  });

  it('does not ask again for who asks often', async () => {
    await healthOf(desk);
    const asked = [s3.seen.length, ses.calls.length];
    for (let n = 0; n < 20; n += 1) await healthOf(desk);
    expect([s3.seen.length, ses.calls.length]).toEqual(asked);
  });
});
