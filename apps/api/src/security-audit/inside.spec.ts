import { accessDenied, S3Server, SecretsManagerServer } from '@liftdesk/testing';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { createServer, type Server, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../cli/doctor/runner';
import { parseConfig } from '../config/config';
import { Remote } from '../remote-checks/remote';
import type { AuditContext, KnownConfig } from './audit-check';
import { portsCheck } from './checks/ports.check';
import { type AuditOptions, runAudit } from './run-audit';
import { unknowing } from './testing/audited-desk';

const remote = new Remote({ url: new URL('https://desk.test') });

async function find(name: string, change: Partial<AuditOptions>): Promise<CheckReport> {
  const reports = await runAudit({ ...unknowing, remote, ...change, only: [name] });
  return reports[0] as CheckReport;
}

const configured = (env: Record<string, string>): KnownConfig => ({
  config: parseConfig({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(40), ...env }),
  problem: null,
});

describe('The audit of a desk on AWS', () => {
  let s3: S3Server;
  let secrets: SecretsManagerServer;
  let desk: KnownConfig;

  beforeEach(async () => {
    const role = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'session' };
    await open(await S3Server.start({ credentials: role }));
  });
  afterEach(close);

  async function open(server: S3Server): Promise<void> {
    s3 = server;
    secrets = await SecretsManagerServer.start();
    secrets.failAlways('denied');
    delete process.env['AWS_SESSION_TOKEN'];
    Object.assign(process.env, s3.env);
    desk = configured({
      ...s3.env,
      S3_BACKUPS_BUCKET: s3.bucket,
      SECRETS_PROVIDER: 'aws',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    });
    const resources = [`arn:aws:s3:::${s3.bucket}`, `arn:aws:s3:::${s3.bucket}/*`];
    const denial = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resources };
    const policy = { Statement: [{ ...denial, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }] };
    Object.assign(s3.posture, { policy, versioning: 'Enabled' });
    await keepSomething();
  }

  async function close(): Promise<void> {
    for (const name of Object.keys(s3.env)) delete process.env[name];
    await s3.close();
    await secrets.stop();
  }

  async function keepSomething(): Promise<void> {
    const { createFileStorage } = await import('@liftdesk/storage');
    const { Readable } = await import('node:stream');
    if (desk.config?.storage.type !== 's3') throw new Error('The storage of this test is S3');
    const storage = await createFileStorage(desk.config.storage);
    await storage.put('attachments/one', Readable.from(['x']), { contentType: 'text/plain' });
  }

  const BUCKETS = ['bucket-attachments', 'bucket-backups', 'bucket-client'];

  it.each(BUCKETS)('%s passes one that is private, encrypted, TLS only and versioned', async (name) => {
    expect(await find(name, { desk, clientBucket: s3.bucket })).toMatchObject({ verdict: 'ok' });
  });

  it.each([
    [{ publicAccessBlock: false }, 'public access is not blocked'],
    [{ publicAccessBlock: null }, 'public access is not blocked'],
    [{ encryption: null }, 'it does not encrypt'],
    [{ policy: null }, 'it can be reached without TLS'],
    [{ isPublic: true }, 'its policy makes it public'],
    [{ versioning: null }, 'it keeps no former versions'],
    [{ openToAll: true }, 'a stranger gets what is in it'],
  ])('a bucket fails with %j', async (posture, problem) => {
    Object.assign(s3.posture, posture);
    expect(await find('bucket-attachments', { desk })).toMatchObject({
      verdict: 'failure',
      message: `attachments: ${problem}`,
    });
  });

  it('the client’s bucket needs no former versions', async () => {
    s3.posture.versioning = null;
    expect(await find('bucket-client', { desk, clientBucket: s3.bucket })).toMatchObject({ verdict: 'ok' });
  });

  it('what the role may not look at is not checked, and no pass', async () => {
    s3.faults.always('GetBucketPolicy', accessDenied);
    expect(await find('bucket-attachments', { desk })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('s3:GetBucketPolicy is not allowed'),
    });
  });

  it('a hole that is seen counts though the rest may not be looked at', async () => {
    s3.faults.always('GetBucketPolicy', accessDenied);
    s3.posture.encryption = null;
    expect(await find('bucket-attachments', { desk })).toMatchObject({ verdict: 'failure' });
  });

  it('credentials of a role pass', async () => {
    expect(await find('credentials', { desk })).toMatchObject({ verdict: 'ok' });
  });

  it('keys that somebody wrote down fail, and are how another store than AWS knows its users', async () => {
    await close();
    await open(await S3Server.start());
    expect(await find('credentials', { desk })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('not AWS'),
    });
    const { config } = desk;
    if (config?.storage.type !== 's3') throw new Error('The storage of this test is S3');
    const { endpoint: _elsewhere, ...storage } = config.storage;
    const onAws: KnownConfig = { config: { ...config, storage }, problem: null };
    expect(await find('credentials', { desk: onAws })).toMatchObject({ verdict: 'failure' });
  });

  it('least-privilege passes who is refused what is not the desk’s', async () => {
    expect(await find('least-privilege', { desk })).toMatchObject({ verdict: 'ok' });
  });

  it('least-privilege passes nobody whom the store does not answer', async () => {
    s3.faults.always('ListBuckets', { kind: 'error', status: 501, code: 'NotImplemented' });
    expect(await find('least-privilege', { desk })).toMatchObject({
      verdict: 'skipped',
      message: 'not checked: the store does not know the question',
    });
  });

  it('least-privilege fails who sees all buckets', async () => {
    s3.posture.listsBuckets = true;
    expect(await find('least-privilege', { desk })).toMatchObject({
      verdict: 'failure',
      message: 'the credentials may see all buckets of the account',
    });
  });

  it('least-privilege fails who may read secrets of others', async () => {
    secrets.failAlways(null);
    expect(await find('least-privilege', { desk })).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('read secrets'),
    });
  });

  it('secrets in Secrets Manager pass', async () => {
    expect(await find('secret-store', { desk })).toMatchObject({ verdict: 'ok' });
  });
});

