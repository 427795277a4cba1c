import {
  accessDenied,
  internalError,
  sampleFiles,
  type S3Fault,
  type S3Operation,
  S3Server,
  slowDown,
} from '@liftdesk/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import request, { type Response } from 'supertest';
import { type SentFile, aFile, openTicket, stage, upload } from '../testing/builders';
import type { Person } from '../testing/caller';
import { DAY, HOUR } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';
import { AttachmentSweeper } from './attachment-sweeper';

const MB = 1024 * 1024;
const HANG: S3Fault = { kind: 'hang' };
/** The SDK finds these by its own chain. */
const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

describe('files in S3', () => {
  const before = SDK_VARIABLES.map((name) => process.env[name]);
  let s3: S3Server;
  let desk: TestDesk;
  let ana: Person;
  let ticket: TicketDto;

  beforeAll(async () => {
    s3 = await S3Server.start({ pageSize: 3 });
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name] as string;
    desk = await TestDesk.start({ env: { ...s3.env, S3_DEADLINE: '3', JWT_EXPIRES_IN: '30d' } });
    ana = await desk.signIn('customer');
  });
  afterAll(async () => {
    await desk.close();
    await s3.close();
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });
  beforeEach(async () => {
    ticket = await openTicket(desk, ana);
    s3.seen.length = 0;
  });
  afterEach(() => s3.faults.clear());

  const big = (size = 6 * MB): SentFile => aFile('big.txt', Buffer.alloc(size, 'x'));
  const send = (...files: SentFile[]) => {
    const test = desk.as(ana).post(`/tickets/${ticket.id}/attachments`);
    for (const { content, filename } of files) void test.attach('attachments', content, filename);
    return test;
  };
  const sweep = () => desk.app.get(AttachmentSweeper, { strict: false }).sweep();
  const keysOf = async (table: string): Promise<string[]> =>
    (await desk.rows<{ key: string }>(`select storage_key as key from ${table}`)).map(({ key }) => key);

  /** Each row has its object; each object has a row, or a note by which the sweeper knows it. */
  async function expectNothingLost(): Promise<void> {
    const [rows, notes] = [await keysOf('attachment'), await keysOf('unsettled_object')];
    expect(rows.filter((key) => !s3.objects.has(key))).toEqual([]);
    expect([...s3.objects.keys()].filter((key) => ![...rows, ...notes].includes(key))).toEqual([]);
    expect(readdirSync(join(desk.uploadDir, '.staging'))).toEqual([]);
  }
  /** Nor is there anything that the sweeper would have to remove. */
  async function expectNoOrphan(): Promise<void> {
    await expectNothingLost();
    expect([...s3.objects.keys()].sort()).toEqual((await keysOf('attachment')).sort());
    expect(s3.uploads).toEqual([]);
  }
  function expectAway({ body, headers }: Response): void {
    expect(body).toMatchObject({ status: 503, detail: 'The file storage is not available.' });
    expect(body.type).toMatch(/\/storage-unavailable$/);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }

  it('lie under a random key, encrypted, with who put them there and when', async () => {
    const [file] = await upload(desk, ana, ticket, aFile('../secret name.pdf'));
    const [key] = await keysOf('attachment');
    expect(key).toMatch(/^attachments\/[0-9a-f]{32}\.pdf$/);
    expect(s3.objects.get(key ?? '')?.headers).toEqual({
      'content-type': 'application/pdf',
      'x-amz-meta-uploadedby': ana.id,
      'x-amz-meta-uploadedat': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      'x-amz-meta-sha256': file?.sha256,
      'x-amz-server-side-encryption': 'AES256',
    });
    await expectNoOrphan();
  });

  it.each([
    ['in one request', aFile('Rücksendung “neu”.pdf')],
    ['in parts', big()],
  ])('come back from the store itself, byte for byte, under their name: %s', async (_how, sent) => {
    const [file] = await upload(desk, ana, ticket, sent);
    const { headers } = await desk.as(ana).get(`/attachments/${file?.id}/download`).expect(302);
    const location = String(headers['location']);
    expect(new URL(location).origin).toBe(s3.endpoint);
    const answer = await fetch(location);
    expect(Buffer.from(await answer.arrayBuffer()).equals(sent.content)).toBe(true);
    expect(answer.headers.get('content-type')).toBe(file?.mimeType);
    const name = encodeURIComponent(sent.filename);
    expect(answer.headers.get('content-disposition')).toMatch(
      sent.filename === 'big.txt' ? 'attachment; filename="big.txt"' : `filename*=UTF-8''${name}`,
    );
    const { body } = await desk.as(ana).get(`/attachments/${file?.id}/link?disposition=inline`).expect(200);
    expect(Date.parse(body.expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
    expect((await fetch(body.url)).status).toBe(200);
    // The API itself serves no file here.
    await request(desk.server).get('/api/files/attachments/x').expect(404);
  });

  it('may be fetched by our pages: their policy names the store', async () => {
    const { headers } = await request(desk.server).get('/').expect(404);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(new RegExp(`connect-src 'self' ${s3.endpoint}(;|$)`));
    expect(policy).toMatch(new RegExp(`img-src 'self' data: blob: ${s3.endpoint}(;|$)`));
  });

  describe('are refused with 503 and when to come again, and nothing stays, while the store', () => {
    it.each<[string, S3Operation, S3Fault]>([
      ['fails inside', 'PutObject', internalError],
      ['asks to slow down', 'PutObject', slowDown],
      ['refuses us', 'PutObject', accessDenied],
      ['hangs', 'PutObject', HANG],
      ['cuts the connection at half', 'PutObject', { kind: 'cut', afterBytes: 200 }],
      ['fails at the begin of parts', 'CreateMultipartUpload', internalError],
      ['cuts a part at half', 'UploadPart', { kind: 'cut', afterBytes: 2 * MB }],
      ['hangs at a part', 'UploadPart', HANG],
      ['refuses the end of parts', 'CompleteMultipartUpload', accessDenied],
      ['loses each answer to the end of parts', 'CompleteMultipartUpload', { kind: 'lose-answer' }],
    ])('%s', async (_what, operation, fault) => {
      const rows = await keysOf('attachment');
      // The first file gets through: all or none.
      if (operation === 'PutObject') s3.faults.next('PutObject', { kind: 'delay', ms: 1 });
      s3.faults.always(operation, fault);
      expectAway(await send(aFile(), operation === 'PutObject' ? aFile('b.pdf') : big()).expect(503));
      expect(await keysOf('attachment')).toEqual(rows);
      await expectNoOrphan();
      s3.faults.clear();
      await upload(desk, ana, ticket, big());
      await expectNoOrphan();
    });
  });

  it.each<[string, S3Operation, S3Fault]>([
    ['asks to slow down', 'PutObject', slowDown],
    ['fails inside', 'PutObject', internalError],
    ['is slow', 'PutObject', { kind: 'delay', ms: 500 }],
    ['cuts the connection at half', 'PutObject', { kind: 'cut', afterBytes: 200 }],
    ['loses its answer', 'PutObject', { kind: 'lose-answer' }],
    ['loses the answer of a part', 'UploadPart', { kind: 'lose-answer' }],
  ])('get through when the store once %s', async (_what, operation, fault) => {
    s3.faults.next(operation, fault);
    await send(aFile(), big()).expect(201);
    await expectNoOrphan();
  });

  it('are not sent for where the store would show its own error in place of our page', async () => {
    const [file] = await upload(desk, ana, ticket);
    const paths = ['download', 'link'].map((what) => `/attachments/${file?.id}/${what}`);
    s3.faults.always('HeadObject', slowDown);
    for (const path of paths) expectAway(await desk.as(ana).get(path).expect(503));
    s3.faults.clear();
    for (const key of await keysOf('attachment')) await desk.storage.delete(key);
    for (const path of paths) {
      const { body } = await desk.as(ana).get(path).expect(404);
      expect(body.detail).toBe('There is no such file.');
    }
    await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
    await desk.rows('delete from attachment');
  });

  describe('while the store hangs altogether', () => {
    beforeEach(() => s3.faults.always('any', HANG));

    it('are refused within 10 seconds, at the deadline that everybody has', async () => {
      const other = await TestDesk.start({ env: s3.env });
      const [bob, since] = [await other.signIn('customer'), Date.now()];
      const staging = other.as(bob).post('/attachments');
      for (const { content, filename } of [aFile(), big()])
        void staging.attach('attachments', content, filename);
      expectAway(await staging.expect(503));
      expect(Date.now() - since).toBeLessThan(10_000);
      await other.close();
    });

    it('leave tickets as they are: read, written and opened without them', async () => {
      s3.faults.clear();
      const [file] = await upload(desk, ana, ticket);
      s3.faults.always('any', HANG);
      expectAway(await desk.as(ana).post('/attachments').attach('attachments', aFile().content, 'a.pdf'));
      const path = `/tickets/${ticket.id}`;
      expect((await desk.as(ana).get(path).expect(200)).body.attachmentCount).toBe(1);
      await desk.as(ana).get(`${path}/messages`).expect(200);
      await desk.as(ana).get(`${path}/attachments`).expect(200);
      await desk.as(ana).get(`/attachments/${file?.id}/link?disposition=inline`).expect(200);
      await desk.as(ana).post(`${path}/messages`, { body: 'Then without the picture.' }).expect(201);
      await openTicket(desk, ana);
    });

    it('degrade health and nothing else', async () => {
      const { body } = await request(desk.server).get('/health').expect(200);
      expect(body).toMatchObject({ status: 'degraded', checks: { storage: { status: 'fail' } } });
      await request(desk.server).get('/health/ready').expect(200);
    });
  });

  describe('are swept a day later', () => {
    it('when parts of them could not be aborted, and not before', async () => {
      s3.faults.always('UploadPart', internalError);
      s3.faults.always('AbortMultipartUpload', internalError);
      expectAway(await send(big()).expect(503));
      expect(s3.uploads).toHaveLength(1);
      s3.faults.clear();
      // The first that moves the clock: an upload under way is not swept.
      await sweep();
      expect(s3.uploads).toHaveLength(1);
      desk.clock.advance(DAY + HOUR);
      expect((await sweep()).interrupted).toBeGreaterThan(0);
      await expectNoOrphan();
    });

    it('when the store did later what it had not answered', async () => {
      const known = [...s3.objects.keys()];
      s3.faults.always('PutObject', { kind: 'keep-answer' });
      s3.faults.always('DeleteObject', HANG);
      expectAway(await send(aFile()).expect(503));
      const left = [...s3.objects.keys()].filter((key) => !known.includes(key));
      expect(left).toHaveLength(1);
      await expectNothingLost();
      s3.faults.clear();
      desk.clock.advance(DAY + HOUR);
      expect(await sweep()).toMatchObject({ strayObjects: { count: 0 }, missingObjects: { count: 0 } });
      await expectNoOrphan();
      expect([...s3.objects.keys()]).toEqual(known);
    });

    it('when they came after they had been removed', async () => {
      s3.faults.always('PutObject', HANG);
      expectAway(await send(aFile()).expect(503));
      s3.faults.clear();
      const late = s3.seenOf('PutObject').at(-1)?.key ?? '';
      expect(await keysOf('unsettled_object')).toContain(late);
      await desk.storage.put(late, Readable.from([sampleFiles.pdf()]));
      desk.clock.advance(DAY + HOUR);
      await sweep();
      await expectNoOrphan();
    });

    it('when their row went while the store was away', async () => {
      const [file] = await upload(desk, ana, ticket);
      s3.faults.always('DeleteObject', internalError);
      await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
      await expectNothingLost();
      s3.faults.clear();
      desk.clock.advance(DAY + HOUR);
      await sweep();
      await expectNoOrphan();
    });

    it('but never while the store is away, and no file is called missing', async () => {
      await upload(desk, ana, ticket);
      s3.faults.always('any', accessDenied);
      await expect(sweep()).rejects.toThrow('not available');
      s3.faults.clear();
      await expectNoOrphan();
    });
  });

  it('are found by the sweeper over more pages than one', async () => {
    for (let n = 0; n < 4; n++) await stage(desk, ana);
    expect(await sweep()).toMatchObject({ strayObjects: { count: 0 }, missingObjects: { count: 0 } });
    expect(s3.seenOf('ListObjectsV2').length).toBeGreaterThan(1);
  });

  it('say in the log what the store said, and nothing of keys and credentials', async () => {
    s3.faults.always('PutObject', accessDenied);
    await send(aFile()).expect(503);
    const log = await desk.log();
    expect(log).toMatch(
      /storage-unavailable.*PutObject on the bucket attachments: AccessDenied.*may not do this/,
    );
    expect(log).not.toContain(s3.credentials.secretAccessKey);
    expect(log).not.toContain(s3.credentials.accessKeyId);
  });
});
