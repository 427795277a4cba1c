import type { Build } from './harness/builds';
import { WITHOUT_CLOUD } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { Machine } from './harness/machine';
import { until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

const STEPS = ['unpack', 'preflight', 'backup', 'migrate', 'switch', 'reload', 'check', 'smoke', 'keep'];

describeOnMachines('a release that is killed', () => {
  let machine: Machine;
  let serving: Build;
  let next: Build;

  beforeAll(async () => {
    const builds = buildsOfRun();
    serving = builds.first;
    next = await builds.another('0.2.0');
    machine = await Machine.make({ engine: 'sqlite', instances: 1, settings: WITHOUT_CLOUD });
    await wentWell(machine.release(serving.file).ended);
    await machine.hireAgent();
  });
  afterAll(() => machine.remove());

  /** What is tried elsewhere is left out here, but where it is what is interrupted. */
  const quick = (step: string): string[] =>
    ['smoke', 'backup'].filter((one) => one !== step).flatMap((one) => [`--skip-${one}`, 'tested elsewhere']);

  /** Releases `next` until it is in that step, or beyond it. */
  async function releaseUpTo(step: string): Promise<void> {
    const release = machine.release(next.file, ...quick(step));
    await until(`it is in ${step}`, () => machine.stepUnderWay === step || release.isOver);
    await kill();
    await release.ended;
  }

  async function kill(): Promise<void> {
    machine.host.kill('on-machine/activate');
    await until('it is killed', () => machine.host.kill('on-machine/activate') === 0);
  }

  it.each(STEPS)('in the step %s, is seen through when it is run again', async (step) => {
    await releaseUpTo(step);
    await machine.serves();
    await wentWell(machine.release(next.file, ...quick(step)).ended);
    expect(machine.versionAt('current')).toBe(next.version);
    expect(await machine.desk.version()).toBe(next.version);
    expect(machine.stepUnderWay).toBeUndefined();
    [serving, next] = [next, serving];
  });

  it.each(['migrate', 'reload', 'smoke'])(
    'by a power cut in the step %s, leaves a machine that comes up, and is seen through',
    async (step) => {
      const release = machine.release(next.file, ...quick(step));
      await until(`it is in ${step}`, () => machine.stepUnderWay === step || release.isOver);
      await machine.host.cutPower();
      await release.ended;
      await machine.reboot();
      await machine.serves();
      await wentWell(machine.release(next.file, ...quick(step)).ended);
      expect(await machine.desk.version()).toBe(next.version);
      [serving, next] = [next, serving];
    },
  );
});
