import type { FilesReport } from '../../files-move/move-files';
import { DifferenceError } from '../../common/operator-errors';
import { differencesOf } from '../storage-move';

/** More are not listed by name, so nobody can have looked at them. */
export const MOST_MISSING = 10_000;

/**
 * Files that the source has lost itself are its operator's to judge; whatever else did not arrive is a failure.
 * @param state what was done until now
 * @throws DifferenceError that lists them, and says how to go on
 */
export function assertAllowed(files: Pick<FilesReport, 'differences'>, allowed: number, state: string): void {
  const { count, first } = files.differences;
  if (count === 0) return;
  const ofSource = first.every(({ where }) => where === 'source');
  if (ofSource && count <= Math.min(allowed, MOST_MISSING)) return;
  throw new DifferenceError(
    [
      ...differencesOf(ofSource ? 'Files that the source has lost' : 'Files that did not arrive', files),
      ...(ofSource
        ? [
            'Bring them back from a copy at the source (npm run storage:verify -- --mend-from <place>),',
            `or go on without them, which loses nothing that is there: --allow-missing ${count}`,
          ]
        : []),
      state,
    ].join('\n'),
  );
}
