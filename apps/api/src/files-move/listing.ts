import { StorageKeyError, StorageNotFoundError } from '@liftdesk/storage';
import { SeenKeys } from '../attachments/seen-keys';
import { ATTACHMENT_PREFIX } from '../attachments/storage-key';
import type { FileRow } from './attachment-source';
import { at, type FilePlace } from './file-place';
import type { Flaw } from './proven-bytes';

/** What a place has by its own list: keys and sizes, in 8 bytes each. */
export class Listing {
  private readonly seen = new SeenKeys();

  static async of(place: FilePlace): Promise<Listing> {
    const listing = new Listing();
    await at(place, async () => {
      for await (const { key, size } of place.storage.list(ATTACHMENT_PREFIX)) listing.add({ key, size });
    });
    return listing;
  }

  add({ key, size }: Pick<FileRow, 'key' | 'size'>): void {
    this.seen.add(`${size} ${key}`);
  }

  /** Whether an object of this key and size is there. */
  has({ key, size }: Pick<FileRow, 'key' | 'size'>): boolean {
    return this.seen.has(`${size} ${key}`);
  }
}

/** What a place says of a file's object without reading it; null where it has the right size. */
export async function flawOf(place: FilePlace, { key, size }: FileRow): Promise<Flaw | null> {
  try {
    const found = await at(place, () => place.storage.stat(key));
    return found.size === size ? null : 'wrong size';
  } catch (error) {
    if (error instanceof StorageNotFoundError) return 'missing';
    if (error instanceof StorageKeyError) return 'impossible key';
    throw error;
  }
}
