import { POSTGRES_GUEST, PostgresServer, selfSigned } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ending, Installation } from './harness/built-api';
import { CuttableProxy } from './harness/cuttable-proxy';
import { type RunningCommand, begin as beginCommand, pausingAfter } from './harness/command';
import { peakOf } from './harness/peak-of';

const TICKETS = 2_000;
const MB = 1024 * 1024;
const IS_ROOT = process.getuid?.() === 0;
const describeAsRoot = IS_ROOT ? describe : describe.skip;
const WHY_ROOT = IS_ROOT ? '' : 'ROOT ONLY, left out: ';
const GOES_ON = /half moved and marked.*Run the same command again/;

let postgres: PostgresServer;
let installation: Installation;
let names = 0;
let database = '';

beforeAll(async () => {
  postgres = await PostgresServer.start();
  installation = new Installation().migrate();
  installation.command('seed', '--tickets', String(TICKETS));
});
afterAll(async () => {
  installation.remove();
  await postgres.stop();
});
beforeEach(async () => {
  database = `target_${(names += 1)}`;
  await postgres.query(`create database ${database}`);
});

const SOURCE = 'sqlite:./desk.sqlite';
const begin = (
  to: string,
  from = SOURCE,
  env: Record<string, string> = {},
  ...more: string[]
): RunningCommand => beginCommand(installation, ['db:move', '--from', from, '--to', to, ...more], env);
const move = (...args: Parameters<typeof begin>): Promise<Ending> => begin(...args).ended;
const there = (port = postgres.port): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
const tables = async (): Promise<string[]> =>
  (
    await postgres.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
      [],
      database,
    )
  ).map(({ name }) => name);

/** One line for people, no stack, nothing of the password, and the code that the help promises. */
function expectEnded({ code, stderr }: Ending, expected: number, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain(POSTGRES_GUEST.password);
  expect(code).toBe(expected);
}

async function expectDone(ending: Promise<Ending>): Promise<void> {
  const { code, stderr } = await ending;
  expect([code, stderr]).toEqual([0, '']);
}

describe('the way to the target breaks', () => {
  let proxy: CuttableProxy;

  beforeEach(async () => {
    proxy = await CuttableProxy.to(postgres.port);
  });
  afterEach(() => proxy.close());

  it('in the middle of rows: a line, and the same command goes on', async () => {
    proxy.look = () => (proxy.sent > 2 * MB ? 'cut' : 'pass');
    expectEnded(await move(there(proxy.port)), 1, /cannot be reached any more/);
    [proxy.look, proxy.isBroken] = [() => 'pass', false];
    await expectDone(move(there(proxy.port)));
  });

  it('while the marker is made: the target is as it was, or goes on', async () => {
    proxy.look = (text) => (text.includes('create table liftdesk_move') ? 'cut' : 'pass');
    expectEnded(await move(there(proxy.port)), 1, /cannot be reached any more/);
    expect(await tables()).toEqual([]);
    [proxy.look, proxy.isBroken] = [() => 'pass', false];
    await expectDone(move(there(proxy.port)));
  });

  it.each([
    ['as rows are committed', /^Q\0\0\0\x0bcommit/],
    ['as an index is made', /create index/i],
    ['as the search index is written', /copy "ticket_search"/i],
    ['as what arrived is read back', /to stdout/i],
  ])('%s: the answer is lost of what was done, and the same command goes on', async (_, words) => {
    proxy.look = (text) => (words.test(text) ? 'pass, then cut' : 'pass');
    expectEnded(await move(there(proxy.port)), 1, GOES_ON);
    [proxy.look, proxy.isBroken] = [() => 'pass', false];
    await expectDone(move(there(proxy.port)));
  });

  it.each([
    ['was done', 'pass, then cut', 0],
    ['was not done', 'cut', 1],
  ] as const)('at the last step: it finds out that this %s', async (_, verdict, code) => {
    proxy.look = (text) => (text.includes('drop table liftdesk_move') ? verdict : 'pass');
    const run = begin(there(proxy.port));
    while (!proxy.isBroken) await sleep(5);
    [proxy.look, proxy.isBroken] = [() => 'pass', false];
    expect((await run.ended).code).toBe(code);
    if (code === 1) await expectDone(move(there(proxy.port)));
    expect(await tables()).not.toContain('liftdesk_move');
  });
});

describe('the server of the target', () => {
  it('crashes and comes back: the same command goes on', async () => {
    const run = begin(there(), SOURCE, pausingAfter('Moving message'));
    await run.paused();
    await postgres.restart('immediate');
    expectEnded(await run.goOn(), 1, /cannot be reached any more|terminat/);
    await expectDone(move(there()));
  });

  it('refuses a wrong password, and a role that may not', async () => {
    const { user, password } = POSTGRES_GUEST;
    const as = (word: string) =>
      `postgres://${user}:${encodeURIComponent(word)}@127.0.0.1:${postgres.port}/${database}`;
    expectEnded(await move('env:THERE', SOURCE, { THERE: as('wrong') }), 3, /the password of guest is wrong/);
    expectEnded(await move('env:THERE', SOURCE, { THERE: as(password) }), 3, /guest may not create tables/);
    expect(await tables()).toEqual([]);
  });

  it('has a certificate of nobody we trust', async () => {
    const { certificate, privateKey } = selfSigned();
    const strange = await PostgresServer.start({ tls: { certificate, key: privateKey } });
    try {
      const env = { THERE: strange.url(), DATABASE_SSL: 'verify' };
      expectEnded(await move('env:THERE', SOURCE, env), 3, /certificate is of no authority we trust/);
    } finally {
      await strange.stop();
    }
  });
});