describe('The audit of a desk’s own settings', () => {
  const AWS = ['bucket-attachments', 'bucket-backups', 'bucket-client', 'credentials', 'least-privilege'];

  it.each([...AWS, 'secret-store', 'backups'])('%s is not checked without them', async (name) => {
    expect(await find(name, {})).toMatchObject({
      verdict: 'skipped',
      message: 'not checked: the desk is configured elsewhere',
    });
  });

  it.each(AWS)('%s is not checked where nothing of AWS is used', async (name) => {
    expect(await find(name, { desk: configured({}) })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('not checked'),
    });
  });

  it('secrets in the environment are told', async () => {
    expect(await find('secret-store', { desk: configured({}) })).toMatchObject({ verdict: 'warning' });
  });

  it('backups pass where they are made and encrypted', async () => {
    const desk = configured({ BACKUPS: 'on', DATABASE_ENCRYPTION_KEY: 'k'.repeat(40) });
    expect(await find('backups', { desk })).toMatchObject({ verdict: 'ok' });
  });

  it('backups that are not encrypted are told', async () => {
    expect(await find('backups', { desk: configured({ BACKUPS: 'on' }) })).toMatchObject({
      verdict: 'warning',
    });
  });

  it('no backups fail', async () => {
    expect(await find('backups', { desk: configured({ BACKUPS: 'off' }) })).toMatchObject({
      verdict: 'failure',
    });
  });
});

