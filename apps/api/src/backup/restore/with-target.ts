import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import type { BackupConfig } from '../../config/backup.schema';
import type { DatabaseConfig } from '../../config/database.schema';
import { inWorkFolder } from '../work-folder';
import type { RestoreTarget } from './restore-target';
import { ScratchRestoreTarget } from './scratch.restore-target';
import { SqliteRestoreTarget } from './sqlite.restore-target';

interface Place {
  database: DatabaseConfig;
  /** It is tried elsewhere. */
  dryRun: boolean;
}

/** Does the work with the place opened, and closes it whatever happens. @throws RefusedError where it cannot be had now */
export async function withTarget<T>(
  config: BackupConfig,
  { database, dryRun }: Place,
  work: (target: RestoreTarget) => Promise<T>,
): Promise<T> {
  if (database.type === 'sqlite' && !dryRun)
    return using(SqliteRestoreTarget.open(database, config, new Date()), work);
  return inWorkFolder(workFolder(config), (folder) =>
    using(new ScratchRestoreTarget(database, config, folder), work),
  );
}

async function using<T>(target: RestoreTarget, work: (target: RestoreTarget) => Promise<T>): Promise<T> {
  try {
    return await work(target);
  } finally {
    await target.close();
  }
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
