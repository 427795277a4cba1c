import { S3Server, type S3Fault, type S3Operation } from '@liftdesk/testing';
import { existsSync, readdirSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuiltApi, Installation } from './harness/built-api';
import { Client, type Attachment } from './harness/client';
import { expectAllKnown } from './harness/known-objects';

const MB = 1024 * 1024;
const AGENT = ['maja@desk.example', 'a password for maja'] as const;

describe('the built product with files in S3', () => {
  let installation: Installation;
  let s3: S3Server;
  let api: BuiltApi | undefined;
  let agent: Client;

  beforeEach(async () => {
    installation = new Installation().migrate();
    installation.addUser('agent', ...AGENT);
    s3 = await S3Server.start();
    await start();
  });
  afterEach(async () => {
    await api?.stop();
    await s3.close();
    installation.remove();
  });

  async function start(): Promise<BuiltApi> {
    const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    api = await installation.start({ ...s3.env, ...quiet, S3_DEADLINE: '3' });
    agent = await new Client(api.origin).signIn(...AGENT);
    return api;
  }
  const file = (size: number) => ({ name: 'big.txt', bytes: new Uint8Array(Buffer.alloc(size, 'x')) });
  /** The files, or why there are none. */
  const uploading = (size: number): Promise<Attachment[] | string> => agent.stage(file(size)).catch(String);
  const isSeen = async (operation: S3Operation): Promise<void> => {
    while (s3.seenOf(operation).length === 0) await sleep(5);
  };

  describe('on SIGTERM in the middle of an upload', () => {
    it('ends it first: stored, written, answered', async () => {
      s3.faults.next('UploadPart', { kind: 'delay', ms: 800 });
      const upload = uploading(6 * MB);
      await isSeen('UploadPart');
      expect(await api?.stop()).toMatchObject({ code: 0 });
      expect(await upload).toEqual([expect.objectContaining({ size: 6 * MB })]);
      expect(s3.objects.size).toBe(1);
      expectAllKnown(installation, s3);
    });

    it('refuses it in time when the store hangs, and leaves nothing', async () => {
      s3.faults.always('PutObject', { kind: 'hang' });
      const upload = uploading(10);
      await isSeen('PutObject');
      expect(await api?.stop()).toMatchObject({ code: 0 });
      expect(await upload).toContain('503');
      expect(s3.objects.size).toBe(0);
      expectAllKnown(installation, s3);
    });
  });

  describe('killed with SIGKILL in the middle of an upload, knows all that is left', () => {
    const [HANGS, KEEPS]: [S3Fault, S3Fault] = [{ kind: 'hang' }, { kind: 'keep-answer' }];

    it.each<[string, number, S3Operation, S3Fault, { objects: number; uploads: number }]>([
      ['while the store takes the file', 10, 'PutObject', HANGS, { objects: 0, uploads: 0 }],
      ['when the store has the file', 10, 'PutObject', KEEPS, { objects: 1, uploads: 0 }],
      ['when parts were begun', 6 * MB, 'CreateMultipartUpload', KEEPS, { objects: 0, uploads: 1 }],
      ['while the store takes a part', 6 * MB, 'UploadPart', HANGS, { objects: 0, uploads: 1 }],
      ['when the store has a part', 6 * MB, 'UploadPart', KEEPS, { objects: 0, uploads: 1 }],
      ['before the parts are joined', 6 * MB, 'CompleteMultipartUpload', HANGS, { objects: 0, uploads: 1 }],
      ['when the parts are joined', 6 * MB, 'CompleteMultipartUpload', KEEPS, { objects: 1, uploads: 0 }],
    ])('%s', async (_when, size, operation, fault, left) => {
      s3.faults.always(operation, fault);
      const upload = uploading(size);
      await isSeen(operation);
      while (s3.objects.size !== left.objects || s3.uploads.length !== left.uploads) await sleep(5);
      await api?.signal('SIGKILL');
      expect(await upload).toMatch(/^TypeError: /);
      expect({ objects: s3.objects.size, uploads: s3.uploads.length }).toEqual(left);
      expectAllKnown(installation, s3);
      s3.faults.clear();
      await start();
      const [again] = await agent.stage(file(size));
      expect((await agent.download(again?.id ?? '')).bytes.length).toBe(size);
      expectAllKnown(installation, s3);
    });

    it('while the file comes in: the store has heard of nothing', async () => {
      const half = sendHalf(api?.origin ?? '', agent.token);
      const staging = join(installation.folder, 'uploads', '.staging');
      while (!existsSync(staging) || readdirSync(staging).length === 0) await sleep(5);
      await api?.signal('SIGKILL');
      half.destroy();
      expect([s3.seenOf('PutObject'), s3.objects.size]).toEqual([[], 0]);
      await start();
      await agent.stage(file(10));
      expectAllKnown(installation, s3);
    });
  });
});

/** An upload of which the second half never comes. */
function sendHalf(origin: string, token: string): ClientRequest {
  const sending = request(`${origin}/api/attachments`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'multipart/form-data; boundary=b',
      'Content-Length': 2 * MB,
    },
  });
  sending.on('error', () => undefined);
  sending.write('--b\r\nContent-Disposition: form-data; name="attachments"; filename="big.txt"\r\n\r\n');
  sending.write(Buffer.alloc(MB, 'x'));
  return sending;
}
