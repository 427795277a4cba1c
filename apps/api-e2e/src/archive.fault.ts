import { PostgresServer } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation } from './harness/built-api';
import { type RunningCommand, begin, pausingAfter } from './harness/command';
import { pauseAtOne } from './harness/deeds';
import { peakOf } from './harness/peak-of';

const TICKETS = 2_000;
const FILES = 150;
const KB = 1024;
const LARGEST = 5_000 * KB;
const MOST_MB = 300;
const EXPORTING = [
  'Reading the tables',
  'Looking for the files',
  'Writing the tables',
  'Writing the files',
  'Proving the archive',
];
const IMPORTING = [
  'Proving the archive',
  'Bringing the files',
  'Writing the rows',
  'Proving the rows',
  'Writing the search index',
];
const TABLES = ['user', 'ticket', 'message', 'ticket_event', 'attachment'];

const isRoot = process.getuid?.() === 0;
const describeAsRoot = isRoot ? describe : describe.skip;
const whyRoot = isRoot ? '' : 'ROOT ONLY, left out: ';

describe('an archive of a desk', () => {
  let installation: Installation;
  let postgres: PostgresServer;
  let archive: string;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    installation = new Installation().migrate();
    installation.command('seed', '--tickets', String(TICKETS));
    attach(installation);
    archive = join(installation.folder, 'whole.tar.gz');
    installation.command('data:export', '--to', archive);
  });
  afterAll(async () => {
    installation.remove();
    await postgres.stop();
  });

  const run = (args: string[], env: Record<string, string> = {}): RunningCommand =>
    begin(installation, args, env);

  describe('that is being written', () => {
    const to = (): string => join(installation.folder, 'out', 'desk.tar.gz');
    afterEach(() => rmSync(join(installation.folder, 'out'), { recursive: true, force: true }));

    it('has no name until it is whole, killed as any phase begins, and the next one takes its place', async () => {
      for (const phase of EXPORTING) {
        const exporting = run(['data:export', '--to', to()], pausingAfter(phase));
        await exporting.paused();
        await exporting.kill();
        expect([phase, existsSync(to())]).toEqual([phase, false]);
      }
      expect(await run(['data:export', '--to', to()]).ended).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(join(installation.folder, 'out'))).toEqual(['desk.tar.gz']);
    });

    it('is given up on Ctrl-C, with a line, and nothing is left', async () => {
      const exporting = run(['data:export', '--to', to()], pausingAfter('Writing the tables'));
      await exporting.paused();
      void exporting.signal('SIGINT');
      const { code, stderr } = await exporting.goOn();
      expect([code, stderr]).toEqual([130, 'The export was interrupted: nothing is left of it\n']);
      expect(readdirSync(join(installation.folder, 'out'))).toEqual([]);
    });

    describeAsRoot(`${whyRoot}onto a disk of its own`, () => {
      beforeEach(() => {
        mkdirSync(join(installation.folder, 'out'));
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(installation.folder, 'out')]);
      });
      afterEach(() => void execFileSync('umount', [join(installation.folder, 'out')]));

      it('ends with a line where that is full, and leaves nothing', async () => {
        const { code, stderr } = await run(['data:export', '--to', to()]).ended;
        expect(code).toBe(1);
        expect(stderr).toMatch(/^Cannot write the archive to .*ENOSPC.*nothing is left of it\n$/);
        expect(readdirSync(join(installation.folder, 'out'))).toEqual([]);
      });
    });
  });

  describe.each(['SQLite', 'PostgreSQL'])('that is brought into %s', (engine) => {
    let there: Record<string, string>;
    let count: (table: string) => Promise<number>;

    beforeAll(async () => {
      const name = `there_${engine.toLowerCase()}`;
      const path = join(installation.folder, `${name}.sqlite`);
      there = { UPLOAD_DIR: join(installation.folder, name) };
      if (engine === 'PostgreSQL') {
        await postgres.query(`create database ${name}`);
        there['DATABASE_URL'] = postgres.url(name);
        count = async (table) =>
          Number((await postgres.query<{ n: string }>(countOf(table), [], name))[0]?.n);
      } else {
        there['DATABASE_PATH'] = path;
        count = async (table) => countIn(path, table);
      }
      expect(await run(['migration:run'], there).ended).toMatchObject({ code: 0 });
    });

    const importing = (more: Record<string, string> = {}): RunningCommand =>
      run(['data:import', '--from', archive], { ...there, ...more });
    const expectEmpty = async (when: string): Promise<void> => {
      await connectionsEnded();
      for (const table of TABLES) expect([when, table, await count(table)]).toEqual([when, table, 0]);
    };
    const stored = (): string[] => readdirSync(join(there['UPLOAD_DIR'] as string, 'attachments'));
    const isPart = (name: string): boolean => name.startsWith('.');
    /** Kills the import before a deed. @returns what it had said */
    async function killedAt(of: string, deed: number): Promise<string> {
      const command = importing(pauseAtOne(installation, of, deed));
      await command.says('paused at');
      await command.kill();
      return (await command.ended).stdout;
    }

    it('leaves an empty desk where it is killed as a phase begins', async () => {
      for (const phase of IMPORTING) {
        const command = importing(pausingAfter(phase));
        await command.paused();
        await command.kill();
        await expectEmpty(phase);
      }
    });

    it('leaves an empty desk where it is killed in the midst of a file, and of the files', async () => {
      await killedAt('promised write', 10);
      await expectEmpty('in a file');
      const sizes = stored()
        .filter(isPart)
        .map((name) => statSync(join(there['UPLOAD_DIR'] as string, 'attachments', name)).size);
      expect(sizes.some((size) => size > 0 && size < LARGEST)).toBe(true);

      const said = await killedAt('promised rename', FILES / 2);
      expect(said).toContain('Bringing the files');
      expect(said).not.toContain('Writing the rows');
      await expectEmpty('in the files');
      const brought = stored().filter((name) => !isPart(name));
      expect(brought.length).toBeGreaterThan(FILES / 3);
      expect(brought.length).toBeLessThan(FILES);
    });

    it('leaves an empty desk where it is killed in the midst of the rows, and the same command ends it', async () => {
      const said = await killedAt('insert into "message"', 3);
      expect(said).toContain('Writing the rows');
      expect(said).not.toContain('Proving the rows');
      await expectEmpty('in the rows');
      expect(stored().filter((name) => !isPart(name))).toHaveLength(FILES);

      const last = importing();
      const peak = peakOf(last);
      expect(await last.ended).toMatchObject({ code: 0, stderr: '' });
      expect(await peak).toBeGreaterThan(0);
      expect(await peak).toBeLessThan(MOST_MB);
      for (const table of TABLES)
        expect([table, await count(table)]).toEqual([table, countIn(installation.databasePath, table)]);
      expect(await count('unsettled_object')).toBe(0);
      // What a kill in the midst of a file leaves has no name of a file: the server's sweeper removes it.
      expect(stored().filter((name) => !isPart(name))).toHaveLength(FILES);
      expect(stored().some(isPart)).toBe(true);
    });

    it('is the same desk there: it leaves again by the same bytes', async () => {
      const again = join(installation.folder, `again-${engine}.tar.gz`);
      const exporting = run(['data:export', '--to', again], there);
      const peak = peakOf(exporting);
      expect(await exporting.ended).toMatchObject({ code: 0, stderr: '' });
      expect(await peak).toBeLessThan(MOST_MB);
      expect(sumsOf(again)).toEqual(sumsOf(archive));
    });

    it('is refused now that somebody is there', async () => {
      const { code, stderr } = await importing().ended;
      expect([code, stderr]).toEqual([3, expect.stringContaining('The desk is not empty')]);
    });

    /** A server of PostgreSQL notices only by and by that a client is gone, and rolls back then. */
    async function connectionsEnded(): Promise<void> {
      if (engine === 'SQLite') return;
      const ours = `select 1 from pg_stat_activity where application_name like 'liftdesk%'`;
      while ((await postgres.query(ours)).length > 0) await sleep(20);
    }
  });
});

/** Of tables and files; what is said of the export itself differs. */
const sumsOf = (path: string): string[] =>
  execFileSync('tar', ['-xzOf', path, 'SHA256SUMS'], { encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\n')
    .filter((line) => !/ (README\.txt|manifest\.json)$/.test(line));

const countOf = (table: string): string => `select count(*) as n from "${table}"`;

function countIn(path: string, table: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return (database.prepare(countOf(table)).get() as { n: number }).n;
  } finally {
    database.close();
  }
}

function attach({ databasePath, folder }: Installation): void {
  const database = new Database(databasePath);
  mkdirSync(join(folder, 'uploads', 'attachments'), { recursive: true });
  const insert = database.prepare(
    `insert into attachment (id, ticket_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
     values (?, 1, 1, 1, 'noise.txt', 'text/plain', ?, ?, ?, 1795305600000)`,
  );
  for (let n = 0; n < FILES; n += 1) {
    const content = randomBytes(n === 0 ? LARGEST : 200 * KB);
    const key = `attachments/${n}.txt`;
    writeFileSync(join(folder, 'uploads', key), content);
    insert.run(randomUUID(), content.length, createHash('sha256').update(content).digest('hex'), key);
  }
  database.close();
}
