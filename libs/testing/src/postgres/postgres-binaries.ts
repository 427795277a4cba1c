import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const NEEDED = ['initdb', 'postgres'];
/** Where distributions put what is not meant for everybody's path: Debian and Ubuntu, Red Hat, Homebrew. */
const HOMES = ['/usr/lib/postgresql', '/usr/pgsql', '/opt/homebrew/opt', '/usr/local/opt'];

/** The folder of PostgreSQL's programs on this machine; null where there is none. */
export function postgresBinaries(): string | null {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const versions = HOMES.flatMap((home) =>
    childrenOf(home)
      .filter((name) => /^(\d+|postgresql@\d+)$/.test(name))
      .sort((a, b) => versionOf(b) - versionOf(a))
      .map((name) => join(home, name, 'bin')),
  );
  const folder = [...onPath, ...versions].find(hasAll);
  // initdb looks for its neighbours where it really lies.
  return folder === undefined ? null : dirname(realpathSync(join(folder, 'initdb')));
}

/** PostgreSQL refuses to run as root: whose ids it gets instead. Undefined where we are not root. */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (kind: string) => Number(execFileSync('id', [kind, name], { stdio: 'pipe' }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // There is no such user here: try the next.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

const versionOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function hasAll(folder: string): boolean {
  try {
    for (const program of NEEDED) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
