import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { wentWell } from '../harness/run';
import { SmallMachine } from './small-machine';

describe('PM2, where systemd has a unit for it', () => {
  let machine: SmallMachine;
  beforeEach(async () => {
    machine = await SmallMachine.make();
    const note = `echo "$(basename "$0") $*" >>${machine.path('calls')}`;
    const active = machine.path('active');
    machine.write(
      'bin/systemctl',
      `#!/bin/sh\n${note}\ncase $1 in is-active) [ -e ${active} ] ;; start) touch ${active} ;; esac\n`,
      0o755,
    );
    machine.write(
      'bin/sudo',
      `#!/bin/sh\n${note}\n[ ! -e ${machine.path('no-sudo')} ] && shift && exec "$@"\n`,
      0o755,
    );
    const more = { PATH: `${machine.path('bin')}:${process.env['PATH']}`, SYSTEMD_RUNS: machine.folder };
    for (const [name, value] of Object.entries(more))
      appendFileSync(machine.path('machine.env'), `\n${name}=${value}`);
  });
  afterEach(() => machine.remove());
  const started = (): boolean =>
    existsSync(machine.path('calls')) &&
    /^systemctl start liftdesk$/m.test(readFileSync(machine.path('calls'), 'utf8'));

  it('is started by it before a release, and left alone where it runs', async () => {
    await wentWell(machine.activate(machine.pack('1.0.0')));
    expect(started()).toBe(true);
    writeFileSync(machine.path('calls'), '');
    await wentWell(machine.activate(machine.pack('2.0.0')));
    await wentWell(machine.goBack());
    expect([started(), machine.versionAt('current')]).toEqual([false, '1.0.0']);
  });

  it('is woken by nobody else: who may not start it is refused', async () => {
    machine.write('no-sudo', '');
    expect(await machine.activate(machine.pack('1.0.0'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('sudo systemctl start liftdesk') as string,
    });
    expect([existsSync(machine.path('.pm2')), machine.versionAt('current')]).toEqual([false, undefined]);
  });
});
