import { accessDenied, S3Server } from '@liftdesk/testing';
import { BucketAuditor, type BucketPosture } from './bucket-posture';
import { deniesWithoutTls } from './bucket-policy';

const yes = <T>(value: T) => ({ known: true, value });
const BUCKET = 'attachments';

const tlsOnly = (change: object = {}) => ({
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      ...change,
    },
  ],
});

describe('The look at a bucket', () => {
  let server: S3Server;
  let auditor: BucketAuditor;

  beforeEach(async () => {
    await openWith(await S3Server.start());
  });

  afterEach(async () => {
    auditor.close();
    await server.close();
  });

  async function openWith(started: S3Server): Promise<void> {
    server = started;
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = server.env;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN });
    if (AWS_SESSION_TOKEN === undefined) delete process.env['AWS_SESSION_TOKEN'];
    auditor = await BucketAuditor.open({
      bucket: server.bucket,
      region: 'us-east-1',
      endpoint: server.endpoint,
      forcePathStyle: true,
      checksums: 'default',
      deadlineMs: 6_000,
    });
  }

  async function keep(key: string): Promise<void> {
    const { openClients } = await import('./s3.clients');
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const { read, write } = openClients({
      region: 'us-east-1',
      endpoint: server.endpoint,
      forcePathStyle: true,
      checksums: 'default',
      deadlineMs: 6_000,
    });
    await write.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body: 'x' }));
    read.destroy();
    write.destroy();
  }

  const posture = (): Promise<BucketPosture> => auditor.posture();

  it('finds one that is closed, encrypted, versioned and refuses what comes without TLS', async () => {
    await keep('attachments/one');
    Object.assign(server.posture, { policy: tlsOnly(), versioning: 'Enabled' });
    expect(await posture()).toEqual({
      publicAccessBlocked: yes(true),
      encryption: yes('AES256'),
      tlsOnly: yes(true),
      isPublic: yes(false),
      versioned: yes(true),
      stranger: yes('nothing'),
    });
  });

  it('finds one with nothing of it', async () => {
    Object.assign(server.posture, { publicAccessBlock: null, encryption: null });
    expect(await posture()).toMatchObject({
      publicAccessBlocked: yes(false),
      encryption: yes(null),
      tlsOnly: yes(false),
      isPublic: yes(false),
      versioned: yes(false),
    });
  });

  it('finds switches that are there and off, a public policy, and versions that are no longer kept', async () => {
    const policy = tlsOnly();
    Object.assign(server.posture, {
      publicAccessBlock: false,
      policy,
      isPublic: true,
      versioning: 'Suspended',
    });
    expect(await posture()).toMatchObject({
      publicAccessBlocked: yes(false),
      isPublic: yes(true),
      versioned: yes(false),
    });
  });

  it('finds what strangers can read', async () => {
    await keep('attachments/one');
    server.posture.openToAll = true;
    expect((await posture()).stranger).toEqual(yes('object'));
  });

  it('finds that strangers see names', async () => {
    server.posture.openToAll = true;
    expect((await posture()).stranger).toEqual(yes('names'));
  });

  it('does not know what a stranger may read where there is nothing to read', async () => {
    expect((await posture()).stranger).toEqual({ known: false, why: expect.stringContaining('no object') });
  });

  it('takes a refusal for no answer, and names what would have to be allowed', async () => {
    server.faults.always('any', accessDenied);
    const found = await posture();
    expect(found.encryption).toEqual({ known: false, why: 's3:GetEncryptionConfiguration is not allowed' });
    expect(found.tlsOnly).toEqual({ known: false, why: 's3:GetBucketPolicy is not allowed' });
    expect(found.stranger).toEqual({ known: false, why: 's3:ListBucket is not allowed' });
  });

  it('fails where the store fails', async () => {
    server.faults.always('GetBucketPolicy', { kind: 'error', status: 400, code: 'InvalidRequest' });
    await expect(posture()).rejects.toThrow('InvalidRequest');
  });

  it('changes nothing', async () => {
    await keep('attachments/one');
    const before = server.seen.length;
    await posture();
    await auditor.listsAllBuckets();
    const asked = new Set(server.seen.slice(before).map(({ operation }) => operation));
    for (const operation of asked) expect(operation).toMatch(/^(Get|List)/);
  });

  it('tells keys that were written down from those of a role', async () => {
    expect(await auditor.credentials()).toBe('long-lived');
    await server.close();
    auditor.close();
    await openWith(
      await S3Server.start({
        credentials: { accessKeyId: 'role', secretAccessKey: 'secret', sessionToken: 'session' },
      }),
    );
    expect(await auditor.credentials()).toBe('temporary');
  });

  it('tells whether the names of all buckets may be seen', async () => {
    expect(await auditor.listsAllBuckets()).toEqual(yes(false));
    server.posture.listsBuckets = true;
    expect(await auditor.listsAllBuckets()).toEqual(yes(true));
  });
});

describe('A policy against what comes without TLS', () => {
  const holds = (change: object): boolean => deniesWithoutTls(tlsOnly(change), BUCKET);

  it.each([
    ['as it is usually written', {}],
    ['by a list of principals', { Principal: { AWS: ['*'] } }],
    ['for all resources', { Resource: '*' }],
    ['in another partition', { Resource: [`arn:aws-cn:s3:::${BUCKET}`, `arn:aws-cn:s3:::${BUCKET}/*`] }],
    ['with the condition as a value of JSON', { Condition: { Bool: { 'AWS:SecureTransport': false } } }],
  ])('holds %s', (_how, change) => {
    expect(holds(change)).toBe(true);
  });

  it.each([
    ['allows', { Effect: 'Allow' }],
    ['is about one role', { Principal: { AWS: 'arn:aws:iam::1:role/desk' } }],
    ['is about reading alone', { Action: ['s3:GetObject'] }],
    ['leaves out the objects', { Resource: `arn:aws:s3:::${BUCKET}` }],
    ['is about another bucket', { Resource: ['arn:aws:s3:::other', 'arn:aws:s3:::other/*'] }],
    ['denies what comes with TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    [
      'holds for some addresses only',
      {
        Condition: { Bool: { 'aws:SecureTransport': 'false' }, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      },
    ],
    ['has no condition', { Condition: undefined }],
  ])('is none where it %s', (_how, change) => {
    expect(holds(change)).toBe(false);
  });

  it('is none where there are no statements', () => {
    expect(deniesWithoutTls({}, BUCKET)).toBe(false);
  });
});
