import type { FileStorage } from '@liftdesk/storage';
import type { DatabaseConfig } from '../../config/database.schema';
import type { Manifest } from '../manifest';

/** What the desk's place was given, and what became of what was there. */
export interface Swap {
  /** Where the database from before is kept, in words; null where there was none. */
  aside: string | null;
  /** What an operator should know, or do. */
  notes: string[];
}

/** Where a backup is restored to. Nothing that is there is changed before swap(). Whoever opens it closes it. */
export abstract class RestoreTarget {
  /** The desk in the making, which nobody else knows. */
  abstract readonly draft: DatabaseConfig;

  /**
   * Makes the draft: the database of the backup, as it was.
   * @throws DamagedBackupError, BackupKeyError, RefusedError where there is no room for it
   */
  abstract fill(backups: FileStorage, manifest: Manifest, signal: AbortSignal): Promise<void>;

  /**
   * Gives the draft the place of the desk, and keeps aside what was there. All or nothing, whatever happens meanwhile.
   * @throws RefusedError where somebody uses what is there
   */
  abstract swap(): Promise<Swap>;

  /** Removes the draft where it has no place, and lets go of the desk. */
  abstract close(): Promise<void>;
}
