import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';

/** Of one process of one machine. A dot keeps it out of what a place lists. */
const PREFIX = `.work-${hostname()}-`;
const OTHERS_MAY_NOT = 0o077;

/**
 * A folder of this process's own, in which nobody else reads, gone when the work is through. What a killed process of this
 * machine left is removed.
 * @throws StartupError where it cannot be made
 */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(parent, PREFIX + process.pid);
  const before = process.umask(OTHERS_MAY_NOT);
  try {
    try {
      await mkdir(parent, { recursive: true });
      await sweep(parent);
      await mkdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartupError(
        `Cannot make backups in ${parent} (${code}): change its rights, or set BACKUP_DIR to another place`,
        { cause: error },
      );
    }
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    process.umask(before);
  }
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : NaN;
    if (Number.isInteger(pid) && !isRunning(pid)) await rm(join(parent, name), { recursive: true });
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
