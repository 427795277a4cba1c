import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import type { BackupConfig } from '../../config/backup.schema';
import type { DatabaseConfig } from '../../config/database.schema';
import { realPath } from '../../database/instance-lock';
import { inWorkFolder } from '../work-folder';
import type { RestoreTarget } from './restore-target';
import { assertMayRename, connectToHub } from './postgres.hub';
import { PostgresRestoreTarget } from './postgres.restore-target';
import { ScratchRestoreTarget } from './scratch.restore-target';
import { SqliteRestoreTarget, assertOurs } from './sqlite.restore-target';

interface Place {
  database: DatabaseConfig;
  /** It is tried elsewhere. */
  dryRun: boolean;
  /** Told in a line what an operator should do. */
  say: (line: string) => void;
}

/** Does the work with the place opened, and closes it whatever happens. @throws RefusedError where it cannot be had now */
export async function withTarget<T>(
  config: BackupConfig,
  { database, dryRun, say }: Place,
  work: (target: RestoreTarget) => Promise<T>,
): Promise<T> {
  if (database.type === 'sqlite' && !dryRun)
    return using(SqliteRestoreTarget.open(database, config, new Date()), work);
  return inWorkFolder(workFolder(config), say, async (folder) => {
    if (database.type === 'postgres' && !dryRun)
      return using(await PostgresRestoreTarget.open(database, config, folder), work);
    await assertCouldBeSwapped(database);
    return using(new ScratchRestoreTarget(database, config, folder), work);
  });
}

/** A server may run while a restore is only tried. */
async function assertCouldBeSwapped(database: DatabaseConfig): Promise<void> {
  if (database.type === 'sqlite') return assertOurs(realPath(database.path));
  const hub = await connectToHub(database);
  try {
    await assertMayRename(hub, database);
  } finally {
    await hub.end();
  }
}

async function using<T>(target: RestoreTarget, work: (target: RestoreTarget) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(target);
  } catch (error) {
    // What failed first is told; what cannot be removed now the next restore removes.
    await target.close().catch(() => undefined);
    throw error;
  }
  await target.close();
  return result;
}

/** Backups may lie where nothing can be written. */
function workFolder({ folder }: BackupConfig): string {
  try {
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return tmpdir();
  }
}
