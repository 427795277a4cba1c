import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Builds } from './builds';
import { COMMON_VARIABLES, asLines, forget, hand, isPrepared } from './image';
import { wentWell } from './run';
import { StandIn, WORKSPACE } from './stand-in';

/** Before a run: the artefact is packed once, and one machine gets what all have in common, which are then made of its disk. */
async function prepare(): Promise<void> {
  if (StandIn.obstacle !== undefined || isPrepared()) return;
  StandIn.sweep();
  const image = new StandIn();
  try {
    await fill(image);
  } catch (error) {
    // Where a set-up fails nothing is torn down.
    await image.remove();
    throw error;
  }
  forget(() => image.remove());
}

async function fill(image: StandIn): Promise<void> {
  const builds = join(image.folder, 'builds');
  await new Builds(builds).pack();
  await image.boot();
  // What npm needs to reach its registry from here.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /proxy|^npm_config_|^NODE_EXTRA_CA_CERTS$/i.test(name)),
  ) as Record<string, string>;
  cpSync(join(WORKSPACE, 'deploy/machine'), image.path('/root/machine'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  writeFileSync(image.path('/root/machine.env'), asLines(COMMON_VARIABLES));
  await wentWell(image.run(['/root/machine/setup', '--variables', '/root/machine.env'], { env }));
  await image.cutPower();
  hand({ image: image.disk, builds });
}

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default prepare;
