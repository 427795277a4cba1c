import { createFileStorage, type FileStorage, type StorageConfig } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DifferenceError } from '../../common/operator-errors';
import { describeStorage } from '../../transfer/places';
import { openAttachments } from '../attachment-store';
import type { Manifest } from '../manifest';
import { type FilesOptions, type RestoredFiles, bytesToPutBack, putBackFiles } from './put-back-files';
import { assertRoom } from './room';

const NAMED = 20;

export interface RestoreFilesOptions extends Pick<
  FilesOptions,
  'place' | 'encryptionKey' | 'forgotten' | 'dryRun' | 'signal' | 'onBytes'
> {
  into: StorageConfig;
}

/**
 * Sees to it that each attachment of the backup is where it is to be. Only adds, so that it does no harm to a desk that is
 * not swapped in the end.
 * @throws DifferenceError where some can be had from nowhere, RefusedError where there is no room for them
 */
export async function restoreFiles(
  manifest: Manifest,
  { into, ...options }: RestoreFilesOptions,
): Promise<RestoredFiles> {
  const storage = manifest.files.count === 0 ? null : await openStore(into, options.dryRun);
  const work: FilesOptions = { ...options, storage, byBytes: into.type === 'local' };
  if (into.type === 'local')
    await assertRoom(into.uploadDir, await bytesToPutBack(manifest, work), 'what is to be put back');
  const files = await putBackFiles(manifest, work);
  if (files.lost.length > 0) throw Object.assign(inWords(manifest, into, files), { details: { files } });
  return files;
}

/** A folder is made, but for a trial; null where there is none then. */
async function openStore(into: StorageConfig, dryRun: boolean): Promise<FileStorage | null> {
  if (!dryRun) return createFileStorage({ ...into, signingSecret: randomBytes(32) });
  const isThere = into.type === 's3' || existsSync(join(into.uploadDir, '.liftdesk-storage'));
  return isThere ? openAttachments(into) : null;
}

function inWords(manifest: Manifest, into: StorageConfig, { lost }: RestoredFiles): DifferenceError {
  const { name, files } = manifest;
  const [count, store] = [`${lost.length} of ${files.count} attachments`, describeStorage(into)];
  const named = lost.slice(0, NAMED).map(({ storageKey, why }) => `  ${storageKey}: ${why}`);
  return new DifferenceError(
    [
      files.where === 'pool'
        ? `${count} are not in ${store}, and the backups have no sound copy of them:`
        : `${count} are not in ${store}. They were in a bucket, which keeps versions by itself, and no backup has copies:`,
      ...named,
      ...(lost.length > NAMED ? [`  and ${lost.length - NAMED} more`] : []),
      `The database is as it was. Take another backup, bring them there (npm run storage:move), or restore the database alone: npm run restore -- ${name} --without-files`,
    ].join('\n'),
  );
}
