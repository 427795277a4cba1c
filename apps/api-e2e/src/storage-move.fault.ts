import { S3Server, type S3Fault, type S3Operation } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DIST, type Ending, Installation } from './harness/built-api';
import { Client } from './harness/client';

const MB = 1024 * 1024;
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const AGENT = ['maja@desk.example', 'a password for maja'] as const;
const IS_ROOT = process.getuid?.() === 0;
const describeAsRoot = IS_ROOT ? describe : describe.skip;
const WHY_ROOT = IS_ROOT ? '' : 'ROOT ONLY, left out: ';

interface Kept {
  key: string;
  bytes: Buffer;
}

describe('files moved by the built commands', () => {
  let installation: Installation;
  let s3: S3Server;

  beforeEach(async () => {
    installation = new Installation().migrate();
    installation.addUser('agent', ...AGENT);
    s3 = await S3Server.start();
  });
  afterEach(async () => {
    await s3.close();
    installation.remove();
  });

  const path = (...names: string[]): string => join(installation.folder, ...names);
  const BUCKET = 's3://attachments/support';
  const THERE = ['storage:move', '--from', 'local:./uploads', '--to', BUCKET] as const;
  const BACK = ['storage:move', '--from', BUCKET, '--to', 'local:./back'] as const;

  function begin(
    args: readonly string[],
    env: Record<string, string> = {},
  ): ChildProcess & { ending: Promise<Ending> } {
    const child = spawn(process.execPath, [join(DIST, 'cli.js'), ...args], {
      cwd: installation.folder,
      env: installation.env({ ...s3.env, ...QUIET, STORAGE_TYPE: 'local', S3_DEADLINE: '2', ...env }),
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ending = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
    return Object.assign(child, { ending });
  }
  const run = (args: readonly string[], env?: Record<string, string>): Promise<Ending> =>
    begin(args, env).ending;
  /** Ends a command with SIGKILL. What it was is over then: nothing of it comes later. */
  async function kill(command: ReturnType<typeof begin>): Promise<void> {
    command.kill('SIGKILL');
    expect((await command.ending).code).toBeNull();
  }

  /** Rows, and their objects in the folder of the installation. */
  function fill(...sizes: number[]): Kept[] {
    const database = new Database(installation.databasePath);
    const insert = database.prepare(`
      insert into attachment (id, uploaded_by_rid, filename, mime_type, size, sha256, storage_key, created_at)
      values (?, (select min(rid) from "user"), 'a private name.txt', 'text/plain', ?, ?, ?, 1764000000000)`);
    mkdirSync(path('uploads', 'attachments'), { recursive: true });
    writeFileSync(path('uploads', '.liftdesk-storage'), '');
    const files = sizes.map((size) => {
      const [bytes, key] = [randomBytes(size), `attachments/${randomBytes(16).toString('hex')}.txt`];
      insert.run(randomUUID(), size, createHash('sha256').update(bytes).digest('hex'), key);
      writeFileSync(path('uploads', key), bytes);
      return { key, bytes };
    });
    database.close();
    return files;
  }
  /** Every file of a folder: when it was written, and what it is. */
  const everything = (folder: string): string[] =>
    (readdirSync(path(folder), { recursive: true }) as string[])
      .filter((name) => statSync(path(folder, name)).isFile())
      .map(
        (name) =>
          `${name} ${statSync(path(folder, name)).mtimeMs} ${sha256Of(readFileSync(path(folder, name)))}`,
      )
      .sort();
  const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const expectInBucket = (files: readonly Kept[]): void => {
    expect([...s3.objects.keys()].sort()).toEqual(files.map(({ key }) => `support/${key}`).sort());
    for (const { key, bytes } of files)
      expect(s3.objects.get(`support/${key}`)?.bytes.equals(bytes)).toBe(true);
  };
  const expectInFolder = (files: readonly Kept[]): void => {
    for (const { key, bytes } of files) expect(readFileSync(path('back', key)).equals(bytes)).toBe(true);
  };
  const untilSeen = async (operation: S3Operation, times = 1): Promise<void> => {
    while (s3.seenOf(operation).length < times) await sleep(2);
  };
  const many = (): Kept[] => fill(...Array.from({ length: 60 }, (_, n) => 1000 + n), 6 * MB, 6 * MB, 0);

  it('a desk finds its files there and back: uploaded to a folder, read from the bucket, and from a folder again', async () => {
    const bytes = { name: 'big.txt', bytes: new Uint8Array(Buffer.alloc(6 * MB, 'All work and no play. ')) };
    let api = await installation.start();
    let agent = await new Client(api.origin).signIn(...AGENT);
    const [file] = await agent.stage(bytes);
    const before = everything('uploads');
    expect(await run(THERE)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Copied and read back: 1 file, 6.3 MB'),
    });
    await api.stop();
    const places: Record<string, string>[] = [
      { ...s3.env, S3_KEY_PREFIX: 'support/' },
      { UPLOAD_DIR: path('back') },
    ];
    for (const place of places) {
      api = await installation.start(place);
      agent = await new Client(api.origin).signIn(...AGENT);
      const { bytes: read, headers } = await agent.download(file?.id ?? '');
      expect(read.equals(Buffer.from(bytes.bytes))).toBe(true);
      expect(headers.get('content-disposition')).toContain('big.txt');
      await api.stop();
      expect(await run(BACK)).toMatchObject({ code: 0 });
    }
    expect(everything('uploads')).toEqual(before);
    expect(await run(['storage:verify', '--storage', BUCKET])).toMatchObject({ code: 0, stderr: '' });
  });

  describe('killed with SIGKILL, the same command finishes the work', () => {
    const [HANGS, KEEPS]: [S3Fault, S3Fault] = [{ kind: 'hang' }, { kind: 'keep-answer' }];
    const PASSES: S3Fault = { kind: 'delay', ms: 0 };
    /** Longer than a busy machine takes to kill who waits. */
    const PATIENT = { S3_DEADLINE: '60' };

    it.each<[string, S3Operation, S3Fault, number]>([
      ['before anything has arrived', 'PutObject', HANGS, 1],
      ['when the first file is there and nobody knows', 'PutObject', KEEPS, 1],
      ['after some', 'PutObject', HANGS, 5],
      ['after half of them', 'PutObject', HANGS, 30],
      ['after nearly all', 'PutObject', HANGS, 59],
      ['when parts were begun', 'CreateMultipartUpload', KEEPS, 1],
      ['while the store takes a part', 'UploadPart', HANGS, 1],
      ['when the parts are joined', 'CompleteMultipartUpload', KEEPS, 1],
    ])('to a bucket: %s', async (_when, operation, fault, times) => {
      const files = many();
      const before = everything('uploads');
      if (times > 1) s3.faults.next(operation, PASSES, times - 1);
      s3.faults.always(operation, fault);
      const command = begin(THERE, PATIENT);
      await untilSeen(operation, times);
      await kill(command);
      s3.faults.clear();
      const { code, stderr, stdout } = await run(THERE);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Nothing was deleted at the source');
      expectInBucket(files);
      expect(everything('uploads')).toEqual(before);
    });

    it.each([1, 10, 30, 60])('from a bucket to a folder: at its request %i of an object', async (times) => {
      const files = many();
      expect((await run(THERE)).code).toBe(0);
      s3.seen.length = 0;
      if (times > 1) s3.faults.next('GetObject', PASSES, times - 1);
      s3.faults.always('GetObject', HANGS);
      const command = begin(BACK, PATIENT);
      await untilSeen('GetObject', times);
      await kill(command);
      s3.faults.clear();
      expect(await run(BACK)).toMatchObject({ code: 0, stderr: '' });
      expectInFolder(files);
      expectInBucket(files);
    });

    it('by SIGINT and SIGTERM it ends by itself, with 130 and what to do', async () => {
      const files = many();
      s3.faults.always('PutObject', { kind: 'delay', ms: 50 });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        s3.seen.length = 0;
        const command = begin(THERE);
        await untilSeen('PutObject', 5);
        command.kill(signal);
        const { code, stderr } = await command.ending;
        expect(code).toBe(130);
        expect(stderr).toMatch(
          /^Interrupted\. \d+ files have arrived.*run the same command again to finish\n$/,
        );
      }
      s3.faults.clear();
      expect((await run(THERE)).code).toBe(0);
      expectInBucket(files);
      expect(s3.uploads).toEqual([]);
    });
  });

  it('ends with 4 and a list where the source lacks a file, and brings the rest', async () => {
    const [lost, ...rest] = many();
    writeFileSync(path('uploads', lost?.key ?? ''), 'not it');
    const { code, stderr } = await run(THERE);
    expect(code).toBe(4);
    expect(stderr).toContain(`wrong size in the source: ${lost?.key}, attachment `);
    expect(stderr).not.toContain('a private name');
    expectInBucket(rest);
    const { stdout } = await run([...THERE, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      exitCode: 4,
      details: {
        there: { files: 62 },
        differences: { count: 1, listed: [{ key: lost?.key, ticket: null }] },
      },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['with a wrong key', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch'],
    ['with nobody there', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, 'ECONNREFUSED'],
  ])('ends with 1 and a line %s, on either side, and nothing is written', async (_why, env, why) => {
    fill(10);
    for (const [args, side] of [
      [THERE, 'target'],
      [BACK, 'source'],
    ] as const) {
      const { code, stderr } = await run(args, env);
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^The ${side} of the files cannot be used: .*${why}.*\n$`));
    }
    expect([existsSync(path('back')), existsSync(path('move-reports')), s3.objects.size]).toEqual([
      false,
      false,
      0,
    ]);
  });

  it.each([
    ['24 files of 10 MB', 24, 10 * MB],
    ['5,000 files of 10 kB', 5_000, 10_000],
  ])('keeps under 300 MB with %s, there and back', async (_what, count, size) => {
    fill(...Array.from({ length: count }, () => size));
    for (const args of [THERE, BACK]) {
      const peak = await peakOf(begin(args));
      process.stdout.write(`${args.join(' ')}: at most ${peak.toFixed(0)} MB\n`);
      expect(peak).toBeLessThan(300);
    }
  });

  /** Its largest resident size in MB; it must end well. */
  async function peakOf(command: ReturnType<typeof begin>): Promise<number> {
    let peak = 0;
    const look = (): void => {
      const status = `/proc/${command.pid}/status`;
      const found = existsSync(status) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1];
      if (found) peak = Math.max(peak, Number(found) / 1024);
    };
    const sampler = setInterval(look, 20);
    const { code, stderr } = await command.ending;
    clearInterval(sampler);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return peak;
  }

  describeAsRoot(`${WHY_ROOT}a target folder on a disk of its own`, () => {
    let mounted = false;
    const mount = (options: string): void => {
      mkdirSync(path('back'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path('back')]);
      mounted = true;
    };
    const unmount = (): void => {
      if (mounted) execFileSync('umount', [path('back')]);
      mounted = false;
    };
    afterEach(unmount);

    it('that is too small is refused before anything is written', async () => {
      fill(...Array.from({ length: 10 }, () => MB));
      expect((await run(THERE)).code).toBe(0);
      mount('size=8m');
      const { code, stderr } = await run(BACK);
      expect(code).toBe(3);
      expect(stderr).toBe('The target has room for 8.4 MB, and 10 MB are to come\n');
      expect(readdirSync(path('back'))).toEqual([]);
    });

    it('that fills up meanwhile ends it with a line; with room again the same command finishes', async () => {
      const files = fill(...Array.from({ length: 10 }, () => MB));
      expect((await run(THERE)).code).toBe(0);
      mount('size=12m');
      s3.seen.length = 0;
      s3.faults.always('GetObject', { kind: 'delay', ms: 1_000 });
      const command = begin(BACK);
      await untilSeen('GetObject');
      writeFileSync(path('back', 'filler'), Buffer.alloc(6 * MB));
      const { code, stderr } = await command.ending;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^The target of the files cannot be used: The file storage is full\. ENOSPC.*run the same command again to finish\n$/,
      );
      s3.faults.clear();
      execFileSync('rm', [path('back', 'filler')]);
      expect((await run(BACK)).code).toBe(0);
      expectInFolder(files);
    });

    const FROM_FOLDER = ['storage:move', '--from', 'local:./uploads', '--to', 'local:./back'];

    it('that can only be read is told', async () => {
      fill(10, 20);
      mount('ro,size=1m');
      const { code, stderr } = await run(FROM_FOLDER);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^The target of the files cannot be used: Cannot write to the folder for uploads, .\/back\. EROFS/,
      );
    });

    it('is a source as well when it can only be read', async () => {
      const files = fill(10, 20);
      mount('size=1m');
      expect((await run(FROM_FOLDER)).code).toBe(0);
      execFileSync('mount', ['-o', 'remount,ro', path('back')]);
      expect((await run(['storage:move', '--from', 'local:./back', '--to', BUCKET])).code).toBe(0);
      expectInBucket(files);
    });
  });
});
