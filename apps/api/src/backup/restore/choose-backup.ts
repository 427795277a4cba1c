import { type FileStorage, StorageNotFoundError } from '@liftdesk/storage';
import { basename } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { type Listing, listBackups } from '../backup-place';
import { type Manifest, readManifest } from '../manifest';
import { listingLines } from '../words';

/** Which backup is meant: by its name, the newest, or the newest of a time. */
export interface Wanted {
  /** `latest`, a name, or that of one of its files. */
  name?: string;
  /** Milliseconds since 1970: the desk as it was then or, with the newest backup before it, shortly before. */
  at?: number;
}

/**
 * @param where the place, in words
 * @throws RefusedError where there is none such, with those that there are; DamagedBackupError
 */
export async function chooseBackup(place: FileStorage, where: string, wanted: Wanted): Promise<Manifest> {
  const { name, at } = wanted;
  if (name !== undefined && name !== 'latest')
    return named(place, where, basename(name).replace(/\..*$/s, ''));
  const listing = await listBackups(place);
  if (name === undefined && at === undefined)
    throw refused(
      'Which backup is to be restored? Give its name, latest, or --at with a time',
      where,
      listing,
    );
  const isMeant = (createdAt: string): boolean => at === undefined || Date.parse(createdAt) <= at;
  const chosen = listing.manifests.find(({ createdAt }) => isMeant(createdAt));
  if (chosen === undefined) throw refused('There is no backup of that time', where, listing);
  assertNoneNewerIsDamaged(listing, chosen, isMeant);
  return chosen;
}

async function named(place: FileStorage, where: string, name: string): Promise<Manifest> {
  try {
    return await readManifest(place, name);
  } catch (error) {
    if (!(error instanceof StorageNotFoundError)) throw error;
    throw refused(`There is no backup ${name}`, where, await listBackups(place), error);
  }
}

/** Nobody is given an older desk than he asked for without a word. */
function assertNoneNewerIsDamaged(
  { damaged }: Listing,
  chosen: Manifest,
  isMeant: (createdAt: string) => boolean,
): void {
  const newer = damaged.filter(({ name }) => name > chosen.name && isMeant(instantOf(name)));
  if (newer.length === 0) return;
  const problems = newer.map(({ problem }) => `  ${problem}`).join('\n');
  throw new RefusedError(
    `A newer backup than ${chosen.name} cannot be used:\n${problems}\nTo restore the older one, name it. Nothing was written`,
  );
}

/** Of a name, in ISO 8601. */
const instantOf = (name: string): string =>
  name.replace(/^\D+(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');

function refused(why: string, where: string, { manifests, damaged }: Listing, cause?: unknown): RefusedError {
  const lines = [...listingLines(manifests), ...damaged.map(({ problem }) => problem)];
  const there =
    lines.length === 0
      ? `There is no backup in the ${where}: npm run backup makes one`
      : [`In the ${where}:`, ...lines.map((line) => `  ${line}`)].join('\n');
  return new RefusedError(`${why}. Nothing was written. ${there}`, { cause });
}
