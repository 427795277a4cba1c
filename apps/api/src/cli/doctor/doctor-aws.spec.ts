import { accessDenied, S3Server, SecretsManagerServer, slowDown } from '@liftdesk/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentOf, type Findings, findingsOf } from './findings';

const SECRET_ID = 'prod/support-ticket/api';
const JWT_SECRET = 'p4Qz-a-secret-that-lives-in-the-store-alone-81';
/** The SDK finds these by its own chain. */
const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] as const;

describe('the doctor of a deployment on AWS', () => {
  let folder: string;
  let s3: S3Server;
  let secrets: SecretsManagerServer;
  let env: Record<string, string>;
  const before = SDK_VARIABLES.map((name) => process.env[name]);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'));
    s3 = await S3Server.start();
    secrets = await SecretsManagerServer.start();
    secrets.put(SECRET_ID, { JWT_SECRET });
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name] as string;
    env = {
      ...s3.env,
      SECRETS_PROVIDER: 'aws',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      DATABASE_PATH: join(folder, 'desk.sqlite'),
      UPLOAD_DIR: join(folder, 'uploads'),
      LOG_DIR: join(folder, 'logs'),
      S3_DEADLINE: '2',
      PORT: '9',
    };
  });
  afterEach(async () => {
    await s3.close();
    await secrets.stop();
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
    rmSync(folder, { recursive: true, force: true });
  });

  const look = (
    more: Record<string, string> = {},
    only: string[] = ['storage', 'secrets'],
  ): Promise<Findings> => findingsOf({ ...env, ...more }, { directory: folder, only });

  it('finds bucket and secret well, tells neither, and leaves nothing in either', async () => {
    const found = await look();
    expect(found['secrets']).toMatchObject({ verdict: 'ok', message: expect.stringContaining(SECRET_ID) });
    expect(found['storage']).toMatchObject({
      verdict: 'ok',
      message: expect.stringContaining('bucket attachments'),
    });
    expect(found.text).not.toContain(JWT_SECRET);
    expect([...s3.objects.keys()]).toEqual([]);
    expect(s3.uploads).toEqual([]);
    expect(new Set(secrets.calls.map(({ operation }) => operation))).toEqual(new Set(['GetSecretValue']));
    expect(contentOf(folder)).toEqual({});
  });

  it.each([
    ['PutObject', 's3:PutObject on arn:aws:s3:::attachments/*'],
    ['DeleteObject', 's3:DeleteObject on arn:aws:s3:::attachments/*'],
  ] as const)('names the permission that the role lacks for %s', async (operation, permission) => {
    s3.faults.always(operation, accessDenied);
    const { storage } = await look();
    expect(storage).toMatchObject({
      verdict: 'failure',
      guide: expect.stringContaining('Access Denied'),
      message: expect.stringContaining('AccessDenied'),
      cause: expect.stringContaining(permission),
      fix: expect.stringContaining(permission),
    });
  });

  it('names the permission that the role lacks for reading, and deletes what it put', async () => {
    s3.faults.always('GetObject', accessDenied);
    const { storage } = await look();
    expect(storage).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('s3:GetObject on arn:aws:s3:::attachments/*'),
    });
    expect([...s3.objects.keys()]).toEqual([]);
  });

  it('finds a bucket that is not there', async () => {
    const { storage } = await look({ S3_ATTACHMENTS_BUCKET: 'another-bucket' });
    expect(storage).toMatchObject({
      verdict: 'failure',
      cause: 'there is no such bucket',
      fix: expect.stringContaining('S3_ATTACHMENTS_BUCKET'),
    });
  });

  it('finds a store that hangs, in the time that it gives it', async () => {
    s3.faults.always('any', { kind: 'hang' });
    const { storage, secrets: secret } = await look();
    expect(storage).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('does not answer in time'),
    });
    expect(storage?.fix).toContain('gateway endpoint');
    expect(storage?.ms).toBeLessThan(30_000);
    expect(secret?.verdict).toBe('ok');
  });

  it('finds a store that nobody answers for, one that is overloaded, and a wrong key', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'not the secret of that key';
    expect((await look())['storage']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('clock of this machine'),
    });
    process.env['AWS_SECRET_ACCESS_KEY'] = s3.credentials.secretAccessKey;
    s3.faults.always('PutObject', slowDown);
    expect((await look({ S3_DEADLINE: '20' }))['storage']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('slow down'),
    });
    s3.faults.clear();
    expect((await look({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }))['storage']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('nothing listens'),
    });
  });

  it('finds a bucket that serves forged links', async () => {
    s3.faults.next('GetObject', { kind: 'delay', ms: 1 });
    const open = await openBucket();
    try {
      const { storage } = await look({ AWS_ENDPOINT_URL_S3: open.origin });
      expect(storage).toMatchObject({ verdict: 'failure', message: 'a forged link was served' });
    } finally {
      await open.close();
    }
  });

  it('names the permission that the role lacks for the secret, and looks at the rest all the same', async () => {
    secrets.failAlways('denied');
    const found = await look();
    expect(found['secrets']).toMatchObject({
      verdict: 'failure',
      guide: expect.stringContaining('Secrets Manager access denied'),
      fix: expect.stringContaining(`secretsmanager:GetSecretValue on ${SECRET_ID}`),
    });
    expect(found['storage']?.verdict).toBe('ok');
    expect(found.healthy).toBe(false);
  });

  it('finds a secret that is not there, and one that is no object', async () => {
    expect((await look({ SECRETS_ID: 'prod/another' }))['secrets']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('prod/another in us-east-1'),
    });
    secrets.put(SECRET_ID, 'a text that is secret too');
    const found = await look();
    expect(found['secrets']).toMatchObject({ verdict: 'failure', fix: expect.stringContaining('key/value') });
    expect(found.text).not.toContain('a text that is secret too');
  });

  it('finds a secret that nobody has changed for more than a year', async () => {
    secrets.put(SECRET_ID, { JWT_SECRET }, Date.now() - 400 * 86_400_000);
    expect((await look())['secrets']).toMatchObject({
      verdict: 'warning',
      message: expect.stringMatching(/(399|400) days old/),
      fix: expect.stringContaining('nobody is signed out'),
    });
  });

  it('finds Secrets Manager away', async () => {
    await secrets.stop();
    const { secrets: found } = await look();
    expect(found).toMatchObject({ verdict: 'failure', cause: expect.stringContaining('nothing') });
  });

  /** A store in front of the bucket that mends every signature. */
  async function openBucket(): Promise<{ origin: string; close(): Promise<void> }> {
    const { createServer } = await import('node:http');
    const { buffer } = await import('node:stream/consumers');
    const kept = new Map<string, Buffer>();
    const server = createServer((req, res) => {
      const [path = ''] = (req.url ?? '').split('?');
      void buffer(req).then((body) => {
        if (req.method === 'PUT') kept.set(path, body);
        res.setHeader('ETag', '"x"');
        res.end(req.method === 'GET' ? kept.get(path) : undefined);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    return {
      origin: `http://127.0.0.1:${port}`,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }
});
