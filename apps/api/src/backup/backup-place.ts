import {
  createFileStorage,
  type FileStorage,
  StorageNotFoundError,
  StorageUnavailableError,
} from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { StartupError } from '../common/startup-error';
import type { BackupConfig } from '../config/backup.schema';
import { inOrder } from './in-order';
import { type Manifest, nameOfManifest, readManifest } from './manifest';

const READ_AT_ONCE = 8;
/** So far the clocks of two machines may differ, and no further. */
const CLOCKS_DIFFER_MS = 3_600_000;

/** Backups of a place, newest first, and those whose manifest cannot be believed. */
export interface Listing {
  manifests: Manifest[];
  damaged: { name: string; problem: string }[];
}

/**
 * Where backups are kept: the folder, which is made if need be, or the bucket under its prefix. Keys within it:
 * `database_backup_20261126_040000.manifest.json` and its neighbours, and `files/…` of the pool.
 * @param existing a folder must have been one already, and is not written into
 * @throws StorageUnavailableError where the folder cannot be made or written, or is not there
 */
export async function openBackupPlace(config: BackupConfig, { existing = false } = {}): Promise<FileStorage> {
  if (existing && !isThere(config))
    throw new StorageUnavailableError(
      `The ${describePlace(config)} is not there: no backup was ever made in it, or its disk is not mounted`,
    );
  // Nobody is given a link to a backup: what would sign one is forgotten with the process.
  return createFileStorage({ ...config.place, signingSecret: randomBytes(32) }, { existing });
}

/** Whether there is such a folder; of a bucket it is told by the first call. */
export const isThere = ({ place }: BackupConfig): boolean =>
  place.type === 's3' || existsSync(place.uploadDir);

/** In words, for operators. */
export const describePlace = ({ place }: BackupConfig): string =>
  place.type === 's3' ? `bucket ${place.bucket}` : `folder ${place.uploadDir}`;

/** @throws StorageUnavailableError */
export async function listBackups(place: FileStorage): Promise<Listing> {
  const names = await backupNames(place);
  const listing: Listing = { manifests: [], damaged: [] };
  for await (const { name, found } of inOrder(names, READ_AT_ONCE, (one) => attempt(place, one))) {
    if (found === undefined) continue;
    if (found instanceof StartupError) listing.damaged.push({ name, problem: found.message });
    else listing.manifests.push(found);
  }
  listing.manifests.sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  return listing;
}

/**
 * The newest backup that counts; undefined where there is none. Reads no more manifests than it must. What was proven after
 * now is left out: a clock was wrong, and it would hide for how long no other one was made.
 */
export async function newestBackup(place: FileStorage, now: number): Promise<Manifest | undefined> {
  for (const name of await backupNames(place)) {
    const { found } = await attempt(place, name);
    if (found === undefined || found instanceof StartupError) continue;
    if (Date.parse(found.provenAt) <= now + CLOCKS_DIFFER_MS) return found;
  }
  return undefined;
}

/** Those that have a manifest, the latest name first. */
async function backupNames(place: FileStorage): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of place.list('database_backup_')) {
    const name = nameOfManifest(key);
    if (name !== undefined) names.push(name);
  }
  return names.sort().reverse();
}

interface Attempt {
  name: string;
  /** Undefined where it was removed since it was listed. */
  found: Manifest | StartupError | undefined;
}

async function attempt(place: FileStorage, name: string): Promise<Attempt> {
  try {
    return { name, found: await readManifest(place, name) };
  } catch (error) {
    if (error instanceof StorageNotFoundError) return { name, found: undefined };
    if (error instanceof StartupError) return { name, found: error };
    throw error;
  }
}
