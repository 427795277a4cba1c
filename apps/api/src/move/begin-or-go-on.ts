import { randomBytes } from 'node:crypto';
import { RefusedError } from '../common/operator-errors';
import { buildVersion } from '../common/build-version';
import type { TableShape } from '../transfer/tables';
import type { MoveOptions } from './move-options';
import type { Begun, MoveTarget } from './move-target';
import type { MovePlan } from './plan';
import { changedSince } from './source-identity';

const ANEW = 'or begin anew with --restart, which empties the half-moved target';

/**
 * Marks the target, or finds what an earlier run marked it with.
 * @throws RefusedError where that was another move, or the source is no longer the same
 */
export async function beginOrGoOn(
  { from, identity }: MovePlan,
  target: MoveTarget,
  tables: readonly TableShape[],
  { restart, repair, mask }: MoveOptions,
): Promise<Begun> {
  const anew: Begun = {
    ...{ from, identity, at: Date.now(), repair, version: buildVersion() },
    mask: mask ? randomBytes(32).toString('hex') : null,
  };
  const earlier = await target.begun();
  if (earlier === null) {
    await target.begin(anew);
    return anew;
  }
  if (restart) {
    await target.beginAnew(anew, tables);
    return anew;
  }
  if (earlier.from !== from)
    throw new RefusedError(`The target is half moved from ${earlier.from}: go on with that, ${ANEW}`);
  for (const [option, was, is] of [
    ['--repair', earlier.repair, repair],
    ['--mask', earlier.mask !== null, mask],
  ] as const)
    if (was !== is)
      throw new RefusedError(
        `The half-moved target was begun ${was ? 'with' : 'without'} ${option}: go on so, ${ANEW}`,
      );
  const changed = changedSince(earlier.identity, identity);
  if (changed.length > 0)
    throw new RefusedError(
      `The source has changed since the move began (${changed.join(', ')}): ${ANEW.slice(3)}`,
    );
  return earlier;
}
