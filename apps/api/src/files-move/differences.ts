import type { FileRow } from './attachment-source';
import type { Role } from './file-place';
import type { Flaw, FlawedFileError } from './proven-bytes';

/** A file that is not what its row says. Its name is personal and is not among this. */
export interface FileDifference {
  attachment: string;
  /** Number of the ticket; null where the file waits for one. */
  ticket: number | null;
  key: string;
  where: Role;
  what: Flaw;
  /** Why it was not mended: what the other place has of it. */
  notMended?: Flaw;
}

/** Listed of what a list may hold without end. */
const LISTED = 10_000;

/** All are counted, the first of them are listed. */
export class Listed<T> {
  readonly first: T[] = [];
  count = 0;

  add(item: T): void {
    this.count += 1;
    if (this.first.length < LISTED) this.first.push(item);
  }
}

export const differenceOf = (
  { id, ticket, key }: FileRow,
  { role, flaw }: FlawedFileError,
): FileDifference => ({
  attachment: id,
  ticket,
  key,
  where: role,
  what: flaw,
});
