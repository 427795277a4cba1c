import type { DataSource } from 'typeorm';
import { StartupError } from '../../common/startup-error';
import { RefusedError } from '../../common/operator-errors';
import { type Output } from '../operator';
import type { LiftJournal } from './lift-journal';
import { isStopped, takeWrites } from './source-maintenance';

interface Broken {
  source: DataSource;
  journal: LiftJournal;
  /** The name of the source. */
  place: string;
  output: Output;
}

/**
 * A failure on the way, with what state things are in and what to do. Where nothing has reached the target the source takes
 * writes again, if it was this command that had stopped them.
 */
export async function inLiftsWords(error: unknown, broken: Broken): Promise<unknown> {
  const { journal, output } = broken;
  const state = journal.hasReached ? await stopped(broken) : await released(broken);
  if (!(error instanceof StartupError)) {
    // It is shown with its stack, which has its first words.
    output.line(state);
    return error;
  }
  error.message = `${error.message}\n${state}`;
  const { details } = error as { details?: object };
  const steps = { ...details, steps: journal.done };
  // What is refused only now is not refused before anything was written.
  if (error instanceof RefusedError && journal.hasReached)
    return Object.assign(new StartupError(error.message, { cause: error }), { details: steps });
  return Object.assign(error, { details: steps });
}

async function stopped({ source, journal, place }: Broken): Promise<string> {
  // What cannot be asked is as it was left.
  if (!(await isStopped(source, journal).catch(() => true)))
    return 'The source is in that maintenance no more: what was written there since may not have come along. Run the same command again, which says how to begin anew';
  return `The source is as it was, and still in maintenance. Run the same command again to go on; to give it up: npm run maintenance -- off, ${where(place)}`;
}

async function released({ source, journal, place }: Broken): Promise<string> {
  try {
    if (await takeWrites(source, journal))
      return 'Nothing has reached the target, and the source takes writes again';
    return (await isStopped(source, journal))
      ? 'Nothing has reached the target. The source is in maintenance as it was before'
      : 'Nothing has reached the target. The source is in a maintenance that somebody has begun meanwhile';
  } catch (error) {
    return `Nothing has reached the target. The source is still in maintenance, which could not be ended (${(error as Error).message}): npm run maintenance -- off, ${where(place)}`;
  }
}

const where = (place: string): string => (place === 'here' ? 'here' : `with the variables of ${place}`);
