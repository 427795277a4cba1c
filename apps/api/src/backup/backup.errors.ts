import { StartupError } from '../common/startup-error';

/** A backup, or a part of one, is not what was written: cut, changed, or of somebody else. Nothing of it is used. */
export class DamagedBackupError extends StartupError {
  constructor(
    readonly what: string,
    options?: ErrorOptions,
  ) {
    super(
      `${what}: this backup is damaged and is not used. Take another one (npm run backup -- --list)`,
      options,
    );
  }
}

/** The key that the backup was encrypted with is not the one that is set. */
export class BackupKeyError extends StartupError {
  constructor(what: string, hasKey: boolean, options?: ErrorOptions) {
    const why = hasKey
      ? 'DATABASE_ENCRYPTION_KEY is not the key it was encrypted with'
      : 'DATABASE_ENCRYPTION_KEY is not set';
    super(`${what} cannot be opened: ${why}. Set the key that was in use when it was made`, options);
  }
}

/** What a failed backup leaves, in words for operators: none of it counts, and the ones before are as they were. */
export const NOTHING_COUNTS =
  'This backup does not count, those before are as they were. Run npm run backup again when it is mended';
