import type { DataSource } from 'typeorm';
import { beginMaintenance, endMaintenance, readMaintenance } from '../../maintenance-mode/maintenance-switch';
import { waitingFor } from '../maintenance-words';
import type { Output } from '../operator';
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
}

/**
 * From here on the source takes no writes, and has all that was acknowledged. What an operator has switched on stays theirs:
 * its words are left as they are.
 * @returns the journal of the earlier run where its maintenance still lasts, or a new one
 */
export async function stopWrites(source: DataSource, options: Options): Promise<LiftJournal> {
  const { journey, reports, resumes, output } = options;
  const { journal, outdated } = options.earlier;
  const before = await readMaintenance(source);
  // Done again it is safe: a killed run may not have waited for the last writers.
  await beginMaintenance(source, {
    message: before === null ? options.message : (before.message ?? undefined),
    until: before?.until ?? undefined,
    onMail: (mails) => output.line(waitingFor(mails)),
  });
  const since = (await readMaintenance(source))?.since ?? 0;
  output.line('The source is in maintenance: it is read, and takes no writes');
  if (journal?.since === since) return journal;
  const isOurs = before === null || (outdated?.since === since && outdated.isOurs);
  return LiftJournal.begin(reports, journey, { since, isOurs, hasReached: resumes });
}

/** What was begun for this journey ends, and with it the journey. @returns false where an operator had begun it */
export async function takeWrites(source: DataSource, journal: LiftJournal): Promise<boolean> {
  if (!journal.isOurs) return false;
  await endMaintenance(source);
  journal.remove();
  return true;
}
