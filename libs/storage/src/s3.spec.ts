import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  accessDenied,
  internalError,
  type S3Fault,
  type S3Operation,
  S3Server,
  type S3ServerOptions,
  slowDown,
} from '@liftdesk/testing';
import { Test } from '@nestjs/testing';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describeFileStorage, type StorageUnderTest } from './file-storage.contract';
import {
  type ByteRange,
  FileStorage,
  type PutOptions,
  type S3StorageOptions,
  StorageDamagedError,
  StorageModule,
  StorageUnavailableError,
} from './index';
import { type S3CallError, toStorageError } from './s3.errors';

interface S3UnderTest extends StorageUnderTest {
  server: S3Server;
}

/** A storage as the API has it, on a server of its own. The SDK finds its credentials in the environment. */
async function s3(
  options: Partial<S3StorageOptions> = {},
  serverOptions: S3ServerOptions = {},
): Promise<S3UnderTest> {
  let ahead = 0;
  const server = await S3Server.start({ pageSize: 7, now: () => Date.now() + ahead, ...serverOptions });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = server.env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN });
  if (AWS_SESSION_TOKEN === undefined) delete process.env['AWS_SESSION_TOKEN'];
  const module = StorageModule.register({
    type: 's3',
    bucket: server.bucket,
    keyPrefix: '',
    region: 'eu-central-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    checksums: 'default',
    sse: 'AES256',
    deadlineMs: 6_000,
    ...options,
  });
  const app = await (await Test.createTestingModule({ imports: [module] }).compile()).init();
  return {
    server,
    storage: app.get(FileStorage),
    follow: (url, init) => fetch(url, init),
    passSeconds: (seconds) => void (ahead += seconds * 1000),
    async breakDown() {
      server.faults.always('any', { kind: 'error', status: 503, code: 'ServiceUnavailable' });
      return async () => server.faults.clear();
    },
    async close() {
      await app.close();
      await server.close();
    },
  };
}

describeFileStorage('S3', () => s3());
describeFileStorage('S3 under a prefix, with temporary credentials and no checksums', () =>
  s3(
    { keyPrefix: 'support/desk/', checksums: 'when-required', sse: 'off' },
    { credentials: { accessKeyId: 'role', secretAccessKey: 'of the instance', sessionToken: 'for an hour' } },
  ),
);

const MIB = 1024 * 1024;
const FAILED_200: S3Fault = { kind: 'error-in-200', code: 'InternalError' };

