import { type Build, withHolds } from './harness/builds';
import { WITHOUT_CLOUD } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { Machine } from './harness/machine';
import { until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

const runs = (text: string) => (machine: Machine) => machine.runs(text);

/** A step, and what shows that it is in its midst; one that is through in no time is held at its beginning. */
type Moment = [step: string, isInMidst?: (machine: Machine) => boolean];
const MOMENTS: Moment[] = [
  ['unpack', ({ releases }) => releases.some((name) => name.endsWith('.part'))],
  ['preflight', runs('cli.js doctor')],
  ['backup', runs('cli.js backup')],
  ['migrate', runs('cli.js migration:run')],
  ['switch'],
  ['reload', ({ workers }) => workers.length > 1],
  ['check'],
  ['smoke', runs('cli.js smoke')],
  ['keep'],
];
/** Those at which something else is half done. */
const POWER_CUTS = MOMENTS.filter(([step]) => ['migrate', 'reload', 'smoke'].includes(step));

describeOnMachines('a release that is interrupted', () => {
  let machine: Machine;
  let first: Build;
  let second: Build;

  beforeAll(async () => {
    const builds = buildsOfRun();
    first = builds.first;
    second = await builds.another('0.2.0', withHolds);
    machine = await Machine.make({ engine: 'sqlite', instances: 1, settings: WITHOUT_CLOUD });
    // A machine without power does not come back while somebody waits for it.
    machine.caller = { RECONNECT_AFTER: '0' };
    await wentWell(machine.release(first.file).ended);
  });
  afterAll(() => machine.remove());

  /** What is tried elsewhere is left out here, but where it is what is interrupted. */
  const quick = (step = ''): string[] =>
    ['smoke', 'backup'].filter((one) => one !== step).flatMap((one) => [`--skip-${one}`, 'tested elsewhere']);

  async function interrupt(build: Build, [step, isInMidst]: Moment, end: () => Promise<void>): Promise<void> {
    machine.holdIn(isInMidst ? '' : step);
    const release = machine.release(build.file, ...quick(step));
    const isThere = () => machine.stepUnderWay === step && (isInMidst?.(machine) ?? true);
    await until(`it is in ${step}`, () => isThere() || release.isOver);
    await end();
    await release.ended;
  }

  async function kill(): Promise<void> {
    machine.host.kill('on-machine/activate');
    await until('it is killed', () => machine.host.kill('on-machine/activate') === 0);
  }

  async function seeThrough(build: Build): Promise<void> {
    machine.holdIn('');
    await wentWell(machine.release(build.file, ...quick()).ended);
    expect(machine.versionAt('current')).toBe(build.version);
    expect(await machine.desk.version()).toBe(build.version);
    expect(machine.stepUnderWay).toBeUndefined();
  }

  // Each begins with what the one before has left.
  it.each(MOMENTS)('by a kill in the step %s leaves a desk that serves', async (...moment) => {
    await interrupt(second, moment, kill);
    expect(machine.stepUnderWay).toBeDefined();
    await machine.serves();
  });

  it('so often is seen through when it is run again', () => seeThrough(second));

  it.each(POWER_CUTS)('by a power cut in the step %s leaves a machine that comes up', async (...moment) => {
    await interrupt(first, moment, () => machine.host.cutPower());
    await machine.reboot();
    expect(machine.stepUnderWay).toBeDefined();
    await machine.serves();
  });

  it('so often, even by power cuts, is seen through when it is run again', () => seeThrough(first));
});
