import { rmSync, statfsSync } from 'node:fs';
import { type Build, withHolds } from './harness/builds';
import { WITHOUT_CLOUD } from './harness/cloud';
import { APP_DIR, buildsOfRun } from './harness/image';
import { Load } from './harness/load';
import { Machine } from './harness/machine';
import { until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

const MB = 1_048_576;
const DISK_MB = 1_500;

describeOnMachines('a machine whose disk is full', () => {
  let machine: Machine;
  let serving: Build;
  let next: Build;
  beforeAll(async () => {
    const builds = buildsOfRun();
    [serving, next] = [builds.first, await builds.another('0.4.0', withHolds)];
    machine = await Machine.make({
      engine: 'sqlite',
      instances: 1,
      settings: WITHOUT_CLOUD,
      diskMb: DISK_MB,
    });
    await wentWell(machine.release(serving.file).ended);
    await machine.hireAgent();
  });
  afterAll(() => machine.remove());
  afterEach(() => rmSync(filler(), { force: true }));

  const filler = () => machine.host.path(`${APP_DIR}/filler`);
  const freeMb = (): number => {
    const { bavail, bsize } = statfsSync(machine.host.path(APP_DIR));
    return (bavail * bsize) / MB;
  };
  const fillUpTo = (leaveMb: number) =>
    wentWell(
      machine.host.run([
        'fallocate',
        '--length',
        String(Math.floor(freeMb() - leaveMb) * MB),
        `${APP_DIR}/filler`,
      ]),
    );

  /** As if nobody had tried. */
  async function expectNothingChanged(): Promise<void> {
    expect(machine.releases).toEqual([serving.version]);
    expect(machine.versionAt('current')).toBe(serving.version);
    expect(machine.stepUnderWay).toBeUndefined();
    const load = await Load.begin(machine.desk);
    const { lost } = await load.end(200);
    expect(lost).toEqual([]);
    await load.findAll();
  }

  it('keeps what room it has where there is none for the artefact', async () => {
    await fillUpTo(5);
    const { code, said } = await machine.release(next.file).ended;
    expect({ code, said }).toEqual({ code: 3, said: expect.stringMatching(/has \d MB free/) as string });
    expect(freeMb()).toBeGreaterThan(3);
    await expectNothingChanged();
  });

  let neededMb = 0;

  it('refuses a release that would not fit, and serves on', async () => {
    await fillUpTo(120);
    const { code, said } = await machine.release(next.file).ended;
    expect(code).toBe(3);
    expect(said).toMatch(/(\d+) MB are needed in .*, and \d+ MB are free/);
    neededMb = Number(/(\d+) MB are needed/.exec(said)?.[1]);
    await expectNothingChanged();
  });

  it('has no half release when it fills up while one is unpacked', async () => {
    // Enough, so that it is begun, and little, so that it is gone at once.
    await fillUpTo(neededMb + 20);
    machine.holdIn('tar');
    const release = machine.release(next.file);
    const isUnpacked = () => machine.releases.some((name) => name.endsWith('.part'));
    await until('it is being unpacked', () => isUnpacked() || release.isOver);
    // As much as there is, whoever writes meanwhile.
    await machine.host.run(['sh', '-c', `cat /dev/zero >> ${APP_DIR}/filler`]);
    machine.holdIn('');
    expect(await release.ended).toMatchObject({
      code: 3,
      said: expect.stringMatching(/No space left/) as string,
    });
    rmSync(filler());
    await expectNothingChanged();
  });

  it('takes the release when there is room', async () => {
    await wentWell(machine.release(next.file).ended);
    expect(await machine.desk.version()).toBe(next.version);
  });
});
