import { setImmediate } from 'node:timers/promises';
import { endOfStep, newestHits } from './search-sql';
import type { SqlSource } from './search-document';
import type { Hits, Walk } from './search-engine';

export interface WalkBounds {
  /** Hits that one statement looks at. */
  stepHits: number;
  /** Statements of one walk: a common word under a filter that next to nothing passes is not looked for forever. */
  maxSteps: number;
}

/** Some 10 ms a step, 200 ms in all, of a word that stands everywhere. */
const BOUNDS: WalkBounds = { stepHits: 50_000, maxSteps: 20 };

/**
 * Finds hits that pass the filter, newest first, up to `limit`. However common the words and however few pass, other
 * requests wait no longer than one step.
 */
export async function walkHits(
  source: SqlSource,
  { match, filter, values }: Hits,
  from: number,
  limit: number,
  { stepHits, maxSteps } = BOUNDS,
): Promise<Walk> {
  const walk: Walk = { rids: [], stretches: [], goOnBelow: from };
  for (let below = from, step = 0; step < maxSteps; step++) {
    if (step > 0) await setImmediate();
    const left = limit - walk.rids.length;
    const [found] = await source.query<{ rids: string }[]>(newestHits(filter, stepHits), [
      match,
      below,
      ...values,
      left,
    ]);
    walk.rids.push(...(JSON.parse(found?.rids ?? '[]') as number[]));
    const isFull = walk.rids.length >= limit;
    const end = isFull ? walk.rids.at(-1) : await endOf(source, match, below, stepHits);
    walk.stretches.push([below, end ?? 0]);
    walk.goOnBelow = end ?? null;
    if (isFull || end === undefined) break;
    below = end;
  }
  return walk;
}

async function endOf(
  source: SqlSource,
  match: string,
  below: number,
  stepHits: number,
): Promise<number | undefined> {
  const [end] = await source.query<{ rid: number }[]>(endOfStep(stepHits), [match, below]);
  return end?.rid;
}
