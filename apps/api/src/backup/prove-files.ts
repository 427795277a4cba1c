import { type FileStorage, StorageDamagedError, StorageNotFoundError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { StartupError } from '../common/startup-error';
import { BackupKeyError, DamagedBackupError } from './backup.errors';
import type { ListedFile } from './file-list';
import { inOrder } from './in-order';
import type { Manifest } from './manifest';
import { copyToPool, readPoolFile } from './pool';

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
 * Fetches a sample of attachments from where a restored desk would have them, and hashes each. What is damaged in the pool is
 * copied anew, and never removed: older backups need it too.
 * @returns those that are not what their row says, and are not to be had again
 * @throws StartupError where the pool had damaged ones that were copied anew: a disk that does so is to be looked at
 */
export async function proveFiles(options: ProveFilesOptions): Promise<ListedFile[]> {
  const { manifest, sample } = options;
  const prove = manifest.files.where === 'pool' ? proveInPool : proveInStore;
  const problems: ListedFile[] = [];
  let mended = 0;
  for await (const found of inOrder(sample, AT_ONCE, (file) => prove(options, file)))
    if (found === 'mended') mended += 1;
    else if (found.problem !== undefined) problems.push(found);
  if (mended === 0) return problems;
  throw new StartupError(
    `${mended} of ${sample.length} attachments were damaged where backups are kept. They were copied there anew: make the backup again, and have the disk looked at`,
  );
}

async function proveInPool(options: ProveFilesOptions, file: ListedFile): Promise<ListedFile | 'mended'> {
  const { manifest, place, open, encryptionKey } = options;
  try {
    for await (const _ of readPoolFile(place, manifest, file, encryptionKey));
    return file;
  } catch (error) {
    if (!isDamage(error)) throw error;
    const kept = await copyToPool(
      { place, suffix: manifest.files.suffix, encryptionKey },
      file,
      await open(),
    );
    return kept === 'added' ? 'mended' : { ...file, problem: kept };
  }
}

/** Another key is damage too: those that the key made are found by its fingerprint in their name. */
const isDamage = (error: unknown): boolean =>
  [DamagedBackupError, BackupKeyError, StorageNotFoundError, StorageDamagedError].some(
    (kind) => error instanceof kind,
  );

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
