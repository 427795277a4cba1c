import { type Build, Builds, all, withClient, withHolds, withMigration, withPrelude } from './harness/builds';
import { Cloud, DATABASE } from './harness/cloud';
import { USER, buildsOfRun } from './harness/image';
import { Load } from './harness/load';
import { Machine } from './harness/machine';
import { until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

const NEVER_WORKS = 'select no_such_function()';
const FAILS_ON_THE_DESK = `select 1 / (case when current_database() = '${DATABASE}' then 0 else 1 end)`;
const endedIn = (step: string, code: number) => ({
  code,
  said: expect.stringMatching(new RegExp(`in step ${step}`)) as string,
});
const expands = withMigration('Expands1999000000001', 'create table a_newer_table (id integer primary key)');
/** Files cannot be taken any more: the smoke test sees it, and the load does not ask for it. */
const TAKES_NO_FILES = withPrelude(`{
  const { Server } = require('node:http');
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, request, response) {
    if (event !== 'request' || !request.url.startsWith('/api/attachments')) return emit.apply(this, arguments);
    response.statusCode = 500;
    return response.end();
  };
}`);

describeOnMachines('releases of a desk of two processes, on PostgreSQL and Redis', () => {
  let cloud: Cloud;
  let machine: Machine;
  let builds: Builds;
  let first: Build;
  let second: Build;
  let third: Build;

  beforeAll(async () => {
    builds = buildsOfRun();
    cloud = await Cloud.start();
    const { settings, credentials } = cloud;
    machine = await Machine.make({ engine: 'postgres', instances: 2, settings, credentials });
  });
  afterAll(async () => {
    try {
      await machine.remove();
    } finally {
      await cloud.stop();
    }
  });

  it('the first one serves on a machine that was empty', async () => {
    first = builds.first;
    await wentWell(machine.release(first.file).ended);
    expect(machine.versionAt('current')).toBe(first.version);
    expect(machine.versionAt('previous')).toBeUndefined();
    expect(await machine.desk.version()).toBe(first.version);
    expect(machine.workers).toHaveLength(2);
    await machine.hireAgent();
  });

  it('the second one loses no request of 10,000, each on a new connection, and nothing that was acknowledged', async () => {
    second = await builds.another('0.1.1', withClient('BBBBBBB1'));
    const load = await Load.begin(machine.desk);
    await load.goOn(500);
    await wentWell(machine.release(second.file).ended);
    const { sent, lost } = await load.end();
    expect({ lost, enough: sent >= 10_000 }).toEqual({ lost: [], enough: true });
    expect(await machine.desk.version()).toBe(second.version);
    expect(machine.versionAt('previous')).toBe(first.version);
    await load.findAll();
  });

  it('one whose smoke test fails comes back by itself, and requests are served throughout', async () => {
    const broken = await builds.another('0.1.2', TAKES_NO_FILES);
    const load = await Load.begin(machine.desk);
    await load.goOn(200);
    const { code, said } = await machine.release(broken.file).ended;
    const { lost } = await load.end(1_000);
    expect(said).toMatch(/STEP smoke FAILED/);
    expect({ code, lost }).toEqual({ code: 1, lost: [] });
    expect(machine.versionAt('current')).toBe(second.version);
    expect(machine.versionAt('previous')).toBe(first.version);
    expect(machine.releases).not.toContain(broken.version);
    expect(await machine.desk.version()).toBe(second.version);
    await load.findAll();
  });

  it.each<[string, string, object]>([
    ['cannot work is found out on the copy that proves the backup', NEVER_WORKS, endedIn('backup', 3)],
    ['fails on the desk alone', FAILS_ON_THE_DESK, endedIn('migrate', 1)],
  ])('one whose migration %s: the other serves on, not even a process is another', async (_, sql, ending) => {
    const broken = await builds.another('0.1.3', withMigration('Fails1999000000000', sql));
    const before = machine.workers;
    const load = await Load.begin(machine.desk);
    expect(await machine.release(broken.file).ended).toMatchObject(ending);
    const { lost } = await load.end(500);
    expect(lost).toEqual([]);
    expect(machine.workers).toEqual(before);
    expect(machine.versionAt('current')).toBe(second.version);
    expect(machine.releases).not.toContain(broken.version);
  });

  it('a second one at the same time is refused', async () => {
    third = await builds.another('0.1.4', all(expands, withHolds));
    machine.holdIn('backup');
    const one = machine.release(third.file);
    await until('it is under way', () => machine.stepUnderWay === 'backup' || one.isOver);
    expect(await machine.release(first.file).ended).toMatchObject({
      code: 3,
      said: expect.stringMatching(/under way/) as string,
    });
    expect(await machine.rollback().ended).toMatchObject({ code: 3 });
    machine.holdIn('');
    await wentWell(one.ended);
    expect(machine.versionAt('current')).toBe(third.version);
  });

  it('the way back under load, with a schema that is newer than the code, loses nothing either', async () => {
    expect(await cloud.rows('select * from a_newer_table')).toEqual([]);
    const load = await Load.begin(machine.desk);
    await load.goOn(500);
    await wentWell(machine.rollback().ended);
    const { lost } = await load.end(3_000);
    expect(lost).toEqual([]);
    expect(machine.versionAt('current')).toBe(second.version);
    expect(await machine.desk.version()).toBe(second.version);
    await load.findAll();
  });

  it('hears the machine out when the connection was cut', async () => {
    const release = machine.release(third.file);
    await until('it has begun', () => machine.stepUnderWay !== undefined);
    expect(machine.host.kill(`sshd: ${USER}`)).toBeGreaterThan(0);
    const { said } = await release.ended;
    expect(said).toMatch(/the connection to .* was lost/);
    expect(said).toMatch(new RegExp(`${third.version} serves on`));
    expect(await machine.desk.version()).toBe(third.version);
  });

  it('is gone through by the machine itself when whoever released is gone; three are kept', async () => {
    const fourth = await builds.another('0.1.5', expands);
    const release = machine.release(fourth.file);
    await until('it has begun', () => machine.stepUnderWay !== undefined);
    await Promise.all([release.kill('SIGKILL'), machine.host.kill(`sshd: ${USER}`)]);
    await until('the machine is through', () => !machine.runs('on-machine/activate'));
    expect(machine.stepUnderWay).toBeUndefined();
    expect(await machine.desk.version()).toBe(fourth.version);
    // Whoever runs the same again hears that all is well.
    await wentWell(machine.release(fourth.file).ended);
    expect(machine.releases).toEqual([second.version, third.version, fourth.version].sort());
  });
});
