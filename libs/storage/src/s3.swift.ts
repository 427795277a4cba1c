import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { describeFileStorage, type StorageUnderTest } from './file-storage.contract';
import { FileStorage, type SignedUrlOptions, StorageModule } from './index';

const LIFE_SECONDS = 6;

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing: run this by tools/ci/with-swift.mjs`);
  return value;
}

/** The way to the store, which can be closed: everybody is then told 503, as by a load balancer with nobody behind it. */
async function gateTo(
  endpoint: string,
): Promise<{ endpoint: string; down: boolean; close(): Promise<void> }> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const gate = createServer((incoming) => {
    const ends = state.down ? [incoming] : [incoming, connect(Number(port), hostname)];
    for (const socket of ends) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        for (const other of ends) other.destroy();
      });
    }
    const [, outgoing] = ends;
    if (outgoing) incoming.pipe(outgoing).pipe(incoming);
    else
      incoming.once('data', () =>
        incoming.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
      );
  });
  await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening));
  let isDown = false;
  const state = {
    endpoint: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    get down() {
      return isDown;
    },
    set down(down: boolean) {
      isDown = down;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => gate.close(closed));
    },
  };
  return state;
}

async function swift(): Promise<StorageUnderTest> {
  const gate = await gateTo(required('SWIFT_S3_ENDPOINT'));
  const module = StorageModule.register({
    type: 's3',
    bucket: required('SWIFT_S3_BUCKET'),
    keyPrefix: '',
    region: 'us-east-1',
    endpoint: gate.endpoint,
    forcePathStyle: true,
    checksums: 'when-required',
    sse: 'off',
    deadlineMs: 20_000,
  });
  const app = await (await Test.createTestingModule({ imports: [module] }).compile()).init();
  return {
    storage: app.get(FileStorage),
    follow: (url, init) => fetch(url, init),
    passSeconds: (seconds) => sleep(seconds * 1000),
    shortLife: LIFE_SECONDS,
    async breakDown() {
      gate.down = true;
      return async () => {
        gate.down = false;
      };
    },
    async close() {
      await app.close();
      await gate.close();
    },
  };
}

describeFileStorage('OpenStack Swift', swift);

describe('OpenStack Swift', () => {
  const LINK: SignedUrlOptions = {
    filename: 'Rücksendung.pdf',
    contentType: 'application/pdf',
    disposition: 'attachment',
    expiresInSeconds: 600,
  };
  let under: StorageUnderTest;
  let url: string;
  beforeAll(async () => {
    under = await swift();
    await under.storage.put('attachments/mine.pdf', Readable.from(['mine']));
    await under.storage.put('attachments/theirs.pdf', Readable.from(['theirs']));
    url = (await under.storage.signedUrl('attachments/mine.pdf', LINK)).url;
  });
  afterAll(() => under.close());

  const changed = (name: string, change: (value: string) => string): string => {
    const other = new URL(url);
    const value = other.searchParams.get(name);
    if (value === null) throw new Error(`The link has no ${name}`);
    other.searchParams.set(name, change(value));
    return other.href;
  };

  it('follows the link as it was made', async () => {
    const answer = await under.follow(url);
    expect([answer.status, await answer.text()]).toEqual([200, 'mine']);
    expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''R%C3%BCcksendung.pdf");
  });

  it.each([
    ['another key', () => url.replace('mine.pdf', 'theirs.pdf')],
    [
      'another disposition',
      () => changed('response-content-disposition', (said) => said.replace('attachment', 'inline')),
    ],
    ['another type', () => changed('response-content-type', () => 'text/html')],
    ['a longer life', () => changed('X-Amz-Expires', () => '604800')],
    [
      'a wrong signature',
      () => changed('X-Amz-Signature', (said) => (said.startsWith('0') ? '1' : '0') + said.slice(1)),
    ],
    ['somebody else’s name', () => changed('X-Amz-Credential', (said) => said.replace('ci', 'other'))],
  ])('refuses a link with %s', async (_what, tampered) => {
    const answer = await under.follow(tampered());
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toMatch(/mine$|theirs$/);
  });

  it('is rid of the parts of an upload that broke off, and of one whose process was killed once it is swept', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const lost = new Error('gone');
    const source = Readable.from(
      (function* () {
        for (let n = 0; n < 6; n++) yield piece;
        throw lost;
      })(),
    );
    await expect(under.storage.put('attachments/half', source)).rejects.toBe(lost);
    const client = new S3Client({
      endpoint: required('SWIFT_S3_ENDPOINT'),
      region: 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    const Bucket = required('SWIFT_S3_BUCKET');
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'attachments/killed' }));
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'elsewhere/killed' }));
    client.destroy();
    const later = new Date(Date.now() + 60_000);
    expect(await under.storage.sweepInterrupted(new Date(Date.now() - 60_000), 'attachments/')).toBe(0);
    expect(await under.storage.sweepInterrupted(later, 'attachments/')).toBe(1);
    expect(await under.storage.sweepInterrupted(later)).toBe(1);
  });
});