describe('The audit of files', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'liftdesk-audit-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, text: string, mode = 0o600): string {
    const path = join(directory, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }
  const environmentFiles = (files: string[] = []) => find('environment-files', { directory, files });

  it('passes those that hold no secret and are their owner’s', async () => {
    write(
      '.env.production',
      'NODE_ENV=production\nSECRETS_ID=prod/desk\nJWT_SECRET=\nS3_SSE_KMS_KEY_ID=arn:aws:kms:x\n',
    );
    write('ecosystem.config.js', "module.exports = { apps: [{ env: { NODE_ENV: 'production' } }] };", 0o644);
    const dump = write(
      'dump.pm2',
      JSON.stringify([{ name: 'liftdesk', env: { NODE_ENV: 'production' } }]),
      0o644,
    );
    expect(await environmentFiles([dump, join(directory, 'not-there')])).toMatchObject({
      verdict: 'ok',
      message: 'no secret by name or shape in .env.production, ecosystem.config.js, dump.pm2',
    });
  });

  it.each([
    ['.env.production', 'JWT_SECRET=gheim8ahS0thohng', 'holds JWT_SECRET'],
    ['.env.staging', 'SMTP_PASSWORD=hunter2', 'holds SMTP_PASSWORD'],
    ['.env', 'AWS_SECRET_ACCESS_KEY=abc', 'holds AWS_SECRET_ACCESS_KEY'],
    ['.env.production', '# AKIAIOSFODNN7EXAMPLE', 'holds an AWS access key'],
    ['.env.production', 'DATABASE_URL=postgres://desk:pass@db/desk', 'holds an address with a password'],
    ['.env.production', 'REDIS_URL=rediss://:pass@cache', 'holds an address with a password'],
    ['.env.production', 'SMTP_PASSWORD=$hunter2', 'holds SMTP_PASSWORD'],
    ['.env.production', 'X="-----BEGIN RSA PRIVATE KEY-----', 'holds a private key'],
    ['.env.production', `HOOK=ghp_${'a'.repeat(36)}`, 'holds a token of GitHub'],
    ['ecosystem.config.js', "env: { JWT_SECRET: 'gheim8ahS0thohng' }", 'holds JWT_SECRET'],
  ])('finds in %s: %s', async (name, text, problem) => {
    const path = write(name, text);
    const found = await environmentFiles();
    expect(found).toMatchObject({ verdict: 'failure', message: `${path} ${problem}` });
    expect(JSON.stringify(found)).not.toMatch(/gheim8|hunter2|AKIA|desk:pass|ghp_/);
  });

  it('finds what PM2 has written down of the environment, however deep', async () => {
    const dump = write(
      'dump.pm2',
      JSON.stringify([{ pm2_env: { env: { JWT_SECRET: 'gheim8ahS0thohng' } } }]),
    );
    expect(await environmentFiles([dump])).toMatchObject({
      verdict: 'failure',
      message: `${dump} holds JWT_SECRET`,
    });
  });

  it.each([0o644, 0o640, 0o660])('finds that others may read it: %o', async (mode) => {
    write('.env.production', 'NODE_ENV=production', mode);
    expect(await environmentFiles()).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('and not 600'),
    });
  });

  it('finds that others may change what PM2 runs', async () => {
    write('ecosystem.config.js', 'module.exports = {};', 0o666);
    expect(await environmentFiles()).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('can be changed by others'),
    });
  });

  it('lets the profiles of a checkout be readable, and their placeholders stand', async () => {
    mkdirSync(join(directory, '.git'));
    write('.env.development', 'JWT_SECRET=dev-secret-key-change-in-production', 0o644);
    write('.env.production', 'REDIS_PASSWORD=your-password\nSMTP_PASSWORD=${MAIL_PASSWORD}\n', 0o644);
    expect(await environmentFiles()).toMatchObject({ verdict: 'ok' });
  });

  it('has looked at nothing where there is none, or one that it cannot read', async () => {
    expect(await environmentFiles()).toMatchObject({ verdict: 'skipped' });
    const dump = write('dump.pm2', 'no JSON');
    expect(await environmentFiles([dump])).toMatchObject({ verdict: 'skipped' });
  });
});

