import { type S3Fault, S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client, type Page, type Ticket } from './harness/client';
import { begin } from './harness/command';
import { deedsOfRestore, pauseAt } from './harness/deeds';
import { AGENT, RestorableDesk } from './harness/restorable-desk';

const MB = 1024 * 1024;
const IS_ROOT = process.getuid?.() === 0;
const describeAsRoot = IS_ROOT ? describe : describe.skip;
const HANGS: S3Fault = { kind: 'hang' };

describe('a restore by the built command', () => {
  let desk: RestorableDesk;
  beforeEach(() => void (desk = new RestorableDesk()));
  afterEach(() => desk.remove());

  describe('is refused, and everything is as it was', () => {
    it('while a server runs', async () => {
      await desk.backUp();
      desk.mark('now');
      const api = await desk.installation.start();
      const { code, stderr } = await desk.restore('latest');
      await api.stop();
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: expect.stringMatching(
          /^Another Liftdesk process is using .*Nothing was written\n$/,
        ) as string,
      });
      expect(desk.markOf(desk.live)).toBe('now');
    });

    it('while somebody else has the file open', async () => {
      await desk.backUp();
      desk.mark('now');
      const reader = new Database(desk.live);
      reader.pragma('journal_mode = WAL');
      reader.prepare('select * from "user"').all();
      const { code, stderr } = await desk.restore('latest');
      reader.close();
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/has .* open/) as string,
      });
      expect(desk.markOf(desk.live)).toBe('now');
      expect(desk.aside()).toEqual([]);
    });

    it('with another key, and without one', async () => {
      await desk.backUp({ DATABASE_ENCRYPTION_KEY: 'a key of thirty-two characters and more' });
      desk.mark('now');
      for (const [env, words] of [
        [{}, /DATABASE_ENCRYPTION_KEY is not set/],
        [{ DATABASE_ENCRYPTION_KEY: 'x'.repeat(40) }, /is not the key it was encrypted with/],
      ] as const) {
        const { code, stderr } = await desk.run(['restore', 'latest'], env);
        expect(code).toBe(1);
        expect(stderr).toMatch(words);
        expect(stderr.trim()).not.toContain('\n');
      }
      expect(desk.markOf(desk.live)).toBe('now');
    });

    it('without a name, with those that there are; in JSON too', async () => {
      await desk.backUp();
      const { code, stderr } = await desk.restore();
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/Which backup.*database_backup_\d+_\d+ {2}proven/s) as string,
      });
      const { stdout } = await desk.restore('--json');
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 3 });
      expect((await desk.restore('latest', '--at', '2026-01-01T00:00')).code).toBe(2);
    });
  });

  it('goes over a ruined database, to where none is, and again, and back to what it had kept', async () => {
    await desk.backUp();
    writeFileSync(desk.live, randomBytes(50_000));
    expect(await desk.restore('latest')).toMatchObject({ code: 0, stderr: '' });
    rmSync(desk.live);
    expect(await desk.restore('latest')).toMatchObject({ code: 0 });
    desk.mark('now');
    const before = new Set(desk.aside());
    expect(await desk.restore('latest', '--json')).toMatchObject({ code: 0 });
    const [kept] = desk.aside().filter((name) => !before.has(name));
    expect(desk.markOf(desk.live)).toBe('then');
    // What was kept is a desk like any other: it is backed up, and that is restored.
    await desk.backUp({ DATABASE_PATH: desk.path(kept ?? '') });
    const into = desk.path('rehearsal.sqlite');
    expect(await desk.restore('latest', '--into', `sqlite:${into}`)).toMatchObject({ code: 0 });
    expect([desk.markOf(into), desk.markOf(desk.live)]).toEqual(['now', 'then']);
    expect(await desk.restore('latest')).toMatchObject({ code: 0 });
    expect(desk.markOf(desk.live)).toBe('now');
  });

  it('gives a desk that serves: old numbers go on, old files are byte-identical, who was signed in is asked again', async () => {
    const api = await desk.installation.start();
    const agent = await new Client(api.origin).signIn(...AGENT);
    const bytes = Buffer.from(randomBytes(50_000).toString('hex'));
    const [file] = await agent.stage({ name: 'a name.txt', bytes });
    const body = { subject: 'Quokka', body: 'text' };
    const { number } = await agent.post<Ticket>('/tickets', { ...body, attachmentIds: [file?.id] });
    await api.stop();
    await desk.backUp();
    rmSync(desk.path('uploads'), { recursive: true });
    expect(await desk.restore('latest')).toMatchObject({ code: 0, stderr: '' });
    const again = await desk.installation.start();
    const old = new Client(again.origin).as(agent.token);
    await expect(old.get('/tickets')).rejects.toThrow(/401/);
    const anew = await new Client(again.origin).signIn(...AGENT);
    expect((await anew.download(file?.id ?? '')).bytes.equals(bytes)).toBe(true);
    expect((await anew.get<Page<Ticket>>('/tickets?q=quokka')).items).toHaveLength(1);
    expect((await anew.post<Ticket>('/tickets', body)).number).toBe(number + 1);
    await again.stop();
  });

  /** Answers to made-up requests: a table that takes anything. */
  function fatten(bytes: number): void {
    const database = new Database(desk.live);
    const insert = database.prepare(
      `insert into idempotency_key (user_rid, "key", fingerprint, answer, created_at) values (1, ?, 'x', ?, 1764000000000)`,
    );
    database.transaction(() => {
      for (let written = 0; written < bytes; written += 100_000)
        insert.run(randomUUID(), randomBytes(75_000).toString('base64'));
    })();
    database.close();
  }

  describe('from a bucket', () => {
    let s3: S3Server;
    let env: Record<string, string>;
    beforeEach(async () => {
      s3 = await S3Server.start({ bucket: 'desk-backups' });
      const { S3_ATTACHMENTS_BUCKET: _, ...access } = s3.env;
      env = { ...access, STORAGE_TYPE: 'local', S3_BACKUPS_BUCKET: s3.bucket, S3_DEADLINE: '5' };
      fatten(6 * MB);
      await desk.backUp(env);
      desk.mark('now');
    });
    afterEach(() => s3.close());

    it('that goes away in the midst of the download ends with a line, and leaves the desk', async () => {
      s3.faults.next('GetObject', { kind: 'delay', ms: 0 }, 2);
      s3.faults.always('GetObject', { kind: 'truncate', afterBytes: MB });
      const { code, stderr } = await desk.run(['restore', 'latest'], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The restore failed: [^\n]*The desk is as it was[^\n]*\n$/);
      expect(desk.markOf(desk.live)).toBe('now');
      expect(desk.drafts()).toEqual([]);
      s3.faults.clear();
      expect(await desk.run(['restore', 'latest'], env)).toMatchObject({ code: 0, stderr: '' });
      expect(desk.markOf(desk.live)).toBe('then');
    });

    it('that does not answer ends with a line', async () => {
      s3.faults.always('ListObjectsV2', HANGS);
      const { code, stderr } = await desk.run(['restore', 'latest'], env);
      expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
      expect(desk.markOf(desk.live)).toBe('now');
    });
  });

  describeAsRoot(`${IS_ROOT ? '' : 'ROOT ONLY, left out: '}onto a disk of its own`, () => {
    let disk: string;
    let env: Record<string, string>;
    beforeEach(() => {
      disk = desk.path('disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
      copyFileSync(desk.live, join(disk, 'desk.sqlite'));
      desk.live = join(disk, 'desk.sqlite');
      env = { DATABASE_PATH: desk.live };
    });
    afterEach(() => void execFileSync('umount', [disk]));
    const remount = (options: string): void => void execFileSync('mount', ['-o', `remount,${options}`, disk]);

    it('without room is refused before anything is written; with room it is done', async () => {
      fatten(20 * MB);
      await desk.backUp(env);
      desk.mark('now');
      remount('size=45m');
      const before = readFileSync(desk.live);
      const { code, stderr } = await desk.run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/free.*make room/) as string,
      });
      expect(readFileSync(desk.live).equals(before)).toBe(true);
      remount('size=128m');
      expect(await desk.run(['restore', 'latest'], env)).toMatchObject({ code: 0, stderr: '' });
      expect(desk.markOf(desk.live)).toBe('then');
    });

    it('that fills up meanwhile ends with a line, and leaves nothing', async () => {
      fatten(20 * MB);
      await desk.backUp(env);
      desk.mark('now');
      // Room was looked at, and is gone after that.
      const before = (await deedsOfRestore(desk.installation, env)).indexOf('file createWriteStream') + 1;
      for (const name of readdirSync(disk).filter((one) => one.includes('pre-restore')))
        rmSync(join(disk, name));
      desk.mark('now');
      const command = begin(desk.installation, ['restore', 'latest'], {
        ...env,
        ...pauseAt(desk.installation, before),
      });
      await command.says('paused at');
      remount('size=30m');
      writeFileSync(desk.path('go'), '');
      const { code, stderr } = await command.ended;
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /^The restore failed: the disk is full.*The desk is as it was.*\n$/,
        ) as string,
      });
      expect(desk.markOf(desk.live)).toBe('now');
      expect(readdirSync(disk).filter((name) => name.includes('restor'))).toEqual([]);
    });

    it('that takes no writes is refused', async () => {
      await desk.backUp(env);
      remount('ro');
      const { code, stderr } = await desk.run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('Nothing was written') as string,
      });
      remount('rw');
    });

    it('whose files belong to somebody else is refused, as he could not use what is made', async () => {
      await desk.backUp(env);
      execFileSync('chown', ['nobody', desk.live]);
      chmodSync(desk.live, 0o600);
      const { code, stderr } = await desk.run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('another user') as string,
      });
    });
  });
});
