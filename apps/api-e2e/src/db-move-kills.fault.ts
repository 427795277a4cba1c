import { PostgresServer } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation } from './harness/built-api';
import { type RunningCommand, begin, pausingAfter } from './harness/command';

const TICKETS = 8_000;
const PERCENT = [1, 10, 50, 90, 99];
/** Said when a phase begins: it stands still there, and is killed. */
const PHASES = ['Moving user', 'Making indexes', 'Writing the search index', 'Proving'];
const TABLES = ['user', 'ticket', 'message', 'ticket_event', 'ticket_tag', 'ticket_read', 'tag'];

/**
 * One move, killed with SIGKILL again and again, at each of these stages: the same command goes on each time and ends the move
 * in the end, no server starts on the target before, and the source is byte for byte what it was.
 */
describe('a move survives kill -9 at every stage', () => {
  let postgres: PostgresServer;
  let installation: Installation;
  let rows: number;
  let source: string;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    installation = new Installation().migrate();
    installation.command('seed', '--tickets', String(TICKETS));
    source = sha256(installation.databasePath);
    rows = TABLES.reduce((sum, table) => sum + countIn(installation.databasePath, table), 0);
  });
  afterAll(async () => {
    installation.remove();
    await postgres.stop();
  });

  const path = (name: string): string => join(installation.folder, name);

  async function killedEverywhere(
    args: string[],
    env: Record<string, string>,
    progress: () => Promise<number>,
  ) {
    const run = (more: Record<string, string> = {}) =>
      begin(installation, ['db:move', ...args], { ...env, ...more });
    for (const percent of PERCENT) {
      const move = run();
      while ((await progress()) < percent && (await isGoing(move))) await sleep(1);
      expect(await move.signal('SIGKILL')).toMatchObject({ code: null });
    }
    for (const phase of PHASES) {
      const move = run(pausingAfter(phase));
      await move.paused();
      expect(await move.signal('SIGKILL')).toMatchObject({ code: null });
    }
    await expectRefused(env);
    const { code, stdout, stderr } = await run().ended;
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  }

  async function expectRefused(env: Record<string, string>): Promise<void> {
    const { code, stderr } = await installation.startInVain(env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/half moved/);
  }

  it('from SQLite to PostgreSQL', async () => {
    await postgres.query('create database lifted');
    const env = { DATABASE_URL: postgres.url('lifted') };
    const progress = async (): Promise<number> => {
      const [row] = await postgres.query<{ done: number }>(COPIED, [], 'lifted').catch(() => []);
      return (100 * Number(row?.done ?? 0)) / rows;
    };
    const said = await killedEverywhere(
      ['--from', 'sqlite:./desk.sqlite', '--to', 'env:DATABASE_URL'],
      env,
      progress,
    );
    expect(said).toMatch(/an earlier run had begun it/);
    expect(sha256(installation.databasePath)).toBe(source);
    for (const table of TABLES) {
      const [row] = await postgres.query<{ n: number }>(
        `select count(*)::int as n from "${table}"`,
        [],
        'lifted',
      );
      expect([table, row?.n]).toEqual([table, countIn(installation.databasePath, table)]);
    }
    const api = await installation.start(env);
    await api.stop();
  });

  it('and back from PostgreSQL to SQLite', async () => {
    const size = statSync(installation.databasePath).size;
    const progress = async (): Promise<number> => {
      const draft = path('landed.sqlite.moving');
      // Rows are less than half of a file with its indexes.
      return existsSync(draft) ? (250 * statSync(draft).size) / size : 0;
    };
    await killedEverywhere(
      ['--from', 'env:THERE', '--to', 'sqlite:./landed.sqlite'],
      { THERE: postgres.url('lifted'), DATABASE_PATH: path('landed.sqlite') },
      progress,
    );
    expect(readdirSync(installation.folder).filter((name) => name.includes('.moving'))).toEqual([]);
    const [there, back] = [contents(installation.databasePath), contents(path('landed.sqlite'))];
    expect(back).toEqual(there);
  });
});

/** Rows that are committed, and those of the COPY at hand. */
const COPIED = `
  select coalesce((select sum((value::json ->> 'rows')::int) from liftdesk_move where name like 'copied %'), 0)
    + coalesce((select sum(tuples_processed) from pg_stat_progress_copy), 0) as done`;

async function isGoing(move: RunningCommand): Promise<boolean> {
  return (await Promise.race([move.ended, sleep(0)])) === undefined;
}

function countIn(file: string, table: string): number {
  const database = new Database(file, { readonly: true });
  const count = database.prepare(`select count(*) from "${table}"`).pluck().get() as number;
  database.close();
  return count;
}

/** Independent of the command's own proof: a hash of what SQLite says of each row. */
function contents(file: string): Record<string, string> {
  const database = new Database(file, { readonly: true });
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const hash = createHash('sha256');
    const key = table.includes('_tag') || table.includes('_read') ? '1, 2' : 'rid';
    for (const row of database.prepare(`select * from "${table}" order by ${key}`).raw().iterate())
      hash.update(JSON.stringify(row));
    found[table] = hash.digest('hex');
  }
  database.close();
  return found;
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
