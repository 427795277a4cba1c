import type { FileStorage } from '@liftdesk/storage';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { type DeskDigest } from '../transfer/digest';
import type { TableShape } from '../transfer/tables';
import { type Artefact, storeArtefact } from './artefact';
import { openAttachments } from './attachment-store';
import { DamagedBackupError, NOTHING_COUNTS } from './backup.errors';
import type { DeskSnapshot } from './desk-snapshot';
import type { ListedFile } from './file-list';
import { type KeptFiles, keepFiles } from './keep-files';
import { manifestKey } from './manifest';
import type { Phases } from './phases';
import { Pool } from './pool';
import { proveDatabase } from './proof';
import { proveFiles } from './prove-files';
import { restoreToScratch } from './scratch';

/** One backup on its way. */
export interface BackupRun {
  name: string;
  config: Config;
  place: FileStorage;
  /** For what is made and thrown away. */
  folder: string;
  phases: Phases;
}

/** What is dumped and what is hashed are of one instant, so that both go on at once. */
export function storeDatabase(
  { name, config, place, phases }: BackupRun,
  snapshot: DeskSnapshot,
): Promise<[Artefact, DeskDigest | undefined]> {
  const { encryptionKey } = config.backup;
  const [key, compression] =
    snapshot.engine === 'sqlite' ? [`${name}.sqlite`, 'gzip' as const] : [`${name}.pgdump`, 'none' as const];
  return phases.run('store', 'Stored the database', async () => {
    const digest = snapshot.digest(phases.signal);
    // Its failure is met below, when nothing reads the snapshot any more.
    digest.catch(() => undefined);
    const source = phases.interruptible(snapshot.dump());
    return [await storeArtefact(place, key, source, { compression, encryptionKey }), await digest];
  });
}

/** Attachments of a folder are copied; a bucket keeps versions of its own by itself. */
export function storeFiles(run: BackupRun, snapshot: DeskSnapshot): Promise<KeptFiles> {
  const { name, config, place, phases } = run;
  const { encryptionKey } = config.backup;
  return phases.run('files', 'Looked at every attachment', async () => {
    const pool = config.storage.type === 'local' ? await Pool.open(place, encryptionKey) : undefined;
    const open = () => openAttachments(config.storage);
    return keepFiles({ snapshot, place, open, pool, name, signal: phases.signal });
  });
}

/** Restores what was stored and looks at all of it. @returns what the tables hold */
export function prove(
  { config, place, folder, phases }: BackupRun,
  artefact: Artefact,
  tables: readonly TableShape[],
  expected: DeskDigest | undefined,
): Promise<DeskDigest> {
  const { backup, database } = config;
  return phases.run('prove', 'Restored it and compared every table', async () => {
    const { signal } = phases;
    const scratch = await restoreToScratch({ place, artefact, config: backup, database, folder, signal });
    try {
      return await proveDatabase(scratch.database, tables, expected, signal);
    } catch (error) {
      // A file came back as it was copied, byte for byte.
      if (!(error instanceof DamagedBackupError) || database.type !== 'sqlite') throw error;
      throw new StartupError(
        `${error.what}. The database ${database.path} itself is damaged: keep a copy of the file, and mend it (REINDEX where an index is wrong) or restore the newest backup. ${NOTHING_COUNTS}`,
        { cause: error },
      );
    } finally {
      await scratch.drop();
    }
  });
}

/** @returns those of the sample that are not what their row says */
export function proveSample({ config, place, phases }: BackupRun, kept: KeptFiles): Promise<ListedFile[]> {
  const { files, sample } = kept;
  const { encryptionKey } = config.backup;
  const open = () => openAttachments(config.storage);
  return phases.run('proveFiles', `Fetched and hashed ${sample.length} attachments`, () =>
    proveFiles({ manifest: { files: { ...files, sample: [] } }, sample, place, open, encryptionKey }),
  );
}

/** What was stored of a backup that failed. What cannot be removed has no manifest, and is removed in two days. */
export async function discard({ name, place }: BackupRun): Promise<void> {
  try {
    // The manifest first: whether it was stored is not known where no answer came.
    await place.delete(manifestKey(name));
    for await (const { key } of place.list(`${name}.`)) await place.delete(key);
  } catch {
    // Why the backup failed is what is told; it may well be the same.
  }
}
