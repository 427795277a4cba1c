import { createFileStorage, type FileStorage, type StorageConfig } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { RefusedError } from '../common/operator-errors';
import { at, PlaceUnavailableError, type Role } from './file-place';

/** A part of 5 MB over a slow line that others share. A connection on which nothing moves is given up much earlier. */
const DEADLINE_MS = 15 * 60_000;

interface Opening {
  /** Files at a time. */
  parallel: number;
  /** Neither is a folder made, nor anything written into it. */
  existing?: boolean;
}

/** For a command, which may take the time that it needs. @throws PlaceUnavailableError */
export function openPlace(role: Role, config: StorageConfig, options: Opening): Promise<FileStorage> {
  const { existing = false, parallel } = options;
  return at({ role }, () => {
    switch (config.type) {
      case 'local':
        // No link is ever signed.
        return createFileStorage({ ...config, signingSecret: randomBytes(32) }, { existing });
      case 's3':
        return createFileStorage({
          ...config,
          uploadsAtOnce: parallel,
          idleMs: config.deadlineMs,
          deadlineMs: DEADLINE_MS,
        });
    }
  });
}

/** One that files are read from. @throws RefusedError where it cannot be one, PlaceUnavailableError */
export async function openExistingPlace(
  role: Role,
  config: StorageConfig,
  options: Opening,
): Promise<FileStorage> {
  if (config.type === 'local' && !existsSync(config.uploadDir))
    throw new RefusedError(`There is no folder ${config.uploadDir}`);
  try {
    return await openPlace(role, config, { ...options, existing: true });
  } catch (error) {
    if (!(error instanceof PlaceUnavailableError) || !error.isEmptyFolder) throw error;
    throw new RefusedError(
      `${config.uploadDir} is not a folder of Liftdesk's uploads, or its disk is not mounted: .liftdesk-storage is missing in it. Where the files are the right ones, make an empty file of this name there`,
    );
  }
}
