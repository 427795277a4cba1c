import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StartupError } from '../common/startup-error';
import type { BackupConfig } from '../config/backup.schema';

/** Where distributions put what is not meant for everybody's path: Debian and Ubuntu, Red Hat, Homebrew. */
const HOMES = ['/usr/lib/postgresql', '/usr', '/opt/homebrew/opt', '/usr/local/opt'];

/** pg_dump and pg_restore of one version. */
export interface PgPrograms {
  folder: string;
  /** Such as 17. */
  major: number;
}

/**
 * Those of the server's version, else of the next one above: an older pg_dump does not read a newer server, and what a much
 * newer one writes may not go back.
 * @param serverMajor such as 17
 * @throws StartupError that says what to install
 */
export async function pgPrograms(
  { pgBinDir, searchPath }: Pick<BackupConfig, 'pgBinDir' | 'searchPath'>,
  serverMajor: number,
): Promise<PgPrograms> {
  const folders = pgBinDir === undefined ? await candidates(searchPath) : [pgBinDir];
  const found = (await Promise.all(folders.map(programsIn))).filter((programs) => programs !== undefined);
  const fitting = found.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major)[0];
  if (fitting) return fitting;
  const where = pgBinDir === undefined ? 'on this machine' : `in PG_BIN_DIR ${pgBinDir}`;
  const present = found.length === 0 ? 'none' : `only ${found.map(({ major }) => major).join(', ')}`;
  throw new StartupError(
    `The server is PostgreSQL ${serverMajor}, and of pg_dump and pg_restore there is ${present} ${where}: install postgresql-client-${serverMajor} (https://www.postgresql.org/download/), or set PG_BIN_DIR`,
  );
}

async function candidates(searchPath: string): Promise<string[]> {
  const versions = HOMES.map(async (home) => {
    const names = await readdir(home).catch(() => []);
    return names
      .filter((name) => /^(\d+|pgsql-\d+|postgresql@\d+)$/.test(name))
      .map((name) => join(home, name, 'bin'));
  });
  const onPath = searchPath.split(delimiter).filter(Boolean);
  return [...new Set([...onPath, ...(await Promise.all(versions)).flat()])];
}

/** Undefined where the folder has not both, or they do not run. */
async function programsIn(folder: string): Promise<PgPrograms | undefined> {
  try {
    await access(join(folder, 'pg_restore'), constants.X_OK);
    const { stdout } = await promisify(execFile)(join(folder, 'pg_dump'), ['--version'], { timeout: 10_000 });
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? undefined : { folder, major: Number(major) };
  } catch {
    return undefined;
  }
}
