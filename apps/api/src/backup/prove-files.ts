import { type FileStorage, StorageNotFoundError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { StartupError } from '../common/startup-error';
import { DamagedBackupError } from './backup.errors';
import type { ListedFile } from './file-list';
import { inOrder } from './in-order';
import type { Manifest } from './manifest';
import { poolKey, readPoolFile } from './pool';

const AT_ONCE = 4;

export interface ProveFilesOptions {
  manifest: Pick<Manifest, 'files'>;
  sample: readonly ListedFile[];
  place: FileStorage;
  /** Where attachments are. */
  open: () => Promise<FileStorage>;
  encryptionKey: string | undefined;
}

/**
 * Fetches a sample of attachments from where a restored desk would have them, and hashes each.
 * @returns those that are not what their row says, of a store that backups do not copy
 * @throws StartupError where the pool has damaged ones; those are removed from it, and the next backup copies them again
 */
export async function proveFiles(options: ProveFilesOptions): Promise<ListedFile[]> {
  const { manifest, sample } = options;
  const prove = manifest.files.where === 'pool' ? proveInPool : proveInStore;
  const problems: ListedFile[] = [];
  for await (const found of inOrder(sample, AT_ONCE, (file) => prove(options, file)))
    if (found.problem !== undefined) problems.push(found);
  if (manifest.files.where === 'store' || problems.length === 0) return problems;
  throw new StartupError(
    `${problems.length} of ${sample.length} attachments were damaged where backups are kept. They were removed there: make the backup again, which copies them anew, and have the disk looked at`,
  );
}

async function proveInPool(
  { manifest, place, encryptionKey }: ProveFilesOptions,
  file: ListedFile,
): Promise<ListedFile> {
  try {
    for await (const _ of readPoolFile(place, manifest, file, encryptionKey));
    return file;
  } catch (error) {
    if (!(error instanceof DamagedBackupError || error instanceof StorageNotFoundError)) throw error;
    await place.delete(poolKey(file.sha256, manifest.files.suffix));
    return { ...file, problem: 'different' };
  }
}

async function proveInStore({ open }: ProveFilesOptions, file: ListedFile): Promise<ListedFile> {
  try {
    const storage = await open();
    const { stream } = await storage.get(file.storageKey);
    const hash = createHash('sha256');
    for await (const chunk of stream) hash.update(chunk as Buffer);
    return hash.digest('hex') === file.sha256 ? file : { ...file, problem: 'different' };
  } catch (error) {
    if (!(error instanceof StorageNotFoundError)) throw error;
    return { ...file, problem: 'missing' };
  }
}
