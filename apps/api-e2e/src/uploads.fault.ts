import { S3Server } from '@liftdesk/testing';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { BuiltApi, Installation } from './harness/built-api';
import { Attachment, Client, Page } from './harness/client';

const UPLOADS = 50;
const MB = 1024 * 1024;
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

describe.each(['a folder', 'S3'])('50 uploads of 10 MB at once, kept in %s', (place) => {
  const installation = new Installation();
  let api: BuiltApi;
  let agent: Client;
  let s3: S3Server | undefined;

  beforeAll(async () => {
    installation.migrate().addUser('agent', AGENT.email, AGENT.password);
    if (place === 'S3') s3 = await S3Server.start();
    api = await installation.start(s3?.env);
    agent = await new Client(api.origin).signIn(AGENT.email, AGENT.password);
  });
  afterAll(async () => {
    await api?.stop();
    await s3?.close();
    installation.remove();
  });

  it('raise the process by less than 150 MB, and arrive whole', async () => {
    const chunk = Buffer.alloc(MB, 'All work and no play. ');
    const sha256 = createHash('sha256');
    for (let n = 0; n < 10; n++) sha256.update(chunk);
    const expected = sha256.digest('hex');
    // What every upload needs once: code, connections, statements.
    await upload(api.origin, agent.token, chunk);

    const before = residentMb(api.pid);
    let peak = before;
    const sampler = setInterval(() => (peak = Math.max(peak, residentMb(api.pid))), 50);
    const answers = await Promise.all(
      Array.from({ length: UPLOADS }, () => upload(api.origin, agent.token, chunk)),
    );
    clearInterval(sampler);

    for (const { status, file } of answers) expect([status, file?.sha256]).toEqual([201, expected]);
    process.stdout.write(`resident before ${before.toFixed(0)} MB, at most ${peak.toFixed(0)} MB\n`);
    expect(peak - before).toBeLessThan(150);
  });
});

/** Sends the same megabyte ten times as one file, as fast as it is taken. */
function upload(
  origin: string,
  token: string,
  chunk: Buffer,
): Promise<{ status?: number; file?: Attachment }> {
  const head = Buffer.from(
    '--b\r\nContent-Disposition: form-data; name="attachments"; filename="big.txt"\r\n\r\n',
  );
  const tail = Buffer.from('\r\n--b--\r\n');
  return new Promise((resolve, reject) => {
    const sending = request(`${origin}/api/attachments`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'multipart/form-data; boundary=b',
        'Content-Length': head.length + 10 * chunk.length + tail.length,
      },
    });
    sending.on('error', reject);
    sending.on('response', (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => {
        const file = answer.statusCode === 201 ? (JSON.parse(text) as Page<Attachment>).items[0] : undefined;
        resolve({ status: answer.statusCode, file });
      });
    });
    const parts = [head, ...Array.from({ length: 10 }, () => chunk), tail];
    const send = (): void => {
      while (parts.length > 0) {
        if (!sending.write(parts.shift())) return void sending.once('drain', send);
      }
      sending.end();
    };
    send();
  });
}

/** As the operating system counts it. */
function residentMb(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kb = existsSync(status)
    ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString();
  return Number(kb) / 1024;
}
