import { type S3Fault, S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Ending, Installation } from './harness/built-api';
import { Client } from './harness/client';
import { type RunningCommand, begin } from './harness/command';

const MB = 1024 * 1024;
const AGENT = ['maja@desk.example', 'a password for maja'] as const;
const CUSTOMER = ['ana@people.example', 'a password for ana'] as const;
const IS_ROOT = process.getuid?.() === 0;
const describeAsRoot = IS_ROOT ? describe : describe.skip;
const HANGS: S3Fault = { kind: 'hang' };
const PASSES: S3Fault = { kind: 'delay', ms: 0 };

interface Listed {
  name: string;
  database: { key: string };
  tables: Record<string, { rows: number }>;
}

describe('backups by the built command', () => {
  let installation: Installation;
  beforeEach(() => {
    installation = new Installation().migrate();
    installation.addUser('agent', ...AGENT);
  });
  afterEach(() => installation.remove());

  const path = (...names: string[]): string => join(installation.folder, ...names);
  const backUp = (env: Record<string, string> = {}): Promise<Ending> =>
    begin(installation, ['backup'], env).ended;
  async function list(env: Record<string, string> = {}): Promise<Listed[]> {
    const { stdout, stderr, code } = await begin(installation, ['backup', '--list', '--json'], env).ended;
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as { backups: Listed[] }).backups;
  }
  const leftovers = (): string[] =>
    existsSync(path('backups'))
      ? readdirSync(path('backups')).filter((name) => name.startsWith('.work'))
      : [];

  /** An attachment that nobody can compress. */
  function attach(bytes: Buffer): void {
    const key = `attachments/${randomBytes(16).toString('hex')}.txt`;
    mkdirSync(path('uploads', 'attachments'), { recursive: true });
    writeFileSync(path('uploads', '.liftdesk-storage'), '');
    writeFileSync(path('uploads', key), bytes);
    const database = new Database(installation.databasePath);
    database
      .prepare(
        `insert into attachment (id, uploaded_by_rid, filename, mime_type, size, sha256, storage_key, created_at)
         values (?, (select min(rid) from "user"), 'a name.txt', 'text/plain', ?, ?, ?, 1764000000000)`,
      )
      .run(randomUUID(), bytes.length, createHash('sha256').update(bytes).digest('hex'), key);
    database.close();
  }

  /** Answers to made-up requests: a table that takes anything. */
  function fatten(bytes: number): void {
    const database = new Database(installation.databasePath);
    database.pragma('journal_mode = WAL');
    const insert = database.prepare(
      `insert into idempotency_key (user_rid, "key", fingerprint, answer, created_at)
       values ((select min(rid) from "user"), ?, 'x', ?, 1764000000000)`,
    );
    database.transaction(() => {
      for (let written = 0; written < bytes; written += 100_000)
        insert.run(randomUUID(), randomBytes(75_000).toString('base64'));
    })();
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
  }

  describe('killed with SIGKILL, nothing counts that is not proven, and the next one is made as if nothing had been', () => {
    let s3: S3Server;
    let env: Record<string, string>;
    beforeEach(async () => {
      s3 = await S3Server.start({ bucket: 'desk-backups' });
      const { S3_ATTACHMENTS_BUCKET: _, ...access } = s3.env;
      env = { ...access, STORAGE_TYPE: 'local', S3_BACKUPS_BUCKET: s3.bucket, S3_DEADLINE: '60' };
      attach(Buffer.from('a file'));
    });
    afterEach(() => s3.close());

    const puts = (): number => s3.seen.filter(({ operation }) => operation === 'PutObject').length;
    /** @throws where the command ends before */
    async function until(isSo: () => boolean, { ended }: RunningCommand): Promise<void> {
      let over: Ending | undefined;
      void ended.then((ending) => (over = ending));
      while (!isSo()) {
        if (over) throw new Error(`It ended with ${over.code}: ${over.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }

    it.each<[string, number]>([
      ['while the database is stored', 0],
      ['while an attachment is', 1],
      ['while their list is', 2],
      ['while the manifest is', 3],
    ])('%s', async (_when, before) => {
      if (before > 0) s3.faults.next('PutObject', PASSES, before);
      s3.faults.always('PutObject', HANGS);
      const command = begin(installation, ['backup'], env);
      await until(() => puts() > before, command);
      await command.kill();
      s3.faults.clear();
      expect(await list(env)).toEqual([]);
      expect(await backUp(env)).toMatchObject({ code: 0, stderr: '' });
      expect(await list(env)).toHaveLength(1);
      expect(leftovers()).toEqual([]);
    });

    it('while it is restored to be proven', async () => {
      s3.faults.always('GetObject', HANGS);
      const command = begin(installation, ['backup'], env);
      await until(() => s3.seen.some(({ operation }) => operation === 'GetObject'), command);
      await command.kill();
      s3.faults.clear();
      expect(await list(env)).toEqual([]);
      expect(await backUp(env)).toMatchObject({ code: 0, stderr: '' });
      expect(leftovers()).toEqual([]);
    });

    it('when the manifest is there and nobody knows: it counts', async () => {
      s3.faults.next('PutObject', PASSES, 3);
      s3.faults.always('PutObject', { kind: 'keep-answer' });
      const command = begin(installation, ['backup'], env);
      await until(() => puts() > 3, command);
      await command.kill();
      s3.faults.clear();
      expect(await list(env)).toHaveLength(1);
    });

    it('while the database is copied', async () => {
      fatten(60 * MB);
      const command = begin(installation, ['backup']);
      await until(
        () => leftovers().some((name) => existsSync(path('backups', name, 'copy.sqlite'))),
        command,
      );
      await command.kill();
      expect(leftovers()).toHaveLength(1);
      expect(await list().catch(() => [])).toEqual([]);
      expect(await backUp()).toMatchObject({ code: 0, stderr: '' });
      expect(leftovers()).toEqual([]);
    });

    it('and a bucket that goes away in the midst of a large upload ends it with a line', async () => {
      fatten(12 * MB);
      s3.faults.next('UploadPart', PASSES, 1);
      s3.faults.always('UploadPart', { kind: 'cut', afterBytes: MB });
      s3.faults.always('DeleteObject', { kind: 'error', status: 503, code: 'ServiceUnavailable' });
      const { code, stderr } = await backUp({ ...env, S3_DEADLINE: '5' });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^[^\n]*desk-backups[^\n]*does not count[^\n]*\n$/);
      s3.faults.clear();
      expect(await list(env)).toEqual([]);
      expect(await backUp(env)).toMatchObject({ code: 0, stderr: '' });
    });
  });

  describe('of a desk that is being written to', () => {
    it('hold every ticket that was acknowledged before they began, and hold nobody up', async () => {
      installation.addUser('customer', ...CUSTOMER);
      const api = await installation.start();
      const ana = await new Client(api.origin).signIn(...CUSTOMER);
      const acknowledged: string[] = [];
      let goesOn = true;
      const writing = (async () => {
        for (let n = 0; goesOn; n += 1)
          acknowledged.push(
            (await ana.post<{ id: string }>('/tickets', { subject: `Ticket ${n}`, body: 'text' })).id,
          );
      })();
      // Its failure is met below.
      writing.catch(() => undefined);
      while (acknowledged.length < 20)
        await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 10))]);
      const before = [...acknowledged];
      expect(await backUp()).toMatchObject({ code: 0, stderr: '' });
      const during = acknowledged.length - before.length;
      goesOn = false;
      await writing;
      await api.stop();
      const [backup] = await list();
      const restored = path('restored.sqlite');
      writeFileSync(restored, gunzipSync(readFileSync(path('backups', backup?.database.key ?? ''))));
      const database = new Database(restored);
      const ids = new Set(database.prepare('select id from ticket').pluck().all());
      database.close();
      expect(before.filter((id) => !ids.has(id))).toEqual([]);
      expect(during).toBeGreaterThan(0);
      expect(ids.size).toBe(backup?.tables['ticket']?.rows);
    });
  });

  describe('of a source that cannot be copied end with a line', () => {
    it('because one page of it is damaged', async () => {
      fatten(2 * MB);
      const database = new Database(installation.databasePath);
      const page = database
        .prepare(`select pageno from dbstat where name = 'idempotency_key' and pagetype = 'leaf' limit 1`)
        .pluck()
        .get() as number;
      const pageSize = database.pragma('page_size', { simple: true }) as number;
      database.close();
      const bytes = readFileSync(installation.databasePath);
      bytes.fill(0xff, (page - 1) * pageSize, page * pageSize);
      writeFileSync(installation.databasePath, bytes);
      const { code, stderr } = await backUp();
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/malformed.*damaged/) as string,
      });
      expect(await list()).toEqual([]);
      expect(readFileSync(installation.databasePath).equals(bytes)).toBe(true);
    });

    it('because it is no database', async () => {
      writeFileSync(installation.databasePath, 'no database, but a letter of some length'.repeat(200));
      const { code, stderr } = await backUp();
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('not a database') as string,
      });
    });

    it('because it is cut', async () => {
      fatten(2 * MB);
      truncateSync(installation.databasePath, 500_000);
      expect(await backUp()).toMatchObject({ code: 1, stderr: expect.stringContaining('damaged') as string });
    });

    it('because it is not there: no timer may take that for the backup that another process makes', async () => {
      rmSync(installation.databasePath);
      expect(await backUp()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no database') as string,
      });
    });

    it('because somebody holds it for himself', async () => {
      const holder = new Database(installation.databasePath);
      holder.pragma('journal_mode = DELETE');
      holder.exec('begin exclusive');
      try {
        const { code, stderr } = await backUp();
        expect({ code, stderr }).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('locked') as string,
        });
      } finally {
        holder.close();
      }
      expect(await backUp()).toMatchObject({ code: 0 });
    });
  });

  describeAsRoot(`${IS_ROOT ? '' : 'ROOT ONLY, left out: '}to a folder`, () => {
    const mount = (options: string): void => {
      mkdirSync(path('backups'), { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path('backups')]);
    };
    const remount = (options: string): void =>
      void execFileSync('mount', ['-o', `remount,${options}`, path('backups')]);
    afterEach(() => void execFileSync('umount', [path('backups')]));

    it('that is full end with a line; with room again one is made, and the one before still counts', async () => {
      mount('size=64m');
      expect(await backUp()).toMatchObject({ code: 0 });
      fatten(30 * MB);
      remount('size=24m');
      const { code, stderr } = await backUp();
      expect(code).toBe(1);
      expect(stderr).toMatch(/full/);
      expect(await list()).toHaveLength(1);
      remount('size=200m');
      expect(await backUp()).toMatchObject({ code: 0, stderr: '' });
      expect(await list()).toHaveLength(2);
      expect(leftovers()).toEqual([]);
    });

    it('that takes no writes end with a line', async () => {
      mount('size=64m');
      remount('ro');
      const { code, stderr } = await backUp();
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^Cannot make backups in .*EROFS.*\n$/) as string,
      });
    });
  });
});
