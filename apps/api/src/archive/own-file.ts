import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';

/** @throws RefusedError where something is under this name */
export function assertFree(path: string): void {
  if (existsSync(path))
    throw new RefusedError(`${path} is there already: move it away, or name another by --to`);
}

/**
 * Does a work that writes a file, in a folder that is made where there is none.
 * @throws StartupError where the system does not let it
 */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined || error instanceof StartupError) throw error;
    throw new StartupError(`Cannot write the archive to ${dirname(path)} (${code}): nothing is left of it`, {
      cause: error,
    });
  }
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
