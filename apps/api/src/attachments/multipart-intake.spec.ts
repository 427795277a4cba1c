import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleFiles } from '@liftdesk/testing';
import express from 'express';
import { DomainError, ValidationError } from '../common/domain-error';
import { discard, receiveUploads, type StagedUpload } from './multipart-intake';
import { sweepStaging } from './staging';

const MAX_FILE_SIZE = 10 * 1024 * 1024;

describe('receiveUploads', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let outcomes: (StagedUpload[] | DomainError)[];
  let settled: () => void;

  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'intake-')), 'staging');
    const app = express();
    app.post('/', async (req, res) => {
      try {
        const uploads = await receiveUploads(req, res, {
          stagingDir: folder,
          maxFileSize: MAX_FILE_SIZE,
          maxFiles: 5,
        });
        outcomes.push(uploads);
        res.json(uploads);
      } catch (error) {
        outcomes.push(error as DomainError);
        const { status, code, message, extensions } = error as DomainError;
        const errors = error instanceof ValidationError ? error.errors : undefined;
        res.status(status ?? 500).json({ code, message, errors, ...extensions });
      } finally {
        settled();
      }
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await rm(join(folder, '..'), { recursive: true });
  });
  beforeEach(async () => {
    outcomes = [];
    settled = () => undefined;
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => jest.restoreAllMocks());

  const lying = async () => readdir(folder).catch(() => []);

  function form(...files: [name: string, content: Buffer | string, field?: string][]): FormData {
    const data = new FormData();
    for (const [name, content, field] of files)
      data.append(field ?? 'attachments', new Blob([new Uint8Array(Buffer.from(content))]), name);
    return data;
  }

  async function send(body: FormData | string, headers: Record<string, string> = {}) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> & StagedUpload[] };
  }

  /** Writes one part with these raw header lines and this content. */
  function sendRaw(disposition: string, content: string) {
    const body = `--b\r\nContent-Disposition: ${disposition}\r\n\r\n${content}\r\n--b--\r\n`;
    return send(body, { 'Content-Type': 'multipart/form-data; boundary=b' });
  }

  it('stages each file with its size, hash, type and name', async () => {
    const { status, body } = await send(form(['a.pdf', sampleFiles.pdf()], ['b.png', sampleFiles.png()]));
    expect(status).toBe(200);
    const [pdf, png] = body;
    expect(pdf).toEqual({
      filename: 'a.pdf',
      mimeType: 'application/pdf',
      size: sampleFiles.pdf().length,
      sha256: createHash('sha256').update(sampleFiles.pdf()).digest('hex'),
      path: expect.stringContaining(folder),
    });
    expect(png).toMatchObject({ filename: 'b.png', mimeType: 'image/png' });
    expect(await readFile(pdf?.path ?? '')).toEqual(sampleFiles.pdf());
    await discard(body);
    await discard(body);
    expect(await lying()).toEqual([]);
  });

  it('passes exactly 10 MB', async () => {
    const bytes = Buffer.concat([sampleFiles.pdf(), randomBytes(MAX_FILE_SIZE - sampleFiles.pdf().length)]);
    const { status, body } = await send(form(['large.pdf', bytes]));
    expect(status).toBe(200);
    expect(body[0]).toMatchObject({
      size: MAX_FILE_SIZE,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('refuses 10 MB and one byte, and keeps nothing of the request', async () => {
    const { status, body } = await send(
      form(['ok.txt', 'x'], ['large.txt', 'x'.repeat(MAX_FILE_SIZE + 1)], ['c.txt', 'x']),
    );
    expect([status, body['code']]).toEqual([413, 'too-large']);
    expect(body['message']).toBe('“large.txt” has more than 10 MB');
    expect(await lying()).toEqual([]);
  });

  it('refuses by its length alone a body that no five files can fill', async () => {
    const { status } = await send(
      form(['a.txt', 'x'.repeat(5 * MAX_FILE_SIZE)], ['b.txt', 'x'.repeat(MAX_FILE_SIZE)]),
    );
    expect(status).toBe(413);
    expect(await lying()).toEqual([]);
  });

  it('refuses six files', async () => {
    const six = Array.from({ length: 6 }, (_, i): [string, string] => [`${i}.txt`, 'x']);
    const { status, body } = await send(form(...six));
    expect([status, body['code']]).toEqual([400, 'validation']);
    expect(body['errors']).toEqual([
      { pointer: '/attachments', detail: 'At most 5 files go into one request' },
    ]);
    expect(await lying()).toEqual([]);
  });

  it('refuses another field, for a file and for text', async () => {
    for (const data of [form(['a.txt', 'x'], ['b.txt', 'x', 'photo']), withField('note', 'x')]) {
      const { status, body } = await send(data);
      expect([status, body['code']]).toEqual([400, 'validation']);
      expect(await lying()).toEqual([]);
    }

    function withField(name: string, value: string): FormData {
      const data = form(['a.txt', 'x']);
      data.append(name, value);
      return data;
    }
  });

  it('refuses all when one is of a wrong type, and says which', async () => {
    const { status, body } = await send(
      form(['ok.txt', 'x'], ['photo.png', Buffer.from('MZ\0\0')], ['c.jpg', '']),
    );
    expect([status, body['code']]).toEqual([415, 'unsupported-type']);
    expect(body['errors']).toEqual([
      { pointer: '/attachments/1', detail: 'Files of this kind are not accepted: “photo.png”' },
      { pointer: '/attachments/2', detail: 'The file is empty: “c.jpg”' },
    ]);
    expect(await lying()).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['no file', '--b--\r\n', 'multipart/form-data; boundary=b'],
    ['an empty body', '', 'multipart/form-data; boundary=b'],
    ['JSON', '{}', 'application/json'],
    ['no boundary', '--b--', 'multipart/form-data'],
    [
      'no end',
      '--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.txt"\r\n\r\nhalf',
      'multipart/form-data; boundary=b',
    ],
    ['broken part headers', '--b\r\n\0\0\0: x\r\n\r\nx\r\n--b--\r\n', 'multipart/form-data; boundary=b'],
    [
      'a file input left empty',
      '--b\r\nContent-Disposition: form-data; name="attachments"; filename=""\r\n\r\n\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
    ],
  ])('refuses %s with 400', async (_what, body, type) => {
    const answer = await send(body, { 'Content-Type': type });
    expect([answer.status, answer.body['code']]).toEqual([400, 'validation']);
    expect(await lying()).toEqual([]);
  });

  it.each([
    ['見積書.txt', '見積書.txt'],
    ['he said "hello".txt', 'he said "hello".txt'],
    ['../../etc/passwd', 'passwd'],
    ['..', 'file'],
    ['in\u200bvoice.txt', 'in\u200bvoice.txt'],
    [`${'漢'.repeat(251)}.txt`, `${'漢'.repeat(251)}.txt`],
    ['100% true.txt', '100% true.txt'],
    ['line\nbreak.txt', 'linebreak.txt'],
  ])('gets %j sent by a browser as %j', async (sent, filename) => {
    const { body } = await send(form([sent, 'x']));
    expect(body[0]?.filename).toBe(filename);
  });

  it.each([
    ['filename="a\\"b.txt"', 'a"b.txt'],
    [`filename*=UTF-8''%E8%A6%8B.txt`, '見.txt'],
    [`filename="old.txt"; filename*=UTF-8''%E8%A6%8B.txt`, '見.txt'],
    ['filename="C:\\\\temp\\\\a.txt"', 'a.txt'],
  ])('gets %s as %j', async (parameter, filename) => {
    const { body } = await sendRaw(`form-data; name="attachments"; ${parameter}`, 'x');
    expect(body[0]?.filename).toBe(filename);
  });

  it.each(['in the middle of a file', 'before the first byte of a file'])(
    'leaves nothing when the sender goes away %s',
    async (where) => {
      const done = new Promise<void>((resolve) => (settled = resolve));
      const head = '--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.txt"\r\n';
      const arrived = once(server, 'request');
      const socket = connect(port, '127.0.0.1');
      socket.write(
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000000\r\n\r\n',
      );
      socket.write(where.startsWith('in') ? `${head}\r\n${'x'.repeat(1_000_000)}` : head);
      await arrived;
      while (where.startsWith('in') && (await lying()).length === 0) {
        await new Promise((soon) => setImmediate(soon));
      }
      socket.destroy();
      await done;
      expect(outcomes[0]).toMatchObject({ code: 'upload-aborted' });
      expect(await lying()).toEqual([]);
    },
  );

  it('leaves nothing of 20 uploads of which every second is broken off', async () => {
    let open = 20;
    const all = new Promise<void>((resolve) => (settled = () => --open === 0 && resolve()));
    const parts = '--b\r\nContent-Disposition: form-data; name="attachments"; filename="a.txt"\r\n\r\n';
    for (let i = 0; i < 10; i++) {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n${parts}`,
      );
      socket.write('x'.repeat(i * 50_000), () => socket.destroy());
    }
    await Promise.all(Array.from({ length: 10 }, () => send(form(['a.txt', 'x'.repeat(300_000)]))));
    await all;
    expect(await lying()).toHaveLength(10);
  });

  it('answers 503 when the disk is full, and keeps nothing', async () => {
    const handle = await open(__filename);
    const prototype = Object.getPrototypeOf(handle) as { write: () => Promise<unknown> };
    await handle.close();
    jest.spyOn(prototype, 'write').mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const { status, body } = await send(form(['a.txt', 'x'.repeat(1_000_000)], ['b.txt', 'x']));
    expect([status, body['code']]).toEqual([503, 'storage-unavailable']);
    expect(await lying()).toEqual([]);
  });

  it('sweeps what an ended process left, if old enough, and no other file', async () => {
    await expect(sweepStaging(folder, new Date())).resolves.toBe(0);
    await mkdir(folder);
    const names = ['0', '1'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000.upload`);
    const old = new Date('2026-01-01');
    for (const name of [...names, 'other.txt']) {
      await writeFile(join(folder, name), 'x');
      if (name !== names[1]) await utimes(join(folder, name), old, old);
    }
    await expect(sweepStaging(folder, new Date('2026-02-01'))).resolves.toBe(1);
    expect((await lying()).sort()).toEqual([names[1], 'other.txt']);
  });
});
