import { type S3Fault, S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Ending, Installation } from './harness/built-api';
import { Client, type Page, type Ticket } from './harness/client';
import { type RunningCommand, begin } from './harness/command';

const MB = 1024 * 1024;
const PRELOAD = join(__dirname, 'harness', 'pause-at-deed.cjs');
const AGENT = ['maja@desk.example', 'a password for maja'] as const;
const IS_ROOT = process.getuid?.() === 0;
const describeAsRoot = IS_ROOT ? describe : describe.skip;
const HANGS: S3Fault = { kind: 'hang' };

describe('a restore by the built command', () => {
  let installation: Installation;
  let live: string;
  beforeEach(() => {
    installation = new Installation().migrate();
    installation.addUser('agent', ...AGENT);
    live = installation.databasePath;
    mark('then');
  });
  afterEach(() => installation.remove());

  const path = (...names: string[]): string => join(installation.folder, ...names);
  const run = (args: string[], env: Record<string, string> = {}): Promise<Ending> =>
    begin(installation, args, env).ended;
  const restore = (...args: string[]): Promise<Ending> => run(['restore', ...args]);
  const beside = (): string[] =>
    readdirSync(installation.folder).filter((name) => name.startsWith('desk.sqlite'));

  async function backUp(env: Record<string, string> = {}): Promise<void> {
    const { code, stderr } = await run(['backup'], env);
    if (code !== 0) throw new Error(stderr);
  }

  /** Which desk a file holds, by the name of its only user. */
  function mark(word: string): void {
    const database = new Database(live);
    database.prepare('update "user" set name = ?').run(word);
    database.close();
  }

  function markOf(file: string): unknown {
    const database = new Database(file, { fileMustExist: true });
    try {
      if (database.pragma('integrity_check', { simple: true }) !== 'ok')
        throw new Error(`${file} is damaged`);
      return database.prepare('select name from "user"').pluck().get();
    } finally {
      database.close();
    }
  }

  /** Leaves the last change in the -wal, as a server does that is killed. */
  function markAndDie(word: string): void {
    const database = new Database(live);
    database.pragma('journal_mode = WAL');
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.prepare('update "user" set name = ?').run(word);
    for (const side of ['', '-wal', '-shm']) copyFileSync(live + side, path(`copy${side}`));
    database.close();
    for (const side of ['', '-wal', '-shm']) copyFileSync(path(`copy${side}`), live + side);
    for (const side of ['', '-wal', '-shm']) rmSync(path(`copy${side}`));
  }

  const aside = (): string[] => beside().filter((name) => /pre-restore\.\d+_\d+$/.test(name));

  const pauseAt = (deed: number): Record<string, string> => ({
    NODE_OPTIONS: `--require ${PRELOAD}`,
    PAUSE_AT: String(deed),
    PAUSE_UNTIL: path('go'),
  });

  /** What a restore does to files and to databases, from its beginning to its end. */
  async function deedsOf(env: Record<string, string> = {}): Promise<string[]> {
    const observed = { ...env, NODE_OPTIONS: `--require ${PRELOAD}`, DEEDS: path('deeds') };
    const { code, stderr } = await run(['restore', 'latest'], observed);
    if (code !== 0) throw new Error(stderr);
    return readFileSync(path('deeds'), 'utf8').trim().split('\n');
  }

  describe('killed with SIGKILL leaves the old desk or the new one, and the same command finishes', () => {
    const paused = async (at: number): Promise<RunningCommand> => {
      const command = begin(installation, ['restore', 'latest'], pauseAt(at));
      await command.says('paused at');
      return command;
    };

    /** The number of each deed that is worth a kill: all that are done to files, and each fifth statement. */
    const worthAKill = async (): Promise<number[]> =>
      (await deedsOf()).flatMap((deed, index) =>
        deed.startsWith('file') || index % 5 === 0 ? [index + 1] : [],
      );

    function reset(state: 'sound' | 'ruined'): void {
      for (const name of beside()) rmSync(path(name));
      copyFileSync(path('kept.sqlite'), live);
      markAndDie('now');
      if (state === 'ruined') writeFileSync(live, 'no database, but a letter '.repeat(4_000));
    }

    it.each(['sound', 'ruined'] as const)('over a %s one, before any of its deeds', async (state) => {
      await backUp();
      copyFileSync(live, path('kept.sqlite'));
      reset(state);
      const numbers = await worthAKill();
      const seen = { old: 0, new: 0 };
      for (const number of numbers) {
        reset(state);
        const before = readFileSync(live);
        await (await paused(number)).kill();
        const isNew = !readFileSync(live).equals(before) && markOf(live) === 'then';
        seen[isNew ? 'new' : 'old'] += 1;
        if (isNew) {
          expect(aside()).toHaveLength(1);
          if (state === 'sound') expect(markOf(path(aside()[0] ?? ''))).toBe('now');
        } else if (state === 'sound') expect(markOf(live)).toBe('now');
        expect(await restore('latest')).toMatchObject({ code: 0, stderr: '' });
        expect(markOf(live)).toBe('then');
        expect(beside().filter((name) => name.includes('.restoring.'))).toEqual([]);
        if (state === 'ruined') {
          const [first] = aside();
          expect(readFileSync(path(first ?? '')).equals(before)).toBe(true);
          expect(existsSync(path(`${first}-wal`))).toBe(true);
        }
      }
      expect(seen.old).toBeGreaterThan(10);
      expect(seen.new).toBeGreaterThan(0);
    });

    it('and a server that is started instead serves one of the two', async () => {
      await backUp();
      markAndDie('now');
      copyFileSync(live, path('kept.sqlite'));
      const numbers = await worthAKill();
      // The last deeds to files are those of the swap.
      for (const number of numbers.slice(-8)) {
        reset('sound');
        await (await paused(number)).kill();
        const api = await installation.start();
        await api.stop();
        expect(['then', 'now']).toContain(markOf(live));
        expect(beside().filter((name) => name.includes('.restoring.'))).toEqual([]);
      }
    });
  });

  describe('is refused, and everything is as it was', () => {
    it('while a server runs', async () => {
      await backUp();
      mark('now');
      const api = await installation.start();
      const { code, stderr } = await restore('latest');
      await api.stop();
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: expect.stringMatching(
          /^Another Liftdesk process is using .*Nothing was written\n$/,
        ) as string,
      });
      expect(markOf(live)).toBe('now');
    });

    it('while somebody else has the file open', async () => {
      await backUp();
      mark('now');
      const reader = new Database(live);
      reader.pragma('journal_mode = WAL');
      reader.prepare('select * from "user"').all();
      const { code, stderr } = await restore('latest');
      reader.close();
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/has .* open/) as string,
      });
      expect(markOf(live)).toBe('now');
      expect(aside()).toEqual([]);
    });

    it('with another key, and without one', async () => {
      await backUp({ DATABASE_ENCRYPTION_KEY: 'a key of thirty-two characters and more' });
      mark('now');
      for (const [env, words] of [
        [{}, /DATABASE_ENCRYPTION_KEY is not set/],
        [{ DATABASE_ENCRYPTION_KEY: 'x'.repeat(40) }, /is not the key it was encrypted with/],
      ] as const) {
        const { code, stderr } = await run(['restore', 'latest'], env);
        expect(code).toBe(1);
        expect(stderr).toMatch(words);
        expect(stderr.trim()).not.toContain('\n');
      }
      expect(markOf(live)).toBe('now');
    });

    it('without a name, with those that there are; in JSON too', async () => {
      await backUp();
      const { code, stderr } = await restore();
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/Which backup.*database_backup_\d+_\d+ {2}proven/s) as string,
      });
      const { stdout } = await restore('--json');
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 3 });
      expect((await restore('latest', '--at', '2026-01-01T00:00')).code).toBe(2);
    });
  });

  it('goes over a ruined database, to where none is, and again, and back to what it had kept', async () => {
    await backUp();
    writeFileSync(live, randomBytes(50_000));
    expect(await restore('latest')).toMatchObject({ code: 0, stderr: '' });
    rmSync(live);
    expect(await restore('latest')).toMatchObject({ code: 0 });
    mark('now');
    const before = new Set(aside());
    expect(await restore('latest', '--json')).toMatchObject({ code: 0 });
    const [kept] = aside().filter((name) => !before.has(name));
    expect(markOf(live)).toBe('then');
    // What was kept is a desk like any other: it is backed up, and that is restored.
    await backUp({ DATABASE_PATH: path(kept ?? '') });
    const into = path('rehearsal.sqlite');
    expect(await restore('latest', '--into', `sqlite:${into}`)).toMatchObject({ code: 0 });
    expect([markOf(into), markOf(live)]).toEqual(['now', 'then']);
    expect(await restore('latest')).toMatchObject({ code: 0 });
    expect(markOf(live)).toBe('now');
  });

  it('gives a desk that serves: old numbers go on, old files are byte-identical, who was signed in is asked again', async () => {
    const api = await installation.start();
    const agent = await new Client(api.origin).signIn(...AGENT);
    const bytes = Buffer.from(randomBytes(50_000).toString('hex'));
    const [file] = await agent.stage({ name: 'a name.txt', bytes });
    const body = { subject: 'Quokka', body: 'text' };
    const { number } = await agent.post<Ticket>('/tickets', { ...body, attachmentIds: [file?.id] });
    await api.stop();
    await backUp();
    rmSync(path('uploads'), { recursive: true });
    expect(await restore('latest')).toMatchObject({ code: 0, stderr: '' });
    const again = await installation.start();
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
    const database = new Database(live);
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
      await backUp(env);
      mark('now');
    });
    afterEach(() => s3.close());

    it('that goes away in the midst of the download ends with a line, and leaves the desk', async () => {
      s3.faults.next('GetObject', { kind: 'delay', ms: 0 }, 2);
      s3.faults.always('GetObject', { kind: 'truncate', afterBytes: MB });
      const { code, stderr } = await run(['restore', 'latest'], env);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The restore failed: [^\n]*The desk is as it was[^\n]*\n$/);
      expect(markOf(live)).toBe('now');
      expect(beside().filter((name) => name.includes('.restoring.'))).toEqual([]);
      s3.faults.clear();
      expect(await run(['restore', 'latest'], env)).toMatchObject({ code: 0, stderr: '' });
      expect(markOf(live)).toBe('then');
    });

    it('that does not answer ends with a line', async () => {
      s3.faults.always('ListObjectsV2', HANGS);
      const { code, stderr } = await run(['restore', 'latest'], env);
      expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
      expect(markOf(live)).toBe('now');
    });
  });

  describeAsRoot(`${IS_ROOT ? '' : 'ROOT ONLY, left out: '}onto a disk of its own`, () => {
    let disk: string;
    let env: Record<string, string>;
    beforeEach(() => {
      disk = path('disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
      copyFileSync(live, join(disk, 'desk.sqlite'));
      live = join(disk, 'desk.sqlite');
      env = { DATABASE_PATH: live };
    });
    afterEach(() => void execFileSync('umount', [disk]));
    const remount = (options: string): void => void execFileSync('mount', ['-o', `remount,${options}`, disk]);

    it('without room is refused before anything is written; with room it is done', async () => {
      fatten(20 * MB);
      await backUp(env);
      mark('now');
      remount('size=45m');
      const before = readFileSync(live);
      const { code, stderr } = await run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/free.*make room/) as string,
      });
      expect(readFileSync(live).equals(before)).toBe(true);
      remount('size=128m');
      expect(await run(['restore', 'latest'], env)).toMatchObject({ code: 0, stderr: '' });
      expect(markOf(live)).toBe('then');
    });

    it('that fills up meanwhile ends with a line, and leaves nothing', async () => {
      fatten(20 * MB);
      await backUp(env);
      mark('now');
      // Room was looked at, and is gone after that.
      const before = (await deedsOf(env)).indexOf('file createWriteStream') + 1;
      for (const name of readdirSync(disk).filter((one) => one.includes('pre-restore')))
        rmSync(join(disk, name));
      mark('now');
      const command = begin(installation, ['restore', 'latest'], { ...env, ...pauseAt(before) });
      await command.says('paused at');
      remount('size=30m');
      writeFileSync(path('go'), '');
      const { code, stderr } = await command.ended;
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /^The restore failed: the disk is full.*The desk is as it was.*\n$/,
        ) as string,
      });
      expect(markOf(live)).toBe('now');
      expect(readdirSync(disk).filter((name) => name.includes('restor'))).toEqual([]);
    });

    it('that takes no writes is refused', async () => {
      await backUp(env);
      remount('ro');
      const { code, stderr } = await run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('Nothing was written') as string,
      });
      remount('rw');
    });

    it('whose files belong to somebody else is refused, as he could not use what is made', async () => {
      await backUp(env);
      execFileSync('chown', ['nobody', live]);
      chmodSync(live, 0o600);
      const { code, stderr } = await run(['restore', 'latest'], env);
      expect({ code, stderr }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('another user') as string,
      });
    });
  });
});
