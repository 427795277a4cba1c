import type { DataSource } from 'typeorm';
import { assertNoDemoAccounts } from '../../auth/demo-accounts';
import { StartupError } from '../../common/startup-error';
import { isStrict } from '../../config/config';
import { assertMigrated } from '../../database/migration-state';
import { openDatabase } from '../../database/open-database';
import { readMaintenance } from '../../maintenance-mode/maintenance-switch';
import { assertNotHalfMoved } from '../../move/half-moved';
import type { MoveReport } from '../../move/report';
import { InterruptedError, RefusedError } from '../../common/operator-errors';
import { type Output } from '../operator';
import { patient } from '../with-database';
import type { CarryOptions } from './carry-options';
import { Carrying } from './carrying';
import { examine } from './examine';
import { type Journey, LiftJournal, holdJournals } from './lift-journal';
import { type Carriage, planCarriage } from './plan-carriage';
import { assertThere, describeSide } from './side';
import { stopWrites, takeWrites } from './source-maintenance';
import { inLiftsWords } from './failures';

/** What became of it. */
export interface Carried {
  /** What came of each step, those of earlier runs too. */
  steps: Readonly<Record<string, string>>;
  /** Of the rows, where this run has brought them. */
  report?: MoveReport | undefined;
  /** Files that the source had lost itself, and that did not come along. */
  missing: number;
  /** Whether the source takes writes. */
  takesWrites: boolean;
}

export interface Outcome {
  carriage: Carriage;
  /** Null after a dry run. */
  carried: Carried | null;
}

/**
 * Brings a desk from one place to another, in the order in which nothing can be lost: both are looked at, the source stops
 * taking writes, is backed up, its rows and then its files are brought and proven. Each step that is done stays done; the
 * source is left as it was, in maintenance, unless nothing has reached the target, or what did was masked.
 * @throws RefusedError before anything is written; later OperatorErrors that say what state things are in
 */
export async function carryDesk(
  options: CarryOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Outcome> {
  const { from, to, mask, reports, restart, dryRun } = options;
  assertThere(from);
  await examine('source', from, options.skip, output);
  await examine('target', to, options.skip, output);
  assertGoingOn(signal);
  const source = await openDatabase(patient(from.config.database));
  try {
    await assertNotHalfMoved(source);
    await assertMigrated(source);
    await assertMayServe(source, options);
    const journey: Journey = { from: describeSide(from), to: describeSide(to), mask };
    const known = LiftJournal.find(reports, journey);
    const since = (await readMaintenance(source))?.since;
    const goesOn = known !== null && known.since === since && !restart;
    const earlier = { journal: goesOn ? known : null, outdated: goesOn ? null : known };
    const carriage = await planCarriage(options, source, earlier, signal);
    assertGoingOn(signal);
    if (dryRun) return { carriage, carried: null };
    const lock = holdJournals(reports);
    try {
      const resumes = carriage.database?.resumes ?? false;
      const journal = await stopWrites(source, { ...options, journey, earlier, resumes, output, signal });
      const carrying = new Carrying(options, source, journal, output, signal);
      const course = { source, journal, options, output };
      return { carriage, carried: await carried(carrying, carriage, course) };
    } finally {
      lock.release();
    }
  } finally {
    await source.destroy();
  }
}

interface Course {
  source: DataSource;
  journal: LiftJournal;
  options: CarryOptions;
  output: Output;
}

async function carried(carrying: Carrying, carriage: Carriage, course: Course): Promise<Carried> {
  const { source, journal, options, output } = course;
  try {
    // Where this fails, too, the source is not left without a word in maintenance.
    journal.keep();
    await carrying.run(carriage);
  } catch (error) {
    throw await inLiftsWords(error, { source, journal, place: options.from.name, output });
  }
  const { done: steps, lost } = journal;
  const takesWrites = options.mask && (await takeWrites(source, journal));
  return { steps, report: carrying.report, missing: lost.length, takesWrites };
}

function assertGoingOn(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError('Interrupted: nothing was written');
}

/** What the new place would not start on is better known now. @throws RefusedError */
async function assertMayServe(source: DataSource, { to, mask }: CarryOptions): Promise<void> {
  if (mask || !isStrict(to.config.app.NODE_ENV)) return;
  try {
    await assertNoDemoAccounts(source);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new RefusedError(`${to.name} would not start with this desk: ${error.message}`, { cause: error });
  }
}
