import { setTimeout as pause } from 'node:timers/promises';
import { failure, type Finding, ok } from '../cli/doctor/check';
import type { CheckReport } from '../cli/doctor/runner';
import type { Housekeeping } from './housekeeping';
import type { Visit } from './visit';

/** One more try, for what a moment without network has kept from going. */
const TRIES = 2;
const PAUSE_MS = 2_000;
const PATIENCE_MS = 30_000;

/** Removes what the visit has made, whatever became of its checks. Never fails itself: what stays is named. */
export async function cleanUp(visit: Visit, housekeeping: Housekeeping): Promise<CheckReport> {
  const startedAt = performance.now();
  await visit.settled();
  const left: string[] = [];
  let erased = 0;
  let why = '';
  for (const email of visit.emails) {
    try {
      if (await eraseInTime(email, visit.isUnsure(email), housekeeping)) erased += 1;
    } catch (error) {
      left.push(email);
      why = (error as Error).message;
    }
  }
  const finding = left.length === 0 ? ok(wordsFor(erased)) : notRemoved(left, why);
  return { name: 'clean-up', ...finding, ms: Math.round(performance.now() - startedAt) };
}

const wordsFor = (erased: number): string =>
  erased === 0
    ? 'nothing was made'
    : `${erased} ${erased === 1 ? 'account' : 'accounts'} with all that was theirs`;

function notRemoved(emails: readonly string[], why: string): Finding {
  return failure(`${emails.join(', ')} could not be removed: ${why}`, {
    cause: 'the desk, or the network to it, did not answer as it should when the test was over',
    fix: `on the machine: ${emails.map((email) => `npm run user:erase -- --yes --email ${email}`).join(' && ')}`,
  });
}

/** @param unsure it was asked for and nobody knows what came of it: it may come late */
async function eraseInTime(email: string, unsure: boolean, housekeeping: Housekeeping): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      const found = await housekeeping.erase(email, AbortSignal.timeout(PATIENCE_MS));
      if (found || !unsure || tries === TRIES) return found;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
    await pause(PAUSE_MS);
  }
}
