import { createFileStorage, type FileStorage, type StorageConfig } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import type { DatabaseConfig } from '../config/database.schema';
import { openRowSource } from '../transfer/open-row-source';
import type { TableShape } from '../transfer/tables';
import { type ListedFile, attachmentsOf } from './file-list';

/**
 * Where the desk keeps attachments; a folder that is not there, or whose disk is not mounted, is not made.
 * @throws StorageUnavailableError
 */
export const openAttachments = (config: StorageConfig): Promise<FileStorage> =>
  createFileStorage({ ...config, signingSecret: randomBytes(32) }, { existing: true });

/** Those that are still the desk's: one may be deleted between the instant of a backup and the look at its object. */
export async function stillThere(
  database: DatabaseConfig,
  tables: readonly TableShape[],
  files: readonly ListedFile[],
): Promise<ListedFile[]> {
  if (files.length === 0) return [];
  const source = await openRowSource(database);
  try {
    const byKey = new Map(files.map((file) => [file.storageKey, file]));
    const present: ListedFile[] = [];
    for await (const { storageKey } of attachmentsOf(source, tables)) {
      const file = byKey.get(storageKey);
      if (file) present.push(file);
    }
    return present;
  } finally {
    await source.close();
  }
}
