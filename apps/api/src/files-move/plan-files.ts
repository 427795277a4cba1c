import type { FileStorage } from '@liftdesk/storage';
import type { AttachmentSource, FileTotals } from './attachment-source';
import { differenceOf, type FileDifference, Listed } from './differences';
import { flawOf, Listing } from './listing';
import { add, none } from './move-files';
import { FlawedFileError } from './proven-bytes';

/** What a move would do, by keys and sizes: no object is read for it, and nothing written. */
export interface FilesPlan {
  total: FileTotals;
  /** In the target with the right size. The move reads them back. */
  there: FileTotals;
  toCopy: FileTotals;
  /** Files that could not be brought: the source has none of them, or one of another size. */
  differences: Listed<FileDifference>;
}

/**
 * @param to null where the target is not made yet
 * @throws PlaceUnavailableError
 */
export async function planFiles(
  attachments: AttachmentSource,
  from: FileStorage,
  to: FileStorage | null,
): Promise<FilesPlan> {
  const source = { role: 'source', storage: from } as const;
  const inSource = await Listing.of(source);
  const inTarget = to ? await Listing.of({ role: 'target', storage: to }) : new Listing();
  const plan: FilesPlan = { total: none(), there: none(), toCopy: none(), differences: new Listed() };
  for await (const row of attachments.rows()) {
    add(plan.total, row);
    if (inTarget.has(row)) {
      add(plan.there, row);
      continue;
    }
    const flaw = inSource.has(row) ? null : await flawOf(source, row);
    if (flaw === null) add(plan.toCopy, row);
    else plan.differences.add(differenceOf(row, new FlawedFileError('source', flaw)));
  }
  return plan;
}
