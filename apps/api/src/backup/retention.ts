import { type FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import type { BackupConfig } from '../config/backup.schema';
import { reasonOf } from '../files-move/file-place';
import { listBackups } from './backup-place';
import { readFileList } from './file-list';
import { type Manifest, manifestKey } from './manifest';
import { POOL, poolKey } from './pool';

const DAY_MS = 86_400_000;
/** What no manifest speaks of may belong to a backup that is being made. */
const UNDER_WAY_MS = 2 * DAY_MS;

/** What was removed, and what could not be; the names of backups and the keys of objects. */
export interface Removal {
  backups: string[];
  /** Of backups that came to no end. */
  leftovers: number;
  /** Attachments that no backup needs any more. */
  files: number;
  problems: string[];
}

export const noRemoval = (): Removal => ({ backups: [], leftovers: 0, files: 0, problems: [] });

/** Those that are too old, but for so many of the newest. @param manifests newest first */
export function outdated(
  manifests: readonly Manifest[],
  { retentionDays, keepAtLeast }: Pick<BackupConfig, 'retentionDays' | 'keepAtLeast'>,
  now: number,
): Manifest[] {
  return manifests
    .slice(keepAtLeast)
    .filter(({ createdAt }) => now - Date.parse(createdAt) > retentionDays * DAY_MS);
}

/**
 * Removes outdated backups, what killed runs left, and attachments that no backup needs any more. What fails is told, and the
 * rest is done; nothing is thrown for it, as the backup before it counts all the same.
 */
export async function cleanUp(place: FileStorage, config: BackupConfig, now = Date.now()): Promise<Removal> {
  const removal = noRemoval();
  try {
    await remove(place, config, now, removal);
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error;
    removal.problems.push(`What is outdated could not be looked for: ${reasonOf(error)}`);
  }
  return removal;
}

async function remove(
  place: FileStorage,
  config: BackupConfig,
  now: number,
  removal: Removal,
): Promise<void> {
  const { manifests, damaged } = await listBackups(place);
  const attempt = async (what: string, keys: readonly string[]): Promise<boolean> => {
    try {
      for (const key of keys) await place.delete(key);
      return true;
    } catch (error) {
      removal.problems.push(`${what} could not be removed: ${(error as Error).message}`);
      return false;
    }
  };
  const sizes = await sizesIn(place);
  const whole = manifests.filter((manifest) => {
    const lost = lostOf(manifest, sizes);
    for (const key of lost)
      removal.problems.push(`${key} is missing or was cut: ${manifest.name} cannot be restored, look at it`);
    return lost.length === 0;
  });
  for (const manifest of outdated(whole, config, now))
    // The manifest first: from then on it does not count, whatever else is left of it.
    if (await attempt(manifest.name, objectsOf(manifest))) removal.backups.push(manifest.name);
  const kept = manifests.filter(({ name }) => !removal.backups.includes(name));
  const known = new Set([...kept.flatMap(objectsOf), ...damaged.map(({ name }) => manifestKey(name))]);
  const needed = await neededFiles(place, kept, removal);
  // Whether a damaged one needs something cannot be known: a person looks at it first.
  const mayEmptyPool = needed !== undefined && damaged.length === 0;
  for await (const { key, lastModified } of place.list('')) {
    if (now - lastModified.getTime() < UNDER_WAY_MS) continue;
    if (key.startsWith(POOL)) {
      if (mayEmptyPool && !needed.has(key) && (await attempt(key, [key]))) removal.files += 1;
    } else if (isLeftover(key, known, damaged) && (await attempt(key, [key]))) removal.leftovers += 1;
  }
  await place.sweepInterrupted(new Date(now - UNDER_WAY_MS));
}

const objectsOf = ({ name, database, files }: Manifest): string[] => [
  manifestKey(name),
  database.key,
  files.list.key,
];

/** Of what backups are made of, but for the pool; by key. */
async function sizesIn(place: FileStorage): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of place.list('database_backup_')) sizes.set(key, size);
  return sizes;
}

/** Somebody else may have removed what a backup is made of, by its size perhaps: then it is none of the newest that stay. */
const lostOf = ({ database, files }: Manifest, sizes: ReadonlyMap<string, number>): string[] =>
  [database, files.list].filter(({ key, bytes }) => sizes.get(key) !== bytes).map(({ key }) => key);

/** Of ours, and no part of a backup that counts, or that only seems damaged. */
function isLeftover(key: string, known: ReadonlySet<string>, damaged: readonly { name: string }[]): boolean {
  const isOurs = /^database_backup_\d{8}_\d{6}\./.test(key);
  return isOurs && !known.has(key) && !damaged.some(({ name }) => key.startsWith(`${name}.`));
}

/** Keys of the pool that backups need; undefined where the list of one cannot be read: then nothing is removed. */
async function neededFiles(
  place: FileStorage,
  manifests: readonly Manifest[],
  removal: Removal,
): Promise<Set<string> | undefined> {
  const needed = new Set<string>();
  for (const manifest of manifests) {
    if (manifest.files.where !== 'pool') continue;
    try {
      for await (const { sha256 } of readFileList(place, manifest))
        needed.add(poolKey(sha256, manifest.files.suffix));
    } catch (error) {
      removal.problems.push(
        `Attachments that no backup needs were left: the list of ${manifest.name} cannot be read (${(error as Error).message})`,
      );
      return undefined;
    }
  }
  return needed;
}
