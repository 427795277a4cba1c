import { PostgresServer } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DIST, type Ending, Installation } from './harness/built-api';
import { pausingAfter } from './harness/command';

const TICKETS = 2_000;
const FILES = 150;
const KB = 1024;
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

/** A command of the built API at work. */
class Run {
  readonly ended: Promise<Ending>;
  /** Its largest resident size so far, MB. */
  peak = 0;
  private readonly child: ChildProcess;
  private stdout = '';

  constructor({ folder, env }: { folder: string; env: Record<string, string> }, args: readonly string[]) {
    this.child = spawn(process.execPath, [join(DIST, 'cli.js'), ...args], { cwd: folder, env });
    let stderr = '';
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.measure();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr,
    }));
  }

  async says(words: string): Promise<void> {
    while (!this.stdout.includes(words) && this.child.exitCode === null)
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.ended]);
  }

  /** Lets it go on that stands still: see `pausingAfter`. */
  goOn(): Promise<Ending> {
    this.child.stdin?.end('\n');
    return this.ended;
  }

  signal(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  private measure(): void {
    const status = `/proc/${this.child.pid}/status`;
    const found = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
    this.peak = Math.max(this.peak, Number(found?.[1] ?? 0) / KB);
  }
}

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

  const run = (args: string[], given: Record<string, string> = {}): Run =>
    new Run({ folder: installation.folder, env: installation.env(given) }, args);

  describe('that is being written', () => {
    const to = (): string => join(installation.folder, 'out', 'desk.tar.gz');
    afterEach(() => rmSync(join(installation.folder, 'out'), { recursive: true, force: true }));

    it('has no name until it is whole, wherever kill -9 comes, and the next one takes its place', async () => {
      for (const phase of EXPORTING) {
        const exporting = run(['data:export', '--to', to()], pausingAfter(phase));
        await exporting.says(phase);
        expect([phase, (await exporting.signal('SIGKILL')).code]).toEqual([phase, null]);
        expect([phase, existsSync(to())]).toEqual([phase, false]);
      }
      expect(await run(['data:export', '--to', to()]).ended).toMatchObject({ code: 0, stderr: '' });
      expect(readdirSync(join(installation.folder, 'out'))).toEqual(['desk.tar.gz']);
    });

    it('is given up on Ctrl-C, with a line, and nothing is left', async () => {
      const exporting = run(['data:export', '--to', to()], pausingAfter('Writing the tables'));
      await exporting.says('Writing the tables');
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

    it('leaves an empty desk wherever kill -9 comes, and the same command ends it', async () => {
      for (const phase of IMPORTING) {
        const importing = run(['data:import', '--from', archive], { ...there, ...pausingAfter(phase) });
        await importing.says(phase);
        expect([phase, (await importing.signal('SIGKILL')).code]).toEqual([phase, null]);
        await connectionsEnded();
        for (const table of TABLES) expect([phase, table, await count(table)]).toEqual([phase, table, 0]);
      }
      const last = run(['data:import', '--from', archive], there);
      expect(await last.ended).toMatchObject({ code: 0, stderr: '' });
      expect(last.peak).toBeGreaterThan(0);
      expect(last.peak).toBeLessThan(MOST_MB);
      for (const table of TABLES)
        expect([table, await count(table)]).toEqual([table, countIn(installation.databasePath, table)]);
      expect(await count('unsettled_object')).toBe(0);
      // What a kill in the midst of a file leaves has no name of a file: the server's sweeper removes it.
      const stored = readdirSync(join(there['UPLOAD_DIR'] as string, 'attachments'));
      expect(stored.filter((name) => !name.startsWith('.'))).toHaveLength(FILES);
    });

    it('is the same desk there: it leaves again by the same bytes', async () => {
      const again = join(installation.folder, `again-${engine}.tar.gz`);
      const exporting = run(['data:export', '--to', again], there);
      expect(await exporting.ended).toMatchObject({ code: 0, stderr: '' });
      expect(exporting.peak).toBeLessThan(MOST_MB);
      expect(sumsOf(again)).toEqual(sumsOf(archive));
    });

    it('is refused now that somebody is there', async () => {
      const { code, stderr } = await run(['data:import', '--from', archive], there).ended;
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
    const content = randomBytes(n === 0 ? 5_000 * KB : 200 * KB);
    const key = `attachments/${n}.txt`;
    writeFileSync(join(folder, 'uploads', key), content);
    insert.run(randomUUID(), content.length, createHash('sha256').update(content).digest('hex'), key);
  }
  database.close();
}
