import { whyNotApart } from '../../files-move/places-apart';
import { type MoveReport } from '../../move/report';
import { movedTables } from '../../move/move-desk';
import { type MovePlan, planMove } from '../../move/plan';
import { isSamePlace } from '../../move/same-place';
import { RefusedError } from '../operator';
import type { CarryOptions } from './carry-desk';
import type { LiftJournal } from './lift-journal';

/** What there is to bring, and once it was brought, the report of it. */
export interface Carriage {
  /** Null where both places have the same database, or an earlier run has brought it. */
  database: MovePlan | null;
  /** Whether there are files to be brought. */
  files: boolean;
  report?: MoveReport;
}

/** @throws RefusedError with all that would stop it; nothing was written */
export async function planCarriage(options: CarryOptions, journal: LiftJournal | null): Promise<Carriage> {
  const { from, to, mask, restart, repair } = options;
  const databases = [from.config.database, to.config.database] as const;
  const isBrought = journal?.isDone('database') ?? false;
  const movesRows = !isBrought && !(await isSamePlace(...databases));
  const files = !mask && whyNotApart(from.config.storage, to.config.storage) === null;
  if (!movesRows && !isBrought && !files)
    throw new RefusedError(
      'Both places have the same database and the same storage: there is nothing to bring',
    );
  if (!movesRows) return { database: null, files };
  const plan = await planMove(
    { from: databases[0], to: databases[1], mask, restart, repair },
    await movedTables(),
  );
  if (plan.obstacles.length > 0)
    throw new RefusedError(
      ['Nothing was moved, and nothing written:', ...plan.obstacles.map((one) => `  - ${one}`)].join('\n'),
    );
  return { database: plan, files };
}
