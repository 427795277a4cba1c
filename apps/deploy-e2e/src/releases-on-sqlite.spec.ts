import { type Build, withMigration, withPrelude } from './harness/builds';
import { WITHOUT_CLOUD } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { Load } from './harness/load';
import { Machine } from './harness/machine';
import { wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

/** Ends neither by itself nor by a signal. */
const HANGS = withPrelude('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
const EXPANDS = 'create table a_newer_table (id integer primary key)';

describeOnMachines('releases of a desk of one process, on SQLite', () => {
  let machine: Machine;
  let first: Build;
  let second: Build;

  beforeAll(async () => {
    first = buildsOfRun().first;
    second = await buildsOfRun().another('0.6.0', withMigration('Expands1999000000001', EXPANDS));
    machine = await Machine.make({ engine: 'sqlite', instances: 1, settings: WITHOUT_CLOUD });
    await wentWell(machine.release(first.file).ended);
    await machine.hireAgent();
  });
  afterAll(() => machine.remove());

  it('the second one loses no request of 10,000, and nothing that was acknowledged', async () => {
    const load = await Load.begin(machine.desk);
    await load.goOn(500);
    await wentWell(machine.release(second.file).ended);
    const { sent, lost } = await load.end();
    expect({ lost, enough: sent >= 10_000 }).toEqual({ lost: [], enough: true });
    expect(await machine.desk.version()).toBe(second.version);
    await load.findAll();
  });

  it('the way back loses none either, with a schema that is newer than the code', async () => {
    const load = await Load.begin(machine.desk);
    await load.goOn(200);
    await wentWell(machine.rollback().ended);
    const { lost } = await load.end(3_000);
    expect(lost).toEqual([]);
    expect(await machine.desk.version()).toBe(first.version);
    await load.findAll();
  });

  it('one that hangs in its start is given up, and the other goes on throughout', async () => {
    const hanging = await buildsOfRun().another('0.6.1', HANGS);
    await wentWell(machine.host.run(['sh', '-c', 'echo SERVES_WITHIN=20 >> /etc/liftdesk/machine.env']));
    const load = await Load.begin(machine.desk);
    const { code, said } = await machine.release(hanging.file).ended;
    const { lost } = await load.end(500);
    expect(said).toMatch(/does not come up/);
    expect({ code, lost }).toEqual({ code: 1, lost: [] });
    expect(await machine.desk.version()).toBe(first.version);
    expect(machine.releases).not.toContain(hanging.version);
    await load.findAll();
  });
});
