import {
  CloudWatchLogsServer,
  describeWithRedis,
  RedisServer,
  S3Server,
  SecretsManagerServer,
  SesServer,
} from '@liftdesk/testing';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DoctorDesk } from './doctor-desk';

const JWT_SECRET = 'a secret for tests that is long enough for all';
const SECRET_ID = 'prod/support-ticket/api';
const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] as const;

describeWithRedis('the doctor of a desk with PLATFORM=aws', () => {
  let folder: string;
  let s3: S3Server;
  let secrets: SecretsManagerServer;
  let ses: SesServer;
  let logs: CloudWatchLogsServer;
  let redis: RedisServer;
  let own: DoctorDesk;
  const before = SDK_VARIABLES.map((name) => process.env[name]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'));
    [s3, secrets, ses, logs, redis] = await Promise.all([
      S3Server.start(),
      SecretsManagerServer.start(),
      SesServer.start(),
      CloudWatchLogsServer.start('/aws/ec2/support-ticket-api'),
      RedisServer.start(),
    ]);
    secrets.put(SECRET_ID, { JWT_SECRET });
    ses.verified.add('example.com');
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name] as string;
    own = await DoctorDesk.start({
      ...s3.env,
      PLATFORM: 'aws',
      DATABASE_PATH: join(folder, 'desk.sqlite'),
      JWT_SECRET,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
      AWS_ENDPOINT_URL_SES: ses.url,
      SES_REGION: 'eu-central-1',
      FROM_EMAIL: 'support@example.com',
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
    });
  });
  afterAll(async () => {
    await own.close();
    await Promise.all([s3.close(), secrets.stop(), ses.close(), logs.stop(), redis.stop()]);
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
    rmSync(folder, { recursive: true, force: true });
  });

  /** What another doctor would see of this one. The keys of rate limits are the desk's own. */
  async function traces(): Promise<unknown> {
    const client = new Redis({ host: redis.host, port: redis.port });
    const keys = (await client.keys('*doctor*')).sort();
    client.disconnect();
    return {
      objects: [...s3.objects.keys()],
      uploads: s3.uploads,
      keys,
      mails: ses.mails.length,
      rows: await own.desk.rows('select * from idempotency_key'),
    };
  }

  // In the secret alone, as on AWS.
  const look = () => own.findings({ JWT_SECRET: '' }, { skip: ['memory', 'disk'] });

  it('finds all of it well, by round trips to each service', async () => {
    const found = await look();
    expect(found.text).not.toMatch(/FAILURE|warning /);
    for (const name of [
      'secrets',
      'database',
      'migrations',
      'storage',
      'mail',
      'redis',
      'logs',
      'clock',
      'health',
      'sign-in-limit',
    ])
      expect([name, found[name]?.verdict]).toEqual([name, 'ok']);
    expect(found['config']?.message).toContain('PLATFORM=aws');
    expect(found.text).not.toContain(JWT_SECRET);
  });

  it('leaves nothing behind in any of them', async () => {
    const beforehand = await traces();
    await look();
    expect(await traces()).toEqual(beforehand);
    expect(beforehand).toMatchObject({ objects: [], uploads: [], keys: [], mails: 0, rows: [] });
  });

  it('finds them all away at once, each with its cause, and no later than the slowest', async () => {
    s3.faults.always('any', { kind: 'hang' });
    secrets.failAlways('hanging');
    ses.failAlways('hang');
    redis.freeze();
    try {
      const found = await own.findings(
        { JWT_SECRET: '', S3_DEADLINE: '2' },
        { only: ['secrets', 'storage', 'mail', 'redis', 'database'] },
      );
      for (const name of ['secrets', 'storage', 'mail', 'redis'])
        expect([name, found[name]?.verdict, found[name]?.cause]).toEqual([
          name,
          'failure',
          expect.stringMatching(/in time/),
        ]);
      // It could be in the secret where the database is.
      expect(found['database']?.verdict).toBe(own.desk.config.database.type === 'sqlite' ? 'skipped' : 'ok');
    } finally {
      s3.faults.clear();
      secrets.failAlways(null);
      ses.failAlways(null);
      redis.thaw();
    }
  });
});
