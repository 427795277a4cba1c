import { existsSync, writeFileSync } from 'node:fs';
import { until, wentWell } from './harness/run';
import { StandIn, WORKSPACE, describeOnMachines } from './harness/stand-in';

describeOnMachines('the stand-in for a machine', () => {
  const machine = new StandIn();
  beforeAll(() => machine.boot());
  afterAll(() => machine.remove());

  it('has people and files of its own, and nothing of this checkout', async () => {
    await wentWell(machine.run(['useradd', '--create-home', 'liftdesk-somebody']));
    const whoAmI = await wentWell(machine.run(['sh', '-c', 'whoami; ls -A ~'], { as: 'liftdesk-somebody' }));
    expect(whoAmI.split('\n')[0]).toBe('liftdesk-somebody');
    expect(existsSync('/home/liftdesk-somebody')).toBe(false);
    expect(await wentWell(machine.run(['ls', '-A', WORKSPACE]))).toBe('');
  });

  it('sees no process but its own', async () => {
    const seen = await wentWell(machine.run(['ps', '-e', '-o', 'pid=']));
    expect(seen.trim().split('\n')).toHaveLength(2);
  });

  it('loses its processes when the power is cut, and no file', async () => {
    writeFileSync(machine.path('/home/liftdesk-somebody/note'), 'kept');
    const sleeping = machine.start(['sleep', '1000']);
    await until('it sleeps', () => machine.processes().some(({ command }) => command === 'sleep 1000'));
    await machine.cutPower();
    expect((await sleeping.ended).code).not.toBe(0);
    await machine.boot();
    expect(machine.processes()).toEqual([]);
    expect(machine.read('/home/liftdesk-somebody/note')).toBe('kept');
  });
});
