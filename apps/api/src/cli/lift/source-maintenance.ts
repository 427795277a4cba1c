import type { DataSource } from 'typeorm';
import type { Maintenance } from '../../database/maintenance';
import { beginMaintenance, endMaintenance, readMaintenance } from '../../maintenance-mode/maintenance-switch';
import { waitingFor } from '../maintenance-words';
import { InterruptedError } from '../../common/operator-errors';
import { type Output } from '../operator';
import { type Earlier, type Journey, LiftJournal } from './lift-journal';

interface Options {
  journey: Journey;
  earlier: Earlier;
  /** The target is half moved. */
  resumes: boolean;
  /** The folder of journals. */
  reports: string;
  message: string;
  output: Output;
  signal: AbortSignal;
}

/**
 * From here on the source takes no writes, and has all that was acknowledged. What an operator has switched on stays theirs:
 * its words are left as they are.
 * @returns the journal of the earlier run where its maintenance still lasts, or a new one
 * @throws InterruptedError, and whatever the switch throws; the source is as it was before then
 */
export async function stopWrites(source: DataSource, options: Options): Promise<LiftJournal> {
  const { journey, reports, resumes, output } = options;
  const { journal, outdated } = options.earlier;
  const before = await readMaintenance(source);
  await begin(source, before, options);
  const since = (await readMaintenance(source))?.since ?? 0;
  output.line('The source is in maintenance: it is read, and takes no writes');
  if (journal?.since === since) return journal;
  const isOurs = before === null || (outdated?.since === since && outdated.isOurs);
  return LiftJournal.begin(reports, journey, { since, isOurs, hasReached: resumes });
}

/** Done again it is safe: a killed run may not have waited for the last writers. */
async function begin(source: DataSource, before: Maintenance | null, options: Options): Promise<void> {
  const { output, signal } = options;
  try {
    await beginMaintenance(source, {
      message: before === null ? options.message : (before.message ?? undefined),
      until: before?.until ?? undefined,
      onMail: (mails) => output.line(waitingFor(mails)),
      signal,
    });
  } catch (error) {
    if (before === null) await endMaintenance(source);
    if (!signal.aborted) throw error;
    const state = before === null ? 'takes writes again' : 'is in maintenance as it was before';
    throw new InterruptedError(`Interrupted before anything was done: the source ${state}`, { cause: error });
  }
}

/** Whether the maintenance of the journey has lasted until now. */
export async function isStopped(source: DataSource, { since }: LiftJournal): Promise<boolean> {
  return (await readMaintenance(source))?.since === since;
}

/**
 * What was begun for this journey ends, and with it the journey. What an operator has begun stays, also where that was meanwhile.
 * @returns whether the source takes writes
 */
export async function takeWrites(source: DataSource, journal: LiftJournal): Promise<boolean> {
  if (journal.isOurs) {
    if (await isStopped(source, journal)) await endMaintenance(source);
    journal.remove();
  }
  return (await readMaintenance(source)) === null;
}