describe('The audit of dependencies', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'liftdesk-audit-'));
    writeFileSync(join(directory, 'package-lock.json'), '{}');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** @param says what npm prints; it ends as npm does where it has found something */
  function dependencies(says: unknown): Promise<CheckReport> {
    const npm = join(directory, 'npm');
    const text = typeof says === 'string' ? says : JSON.stringify(says);
    writeFileSync(
      npm,
      `#!/bin/sh\n[ "$*" = "audit --omit=dev --json" ] || exit 9\ncat <<'EOF'\n${text}\nEOF\nexit 1\n`,
    );
    chmodSync(npm, 0o700);
    return find('dependencies', { directory, npm });
  }
  const holes = (counts: object, vulnerabilities = {}) => ({
    vulnerabilities,
    metadata: { vulnerabilities: counts },
  });

  it('passes where the registry knows of no hole', async () => {
    expect(await dependencies(holes({ critical: 0, high: 0, moderate: 0, low: 0 }))).toMatchObject({
      verdict: 'ok',
    });
  });

  it.each(['critical', 'high'])('fails with a %s one, and names it', async (severity) => {
    const found = await dependencies(
      holes({ [severity]: 1, low: 1 }, { a: { severity }, b: { severity: 'low' } }),
    );
    expect(found).toMatchObject({ verdict: 'failure', message: `1 ${severity}, 1 low: a` });
  });

  it('tells a moderate one', async () => {
    const found = await dependencies(holes({ moderate: 2 }, { a: { severity: 'moderate' } }));
    expect(found).toMatchObject({ verdict: 'warning', message: '2 moderate: a' });
  });

  it.each([
    ['the registry is away', { error: { code: 'ENOTFOUND', summary: 'request failed' } }],
    ['the registry takes no questions', { message: '405 Method Not Allowed', error: { summary: '' } }],
    ['npm says nothing', ''],
    ['npm says what is no JSON', 'npm ERR!'],
  ])('is not checked where %s', async (_why, says) => {
    expect(await dependencies(says)).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('not checked'),
    });
  });

  it('is not checked where there is no npm, and where there is no lock file', async () => {
    const npm = join(directory, 'there-is-none');
    expect(await find('dependencies', { directory, npm })).toMatchObject({ verdict: 'skipped' });
    expect(await find('dependencies', { directory: '/nonexistent' })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('no package-lock.json'),
    });
  });
});

describe('The audit of open ports', () => {
  let server: Server;
  let port: number;
  /** At every address of this machine: what the address itself is for. */
  const door = { server: createWebServer((_request, response) => void response.end()), port: 0 };

  beforeAll(async () => {
    await new Promise<void>((resolve) => door.server.listen(0, '0.0.0.0', resolve));
    door.port = (door.server.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => door.server.close(resolve)));
  beforeEach(async () => {
    // One of those that are tried; another process of this machine may have the others.
    server = createServer((socket) => socket.destroy());
    for (port of [27017, 11211, 9615, 2379, 1433]) if (await listens(port)) return;
    throw new Error('All ports for this test are taken');
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function listens(wanted: number): Promise<boolean> {
    return new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(wanted, '127.0.0.1', () => resolve((server.address() as AddressInfo).port === wanted));
    });
  }

  const tried = (url: string, allowedPorts: number[] = []) => {
    const context = { remote: new Remote({ url: new URL(url) }), allowedPorts } as unknown as AuditContext;
    return portsCheck(() => false).run(context, AbortSignal.timeout(10_000));
  };

  it('finds one that is for nobody outside', async () => {
    expect(await tried(`https://127.0.0.1:${door.port}`)).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining(`${port} (`),
    });
  });

  it('passes those that are meant to be open', async () => {
    const allowed = await tried(`https://127.0.0.1:${door.port}`, [port]);
    expect([allowed.verdict, allowed.message]).toEqual([
      expect.anything(),
      expect.not.stringContaining(`${port} (`),
    ]);
    expect((await tried(`https://127.0.0.1:${port}`)).message).not.toContain(`${port} (`);
    expect(await tried(`https://127.99.1.1:${door.port}`)).toMatchObject({ verdict: 'ok' });
  });

  it('does not take those of a CDN for those of the machine behind it', async () => {
    door.server.prependOnceListener('request', (_request, response) =>
      response.setHeader('X-Amz-Cf-Id', 'abc'),
    );
    expect(await tried(`http://127.99.1.1:${door.port}`)).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('--url https://origin.127.99.1.1'),
    });
  });

  it('passes nobody who cannot be reached', async () => {
    expect(await tried('https://127.99.1.1:9')).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('cannot be reached'),
    });
  });

  it('does not judge from inside, where everything is open', async () => {
    const found = await find('open-ports', { remote: new Remote({ url: new URL('https://127.0.0.1') }) });
    expect(found).toMatchObject({ verdict: 'skipped', message: expect.stringContaining('this machine') });
  });
});