describe('S3', () => {
  const opened: S3UnderTest[] = [];
  const open = async (...given: Parameters<typeof s3>): Promise<S3UnderTest> => {
    const under = await s3(...given);
    opened.push(under);
    return under;
  };
  afterEach(async () => {
    for (const under of opened.splice(0)) await under.close();
  });

  const putOf = (storage: FileStorage, size: number, options?: PutOptions) =>
    storage.put('attachments/file', Readable.from(inPieces(size)), options);
  const failureOf = (deed: Promise<unknown>): Promise<StorageUnavailableError & { cause: S3CallError }> =>
    deed.then(
      () => Promise.reject(new Error('It was to fail')),
      (error: unknown) => {
        expect(error).toBeInstanceOf(StorageUnavailableError);
        return error as never;
      },
    );
  /** Neither an object nor parts of one. */
  const expectNothingIn = ({ server }: S3UnderTest): void =>
    expect([[...server.objects.keys()], server.uploads]).toEqual([[], []]);

  describe('stores', () => {
    it.each([
      [1, ['PutObject']],
      [5 * MIB, ['PutObject']],
      [5 * MIB + 1, ['CreateMultipartUpload', 'UploadPart', 'UploadPart', 'CompleteMultipartUpload']],
    ])('%d bytes by %j, encrypted and with what is known about them', async (size, operations) => {
      const { storage, server } = await open();
      const metadata = { uploadedby: 'somebody', uploadedat: '2026-11-26T00:00:00.000Z' };
      const { sha256 } = await putOf(storage, size, { contentType: 'image/png', metadata });
      expect(server.seen.map(({ operation }) => operation)).toEqual(operations);
      const kept = server.objects.get('attachments/file');
      expect(kept?.bytes.length).toBe(size);
      expect(
        createHash('sha256')
          .update(kept?.bytes ?? '')
          .digest('hex'),
      ).toBe(sha256);
      expect(kept?.headers).toEqual({
        'content-type': 'image/png',
        'x-amz-meta-uploadedby': 'somebody',
        'x-amz-meta-uploadedat': '2026-11-26T00:00:00.000Z',
        'x-amz-server-side-encryption': 'AES256',
      });
    });

    it('under the key of KMS that was configured', async () => {
      const { storage, server } = await open({ sse: 'aws:kms', sseKmsKeyId: 'our-key' });
      await putOf(storage, 6 * MIB);
      expect(server.objects.get('attachments/file')?.headers).toMatchObject({
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'our-key',
      });
    });

    it('without any word of encryption and checksums where the store knows none', async () => {
      const { storage, server } = await open({ sse: 'off', checksums: 'when-required' });
      await putOf(storage, 6 * MIB);
      await putOf(storage, 10);
      const said = server.seen.flatMap(({ headers }) => Object.keys(headers));
      expect(said.filter((name) => /encryption|checksum/.test(name))).toEqual([]);
    });

    it('with checksums that the store proves, by default', async () => {
      const { storage, server } = await open();
      await putOf(storage, 10);
      await putOf(storage, 6 * MIB);
      for (const { headers } of [...server.seenOf('PutObject'), ...server.seenOf('UploadPart')])
        expect(headers['x-amz-checksum-crc32']).toMatch(/^[\w+/]{6}==$/);
    });
  });

  describe('tries again, and stores once, when the store', () => {
    it.each<[string, S3Operation, S3Fault, number]>([
      ['asks to slow down', 'PutObject', slowDown, 2],
      ['fails inside', 'PutObject', internalError, 2],
      ['cuts the connection at half', 'PutObject', { kind: 'cut', afterBytes: MIB }, 1],
      ['loses its answer', 'PutObject', { kind: 'lose-answer' }, 1],
      ['hangs once', 'PutObject', { kind: 'hang' }, 1],
      ['is slow', 'PutObject', { kind: 'delay', ms: 200 }, 1],
      ['fails at the begin', 'CreateMultipartUpload', internalError, 1],
      ['cuts a part at half', 'UploadPart', { kind: 'cut', afterBytes: 3 * MIB }, 1],
      ['hangs at a part', 'UploadPart', { kind: 'hang' }, 1],
      ['fails at the end', 'CompleteMultipartUpload', internalError, 1],
      ['fails at the end after it said 200', 'CompleteMultipartUpload', FAILED_200, 1],
    ])('%s', async (_what, operation, fault, times) => {
      const under = await open();
      under.server.faults.next(operation, fault, times);
      const size = operation === 'PutObject' ? 2 * MIB : 6 * MIB;
      await expect(putOf(under.storage, size)).resolves.toMatchObject({ size });
      expect(under.server.objects.get('attachments/file')?.bytes.length).toBe(size);
      expect(under.server.uploads).toEqual([]);
    });
  });

  describe('gives up in time, says why, and leaves nothing when the store', () => {
    it.each<[string, S3Operation, S3Fault, string]>([
      ['asks to slow down', 'PutObject', slowDown, 'SlowDown'],
      ['fails inside', 'PutObject', internalError, 'InternalError'],
      ['refuses', 'PutObject', accessDenied, 'AccessDenied'],
      ['hangs', 'PutObject', { kind: 'hang' }, 'DeadlineError'],
      ['cuts each connection', 'PutObject', { kind: 'cut', afterBytes: MIB }, ''],
      ['fails at the begin', 'CreateMultipartUpload', internalError, 'InternalError'],
      ['hangs at the begin', 'CreateMultipartUpload', { kind: 'hang' }, 'DeadlineError'],
      ['cuts each part at half', 'UploadPart', { kind: 'cut', afterBytes: 3 * MIB }, ''],
      ['hangs at a part', 'UploadPart', { kind: 'hang' }, 'DeadlineError'],
      ['refuses a part', 'UploadPart', accessDenied, 'AccessDenied'],
      ['fails at the end', 'CompleteMultipartUpload', internalError, 'InternalError'],
      ['fails at the end after it said 200', 'CompleteMultipartUpload', FAILED_200, 'InternalError'],
      ['hangs at the end', 'CompleteMultipartUpload', { kind: 'hang' }, 'DeadlineError'],
    ])('%s', async (_what, operation, fault, code) => {
      const under = await open({ deadlineMs: fault.kind === 'hang' ? 2_000 : 10_000 });
      under.server.faults.always(operation, fault);
      const source = Readable.from(inPieces(operation === 'PutObject' ? 2 * MIB : 11 * MIB));
      const { cause, message } = await failureOf(under.storage.put('attachments/file', source));
      expect(source.destroyed).toBe(true);
      if (code) expect(cause.code).toBe(code);
      expect(cause.message).toContain('PutObject on the bucket attachments: ');
      expect(message).toBe('The file storage is not available.');
      expectNothingIn(under);
    });
  });

  it('aborts the parts of an upload whose source fails', async () => {
    const under = await open();
    const lost = new Error('the sender went away');
    const source = Readable.from(inPieces(11 * MIB, lost));
    await expect(under.storage.put('attachments/file', source)).rejects.toBe(lost);
    expect(under.server.seenOf('UploadPart')).toHaveLength(2);
    expectNothingIn(under);
  });

  it.each([
    [4, {}],
    [9, { uploadsAtOnce: 9 }],
  ])('lets %i in at once, and who waits fail with the first that finds the store away', async (n, given) => {
    const { storage, server } = await open({ deadlineMs: 1_000, ...given });
    server.faults.always('PutObject', { kind: 'hang' });
    const puts = Array.from({ length: 40 }, (_, n) => storage.put(`attachments/${n}`, Readable.from(['x'])));
    await Promise.all(puts.map(failureOf));
    expect(new Set(server.seenOf('PutObject').map(({ key }) => key)).size).toBe(n);
  });

  it('gives a connection up on which nothing moves, long before the deadline', async () => {
    const { storage, server } = await open({ deadlineMs: 600_000, idleMs: 200 });
    server.faults.always('PutObject', { kind: 'hang' });
    await failureOf(putOf(storage, 10));
    expect(server.seenOf('PutObject')).toHaveLength(3);
    server.faults.clear();
    await putOf(storage, MIB);
    server.faults.always('GetObject', { kind: 'stall', afterBytes: 1000 });
    const { stream } = await storage.get('attachments/file');
    await failureOf(buffer(stream));
  });

  it('goes on after a failure as if nothing had been', async () => {
    const { storage, server } = await open();
    server.faults.next('PutObject', accessDenied);
    await failureOf(putOf(storage, 10));
    const puts = Array.from({ length: 40 }, (_, n) => storage.put(`attachments/${n}`, Readable.from(['x'])));
    await Promise.all(puts);
    expect(server.objects.size).toBe(40);
  });

  it('says of an object that the store damaged that it is damaged', async () => {
    const { storage, server } = await open();
    await putOf(storage, 1000);
    const objects = server.objects as Map<string, object>;
    objects.set('attachments/file', { ...objects.get('attachments/file'), bytes: Buffer.alloc(1000, '?') });
    const { stream } = await storage.get('attachments/file');
    await expect(buffer(stream)).rejects.toBeInstanceOf(StorageDamagedError);
  });

  describe('reading', () => {
    const read = async (storage: FileStorage, range?: ByteRange) =>
      buffer((await storage.get('attachments/file', { range })).stream);

    it.each<S3Fault>([
      { kind: 'truncate', afterBytes: 0 },
      { kind: 'truncate', afterBytes: MIB },
      { kind: 'stall', afterBytes: MIB },
    ])('never ends early: %j', async (fault) => {
      const { storage, server } = await open({ deadlineMs: 1_000 });
      await putOf(storage, 2 * MIB);
      server.faults.next('GetObject', fault);
      await failureOf(read(storage));
      server.faults.next('GetObject', fault);
      await failureOf(read(storage, { start: 1 }));
      expect((await read(storage)).length).toBe(2 * MIB);
    });

    it('tells who comes late that the store broke off meanwhile', async () => {
      const { storage, server } = await open();
      await putOf(storage, 2 * MIB);
      server.faults.next('GetObject', { kind: 'truncate', afterBytes: 1_000 });
      const { stream } = await storage.get('attachments/file');
      await sleep(200);
      await failureOf(buffer(stream));
    });

    it('waits for a reader who takes his time', async () => {
      const { storage } = await open({ deadlineMs: 1_000 });
      await putOf(storage, 4 * MIB);
      const { stream } = await storage.get('attachments/file');
      let size = 0;
      for await (const piece of stream as AsyncIterable<Buffer>) {
        if (size === 0) await sleep(1_500);
        size += piece.length;
      }
      expect(size).toBe(4 * MIB);
    });

    it('closes the connection when nobody reads on', async () => {
      const { storage } = await open();
      await putOf(storage, 4 * MIB);
      const { stream } = await storage.get('attachments/file');
      stream.destroy();
      await new Promise((closed) => stream.once('close', closed));
      expect((await read(storage)).length).toBe(4 * MIB);
    });
  });

  it('calls a bucket that is gone unavailable, and no file missing', async () => {
    const { storage } = await open({ bucket: 'elsewhere' });
    const deeds: (() => Promise<unknown>)[] = [
      () => putOf(storage, 1),
      () => storage.get('a'),
      () => storage.stat('a'),
      () => storage.delete('a'),
      () => storage.check(),
      () => storage.sweepInterrupted(new Date()),
      () => storage.list('')[Symbol.asyncIterator]().next(),
    ];
    for (const deed of deeds) expect((await failureOf(deed())).cause.code).toBe('NoSuchBucket');
  });

  it('says of a store that nobody answers for why, of however many addresses', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    const { cause } = toStorageError(refused, 'HeadBucket', 'attachments');
    expect(cause).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'HeadBucket on the bucket attachments: ECONNREFUSED: the store cannot be reached',
    });
  });

  it.each<[number, string, RegExp]>([
    [301, 'PermanentRedirect', /another region: look at AWS_REGION/],
    [400, 'AuthorizationHeaderMalformed', /another region: look at AWS_REGION/],
    [403, 'AccessDenied', /may not do this: look at the policies/],
    [403, 'RequestTimeTooSkewed', /clock of this machine is wrong/],
  ])('says of %d %s what to look at', async (status, code, advice) => {
    const { storage, server } = await open();
    server.faults.always('PutObject', { kind: 'error', status, code });
    const { cause } = await failureOf(putOf(storage, 1));
    expect([cause.code, cause.message]).toEqual([code, expect.stringMatching(advice)]);
  });

  it.each([
    [301, 'PermanentRedirect'],
    [403, 'AccessDenied'],
  ])('knows an answer without a body by its status: %d is %s', async (status, code) => {
    const { storage, server } = await open();
    server.faults.always('HeadObject', { kind: 'error', status, code });
    expect((await failureOf(storage.stat('a'))).cause.code).toBe(code);
  });

  it('says of wrong credentials which, and never the secret', async () => {
    const { storage } = await open();
    process.env['AWS_SECRET_ACCESS_KEY'] = 'a secret that is wrong';
    const { cause } = await failureOf(putOf(storage, 1));
    expect(cause.code).toBe('SignatureDoesNotMatch');
    expect(inspect(cause, { depth: 9 })).not.toContain('a secret that is wrong');
  });

  describe('sweeping', () => {
    it('removes parts of uploads begun before, of the prefix alone', async () => {
      const under = await open({ keyPrefix: 'desk/' });
      under.server.faults.always('AbortMultipartUpload', accessDenied);
      const begin = async (key: string) => {
        const source = Readable.from(inPieces(6 * MIB, new Error('gone')));
        await expect(under.storage.put(key, source)).rejects.toThrow('gone');
      };
      for (let n = 0; n < 8; n++) await begin(`attachments/${n}`);
      await begin('elsewhere/file');
      under.server.faults.clear();
      expect(under.server.uploads).toHaveLength(9);
      const [now, later] = [Date.now(), 60_000];
      expect(await under.storage.sweepInterrupted(new Date(now - later), 'attachments/')).toBe(0);
      expect(await under.storage.sweepInterrupted(new Date(now + later), 'attachments/')).toBe(8);
      expect(under.server.uploads.map(({ key }) => key)).toEqual(['desk/elsewhere/file']);
    });
  });

  describe('check', () => {
    it('writes now and then, not each time, and leaves nothing', async () => {
      const under = await open();
      await under.storage.check();
      await under.storage.check();
      expect(under.server.seenOf('HeadBucket')).toHaveLength(2);
      expect(under.server.seenOf('PutObject')).toHaveLength(1);
      expectNothingIn(under);
    });

    it('takes a file that was stored for a proof, and one that was not for the opposite', async () => {
      const { storage, server } = await open();
      await putOf(storage, 1);
      await storage.check();
      expect(server.seenOf('PutObject')).toHaveLength(1);
      server.faults.always('PutObject', accessDenied);
      await failureOf(putOf(storage, 1));
      expect((await failureOf(storage.check())).cause.message).toContain(
        'PutObject on the bucket attachments',
      );
      server.faults.clear();
      await storage.check();
    });
  });

  describe('links', () => {
    const LINK = {
      filename: 'a.pdf',
      contentType: 'application/pdf',
      disposition: 'inline',
      expiresInSeconds: 3600,
    } as const;

    it('point to the origin that the page may then fetch from', async () => {
      const { storage, server } = await open();
      const { url } = await storage.signedUrl('attachments/file', LINK);
      expect(new URL(url).origin).toBe(server.endpoint);
      expect(storage.linkOrigins).toEqual([server.endpoint]);
    });

    it.each([
      [{}, 'https://our-files.s3.eu-central-1.amazonaws.com'],
      [{ forcePathStyle: true }, 'https://s3.eu-central-1.amazonaws.com'],
      [{ endpoint: 'https://account.r2.example' }, 'https://our-files.account.r2.example'],
    ])('of AWS and of others, with %j, to %s', async (options, origin) => {
      const { storage } = await open({
        bucket: 'our-files',
        endpoint: undefined,
        forcePathStyle: false,
        ...options,
      });
      expect(storage.linkOrigins).toEqual([origin]);
      expect((await storage.signedUrl('a', LINK)).url).toMatch(new RegExp(`^${origin}/`));
    });

    it('say that they end with the credentials that signed them', async () => {
      const { storage } = await open();
      const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 600_000);
      process.env['AWS_CREDENTIAL_EXPIRATION'] = soon.toISOString();
      const { expiresAt } = await storage.signedUrl('attachments/file', LINK);
      delete process.env['AWS_CREDENTIAL_EXPIRATION'];
      expect(expiresAt).toEqual(soon);
    });

    it('are refused when somebody sends a token along', async () => {
      const { storage, follow } = await open();
      await putOf(storage, 1);
      const { url } = await storage.signedUrl('attachments/file', LINK);
      expect((await follow(url)).status).toBe(200);
      expect((await follow(url, { headers: { Authorization: 'Bearer token' } })).status).toBe(400);
    });
  });
});