describe('an operator', () => {
  it('presses Ctrl-C: exit code 130, and the same command goes on', async () => {
    const run = begin(there(), SOURCE, pausingAfter('Moving message'));
    await run.paused();
    void run.signal('SIGINT');
    expectEnded(await run.goOn(), 130, /was interrupted.*Run the same command again/);
    await expectDone(move(there()));
  });

  it('asks for a dry run: a plan, and nothing is written; all that would stop it is said', async () => {
    const { code, stdout } = await move(there(), SOURCE, {}, '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, resumes: false, obstacles: [] });
    expect(await tables()).toEqual([]);
    await postgres.query('create table notes (a integer)', [], database);
    const refused = await move(there(), 'sqlite:./nothing.sqlite', {}, '--dry-run');
    expectEnded(refused, 3, /There is no database at.*\n.*tables that are not Liftdesk’s/);
  });

  it('moves from under a server: refused, and in maintenance reading goes on', async () => {
    const copy = join(installation.folder, 'served.sqlite');
    writeFileSync(copy, readFileSync(installation.databasePath));
    const api = await installation.start({ DATABASE_PATH: copy });
    expectEnded(await move(there(), 'sqlite:./served.sqlite'), 3, /npm run maintenance -- on/);
    const command = new Database(copy);
    command.exec('insert into maintenance (id, since) values (1, 1)');
    command.close();
    await expectDone(move(there(), 'sqlite:./served.sqlite'));
    expect((await fetch(`${api.origin}/health/ready`)).status).toBe(200);
    await api.stop();
  });
});

describe('a source', () => {
  it('that somebody has locked is refused in words', async () => {
    const copy = join(installation.folder, 'locked.sqlite');
    writeFileSync(copy, readFileSync(installation.databasePath));
    const holder = new Database(copy);
    holder.pragma('journal_mode = DELETE');
    holder.exec('begin exclusive');
    expectEnded(await move(there(), 'sqlite:./locked.sqlite'), 3, /database is locked/);
    holder.close();
    expect(await tables()).toEqual([]);
  });

  it('with messages of 10 MB is moved there and back in less than 300 MB', async () => {
    const copy = join(installation.folder, 'large.sqlite');
    writeFileSync(copy, readFileSync(installation.databasePath));
    const file = new Database(copy);
    const body = 'ein großer Brief, '.repeat(550_000);
    expect(Buffer.byteLength(body)).toBeGreaterThan(10_000_000);
    file.prepare('update message set body = ? where rid <= 40').run(body);
    file.close();
    for (const [from, to] of [
      ['sqlite:./large.sqlite', there()],
      [there(), 'sqlite:./back.sqlite'],
    ] as const) {
      const run = begin(to, from);
      const peak = peakOf(run);
      await expectDone(run.ended);
      expect(await peak).toBeLessThan(300);
    }
    const back = new Database(join(installation.folder, 'back.sqlite'), { readonly: true });
    expect(back.prepare('select body from message where rid = 40').pluck().get()).toBe(body);
    back.close();
  });
});

describeAsRoot(`${WHY_ROOT}a disk`, () => {
  let disk: string;

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'liftdesk-disk-'));
  });
  afterEach(() => {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  });
  const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', disk]);
  const again = (options: string) => execFileSync('mount', ['-o', `remount,${options}`, disk]);

  it('of PostgreSQL that is full: a line, and with more room the same command goes on', async () => {
    mount('size=12m,mode=777');
    const folder = join(disk, 'space');
    mkdirSync(folder);
    execFileSync('chown', ['postgres', folder]);
    await postgres.query(`create tablespace small_${names} location '${folder}'`);
    await postgres.query(`alter database ${database} set tablespace small_${names}`);
    expectEnded(await move(there()), 1, /the disk of the target is full/);
    again('size=400m');
    await expectDone(move(there()));
    await postgres.query(`drop database ${database}`);
    await postgres.query(`drop tablespace small_${names}`);
  });

  it('of a file of SQLite that fills meanwhile: a line, and with more room the same command goes on', async () => {
    const size = Math.ceil((statSync(installation.databasePath).size * 1.6) / MB);
    mount(`size=${size}m`);
    const run = begin(`sqlite:${disk}/desk.sqlite`, SOURCE, pausingAfter('Moving ticket'));
    await run.paused();
    again(`size=6m`);
    expectEnded(await run.goOn(), 1, /the disk of the target is full/);
    again('size=400m');
    await expectDone(move(`sqlite:${disk}/desk.sqlite`));
  });

  it('without room for it is refused before anything is written', async () => {
    mount('size=4m');
    expectEnded(await move(`sqlite:${disk}/desk.sqlite`), 3, /MB free, and some [\d,]+ MB are needed/);
  });

  it('that is read-only is refused in words, as target and as source', async () => {
    mount('size=64m');
    writeFileSync(join(disk, 'source.sqlite'), readFileSync(installation.databasePath));
    again('ro');
    expectEnded(await move(`sqlite:${disk}/desk.sqlite`), 3, /cannot be written: change its rights/);
    expectEnded(await move(there(), `sqlite:${disk}/source.sqlite`), 3, /Cannot lock|rights of its folder/);
    expect(await tables()).toEqual([]);
  });
});
