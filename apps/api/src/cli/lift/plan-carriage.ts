import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { buildVersion } from '../../common/build-version';
import { AttachmentSource } from '../../files-move/attachment-source';
import { isSameStorage } from '../../files-move/places-apart';
import { planStorageMove, type StorageMovePlan } from '../../files-move/storage-move';
import { movedTables } from '../../move/move-desk';
import { type MovePlan, planMove } from '../../move/plan';
import { isSamePlace } from '../../move/same-place';
import { describeDatabase } from '../../transfer/places';
import { CheckFailedError } from '../doctor/check';
import { assertCanProve } from '../doctor/checks/backup.check';
import { RefusedError } from '../../common/operator-errors';
import { assertStillThere, provenSince } from './arrived-rows';
import type { CarryOptions } from './carry-options';
import type { Earlier } from './lift-journal';
import { assertAllowed } from './lost-files';

/** What there is to bring. */
export interface Carriage {
  /** False where both places have the same database. */
  bringsRows: boolean;
  /** False where both places have the same storage, where files stay behind, and where there are none. */
  bringsFiles: boolean;
  /** Null where no rows are brought, or an earlier run has done it. */
  database: MovePlan | null;
  /** Null where no files are brought, or an earlier run has done it. */
  files: StorageMovePlan | null;
}

/** Looks at all that is to come. @throws RefusedError, DifferenceError with all that would stop it; nothing was written */
export async function planCarriage(
  options: CarryOptions,
  source: DataSource,
  earlier: Earlier,
  signal: AbortSignal,
): Promise<Carriage> {
  const { from, to, mask, backup } = options;
  const { done } = earlier.journal ?? { done: {} };
  const bringsRows = !(await isSamePlace(from.config.database, to.config.database));
  const bringsFiles = !mask && !isSameStorage(from.config.storage, to.config.storage);
  if (!bringsRows && !bringsFiles)
    throw new RefusedError(
      mask
        ? 'Both places have the same database, and files are not brought with --mask: there is nothing to bring'
        : 'Both places have the same database and the same storage: there is nothing to bring',
    );
  const database = bringsRows && !('database' in done) ? await planRows(options, earlier, signal) : null;
  if ('database' in done)
    await assertStillThere(source, to.config.database, describeDatabase(to.config.database));
  const hasFiles = bringsFiles && (await mayHaveFiles(options, source));
  const files = hasFiles && !('files' in done) ? await planFiles(options, source) : null;
  if (backup && !('backup' in done)) await assertBackupCanBeMade(options);
  return { bringsRows, bringsFiles: hasFiles, database, files };
}

/** @returns null where they are there, and an earlier run was killed before it could write that down */
async function planRows(
  options: CarryOptions,
  earlier: Earlier,
  signal: AbortSignal,
): Promise<MovePlan | null> {
  const { from, to, mask, restart, repair, reports } = options;
  const plan = await planMove(
    { from: from.config.database, to: to.config.database, mask, restart, repair, signal },
    await movedTables(),
  );
  const { journal } = earlier;
  if (plan.obstacles.length > 0 && !plan.resumes && journal?.hasReached) {
    const words = provenSince(reports, plan, journal.since);
    if (words !== null) {
      journal.learnDone('database', words);
      return null;
    }
  }
  const obstacles = [...plan.obstacles, ...obstaclesOf(plan, options, earlier)];
  if (obstacles.length > 0)
    throw new RefusedError(
      ['Nothing was moved, and nothing written:', ...obstacles.map((one) => `  - ${one}`)].join('\n'),
    );
  return plan;
}

/** Of an earlier attempt, what the target alone does not tell. */
function obstaclesOf(plan: MovePlan, { restart }: CarryOptions, { journal, outdated }: Earlier): string[] {
  if (plan.resumes && !restart && journal?.hasReached !== true)
    return [
      'The target is half moved, and since then the source may have taken writes: begin anew with --restart, which empties the target',
    ];
  if (plan.obstacles.length > 0 && outdated !== null && 'database' in outdated.done)
    return [
      'An earlier run had brought the desk there, and since then the source may have taken writes: if nobody uses the target, empty it and run this again',
    ];
  return [];
}

/** A desk that was never asked to keep a file may not even have a folder for them. */
async function mayHaveFiles({ from }: CarryOptions, source: DataSource): Promise<boolean> {
  const { storage } = from.config;
  if (storage.type === 's3' || existsSync(join(storage.uploadDir, '.liftdesk-storage'))) return true;
  return (await new AttachmentSource(source).totals()).files > 0;
}

async function planFiles(options: CarryOptions, source: DataSource): Promise<StorageMovePlan> {
  const { from, to, reports, allowMissing } = options;
  const plan = await planStorageMove({
    ...{ from: from.config.storage, to: to.config.storage, reports, version: buildVersion() },
    attachments: new AttachmentSource(source),
  });
  if (plan.obstacles.length > 0) throw new RefusedError(`${plan.obstacles.join('\n')}. Nothing was written`);
  assertAllowed(plan, allowMissing, 'Nothing was written');
  return plan;
}

/** SQLite needs nothing for it. */
async function assertBackupCanBeMade({ from: { config } }: CarryOptions): Promise<void> {
  if (config.database.type === 'sqlite') return;
  try {
    await assertCanProve(config.database, config.backup);
  } catch (error) {
    if (!(error instanceof CheckFailedError)) throw error;
    const { cause, fix } = error.reason;
    throw new RefusedError(
      `No backup of the source could be made: ${error.message}: ${cause}. Nothing was written. ${fix}; --no-backup goes without one`,
      { cause: error },
    );
  }
}