describe('the S3 of tests', () => {
  const silent = (): void => undefined;

  it('refuses what S3 refuses: a body of unknown length, and parts that are not named with their checksums', async () => {
    const { server, close } = await s3();
    const place = { region: 'us-east-1', endpoint: server.endpoint, forcePathStyle: true };
    const target = { Bucket: server.bucket, Key: 'file' };
    const unchecked = new S3Client({
      ...place,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    });
    const endless = unchecked.send(new PutObjectCommand({ ...target, Body: Readable.from(['x']) }));
    await expect(endless).rejects.toMatchObject({ name: 'MissingContentLength' });
    const client = new S3Client(place);
    const begun = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC32' });
    const { UploadId } = await client.send(begun);
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'CRC32' }),
    );
    const end = (part: CompletedPart) =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...target,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ...part }] },
        }),
      );
    await expect(end({})).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(end({ ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'InvalidPart' });
    await end({ ChecksumCRC32 });
    client.destroy();
    unchecked.destroy();
    await close();
  });

  it('takes a stream as the SDK sends it: in chunks, its checksum behind', async () => {
    const under = await s3();
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: under.server.endpoint,
      forcePathStyle: true,
    });
    const bytes = randomBytes(200_000);
    const Body = Readable.from([bytes.subarray(0, 70_001), bytes.subarray(70_001)]);
    const target = { Bucket: under.server.bucket, Key: 'streamed' };
    await client.send(new PutObjectCommand({ ...target, Body, ContentLength: bytes.length }));
    expect(under.server.seenOf('PutObject')[0]?.headers['content-encoding']).toBe('aws-chunked');
    expect(under.server.objects.get('streamed')?.bytes.equals(bytes)).toBe(true);
    const wrong = new PutObjectCommand({ ...target, Body: 'x', ChecksumCRC32: 'AAAAAA==' });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
    client.destroy();
    await under.close();
  });
});

function* inPieces(size: number, thenFail?: Error): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, 'All work and no play. ');
  for (let sent = 0; sent < size; sent += piece.length) yield piece.subarray(0, size - sent);
  if (thenFail) throw thenFail;
}
