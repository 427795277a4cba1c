import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { PLACE_TABLES } from '../transfer/tables';
import { pgEnvironment } from './pg-environment';
import type { PgPrograms } from './pg-programs';

/** Compressed by pg_dump itself; a higher level takes much longer for little. */
const LEVEL = 1;
/** Restores data and indexes of several tables at a time. */
const JOBS = 2;

/**
 * Everything of the database as pg_dump's custom format has it, but for the rows of what is of the place and not of the desk.
 * @param snapshot exported by a transaction that stays open: the dump is of what that one sees
 * @throws StartupError with pg_dump's own words
 */
export async function* dumpPostgres(
  programs: PgPrograms,
  config: PostgresConfig,
  snapshot: string,
): AsyncGenerator<Buffer> {
  const left = [...PLACE_TABLES, 'liftdesk_move'].map((table) => `--exclude-table-data=${table}`);
  const options = [`--snapshot=${snapshot}`, `--compress=${LEVEL}`, '--lock-wait-timeout=60s', ...left];
  const child = spawn(join(programs.folder, 'pg_dump'), ['--format=custom', '--no-password', ...options], {
    env: pgEnvironment(config),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf('pg_dump', child);
  // It may fail while its last piece is still being stored; it is thrown in its turn.
  ended.catch(() => undefined);
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    await ended;
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  }
}

/**
 * Fills an empty database from a dump, whoever its tables belonged to.
 * @param signal ends it
 * @throws StartupError with pg_restore's own words; the database is then to be dropped
 */
export async function restorePostgres(
  programs: PgPrograms,
  config: PostgresConfig,
  dump: string,
  signal?: AbortSignal,
): Promise<void> {
  const target = [`--dbname=${config.database}`, '--no-password', '--exit-on-error', `--jobs=${JOBS}`];
  const without = ['--no-owner', '--no-privileges', '--no-comments'];
  const child = spawn(join(programs.folder, 'pg_restore'), [...target, ...without, dump], {
    env: pgEnvironment(config),
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  await endOf('pg_restore', child);
}

/** Resolves when it ended well. */
async function endOf(name: string, child: ChildProcess): Promise<void> {
  const said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw new StartupError(`${name} cannot be run: ${(error as Error).message}`, { cause: error });
  })) as [number | null];
  if (code === 0) return;
  throw new StartupError(`${name} failed: ${lastWords(await said) || 'it was ended'}`);
}

/**
 * What it says itself, or the loader of it by its whole path: the lines below that, SQL and rows that it quotes, are left out,
 * whatever words are in them.
 */
const lastWords = (said: string): string =>
  said
    .split('\n')
    .filter((line) => /^(\S*\/)?pg_\w+: .*(error|fatal|failed)/i.test(line))
    .slice(0, 2)
    .join(' ')
    .slice(0, 500);
