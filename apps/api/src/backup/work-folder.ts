import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';

/** A dot keeps it out of what a place lists. */
const ANYBODYS = '.work-';
/** Of one process of one machine. */
const PREFIX = `${ANYBODYS}${hostname()}-`;
/** As long as what a backup under way has stored is left alone. */
const LEFT_AFTER_MS = 2 * 86_400_000;
const OTHERS_MAY_NOT = 0o077;

/**
 * A folder of this process's own, in which nobody else reads, gone when the work is through. What a killed process left, a
 * desk for anybody to read, is removed: at once where it was one of this machine, else after two days.
 * @param say told in a line of what should be removed and cannot
 * @throws StartupError where it cannot be made
 */
export async function inWorkFolder<T>(
  parent: string,
  say: (line: string) => void,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = join(parent, PREFIX + process.pid);
  const before = process.umask(OTHERS_MAY_NOT);
  try {
    try {
      await mkdir(parent, { recursive: true });
      await sweep(parent, say);
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

async function sweep(parent: string, say: (line: string) => void): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(ANYBODYS)) continue;
    const folder = join(parent, name);
    try {
      if (await isLeft(parent, name)) await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // One of another user keeps no backup from being made.
      const { code } = error as NodeJS.ErrnoException;
      say(
        `${folder}, which a killed process left, cannot be removed (${code}): remove it, a desk may be in it`,
      );
    }
  }
}

/** The machine may have another name by now, and somebody else the number of the process. */
async function isLeft(parent: string, name: string): Promise<boolean> {
  const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : NaN;
  if (Number.isInteger(pid) && !isRunning(pid)) return true;
  try {
    return Date.now() - (await stat(join(parent, name))).mtimeMs > LEFT_AFTER_MS;
  } catch (error) {
    // Whoever has it is through.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
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
