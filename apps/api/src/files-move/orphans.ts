import { StorageNotFoundError } from '@liftdesk/storage';
import { ATTACHMENT_PREFIX } from '../attachments/storage-key';
import type { AttachmentSource } from './attachment-source';
import { Listed } from './differences';
import { at, type FilePlace } from './file-place';

/** Objects that no row speaks of. Only orphans are ever removed, and they too when an operator says so. */
export interface StrayObjects {
  /** Written down as begun, or as to be removed: the server's sweeper sees to them. */
  noted: number;
  /** Younger than a day: their upload may still be under way, on a server whose database is another one. */
  young: number;
  /** Not named as a desk names its files: somebody else's. */
  foreign: Listed<string>;
  /** A desk's files, which this database does not know. They may be another desk's, or of a time before a restore. */
  orphans: Listed<string>;
}

const DAY_MS = 24 * 3600_000;
const BATCH = 200;
/** As newStorageKey() makes them. */
const OURS = /^attachments\/[0-9a-f]{32}\.[a-z0-9]+$/;

interface StoredOne {
  key: string;
  lastModified: Date;
}

/** Looks at every object under the desk's own prefix; those of other desks in the bucket lie elsewhere. */
export async function findStrayObjects(
  attachments: AttachmentSource,
  place: FilePlace,
  now = Date.now(),
): Promise<StrayObjects> {
  const strays: StrayObjects = { noted: 0, young: 0, foreign: new Listed(), orphans: new Listed() };
  const sort = async (objects: readonly StoredOne[]): Promise<void> => {
    const { files, notes } = await attachments.known(objects.map(({ key }) => key));
    for (const { key, lastModified } of objects) {
      if (files.has(key)) continue;
      if (notes.has(key)) strays.noted += 1;
      else if (!(await exists(place, key))) continue;
      else if (!OURS.test(key)) strays.foreign.add(key);
      else if (now - lastModified.getTime() < DAY_MS) strays.young += 1;
      else strays.orphans.add(key);
    }
  };
  let batch: StoredOne[] = [];
  await at(place, async () => {
    for await (const object of place.storage.list(ATTACHMENT_PREFIX)) {
      if (batch.push(object) < BATCH) continue;
      await sort(batch);
      batch = [];
    }
  });
  await sort(batch);
  return strays;
}

/** Removes those listed, each only if the database still says nothing of it. @returns what was removed */
export async function removeOrphans(
  attachments: AttachmentSource,
  place: FilePlace,
  { orphans }: StrayObjects,
): Promise<string[]> {
  const removed: string[] = [];
  for (const key of orphans.first) {
    const { files, notes } = await attachments.known([key]);
    if (files.has(key) || notes.has(key)) continue;
    await at(place, () => place.storage.delete(key));
    removed.push(key);
  }
  return removed;
}

async function exists(place: FilePlace, key: string): Promise<boolean> {
  try {
    await at(place, () => place.storage.stat(key));
    return true;
  } catch (error) {
    if (error instanceof StorageNotFoundError) return false;
    throw error;
  }
}
