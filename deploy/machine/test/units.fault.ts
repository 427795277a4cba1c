import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MACHINE, Scratch, describeWith, run, wentWell } from './harness/run';

const UNITS = 'etc/systemd/system';

describeWith(['systemd-analyze'], 'the units of a machine', () => {
  let scratch: Scratch;
  let folder: string;
  beforeEach(() => {
    scratch = new Scratch();
    // What units call has to be there, wherever this runs.
    for (const name of ['start', 'certificate', 'watch.mjs', 'node_modules/.bin/pm2'])
      put(`tools/${name}`, '#!/bin/sh\n');
    folder = scratch.render({ TOOLS_DIR: scratch.path('tools') });
  });
  afterEach(() => scratch.remove());

  function put(name: string, text: string): void {
    mkdirSync(dirname(scratch.path(name)), { recursive: true });
    writeFileSync(scratch.path(name), text);
    chmodSync(scratch.path(name), 0o755);
  }
  const names = (): string[] =>
    readdirSync(join(folder, UNITS)).filter((name) => name.startsWith('liftdesk'));
  const read = (name: string): string => readFileSync(join(folder, UNITS, name), 'utf8');

  it('are what systemd wants', () => {
    expect(names()).toHaveLength(7);
    const { code, stdout, stderr } = run('systemd-analyze', [
      'verify',
      ...names().map((name) => join(folder, UNITS, name)),
    ]);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
  });

  it('open little of the machine to the desk', () => {
    for (const name of names().filter((unit) => unit.endsWith('.service') && !unit.includes('certificate'))) {
      const said = wentWell(
        run('systemd-analyze', ['security', '--offline=true', join(folder, UNITS, name)]),
      );
      const exposure = Number(/Overall exposure level for .*: ([\d.]+)/.exec(said)?.[1]);
      expect([name, exposure]).toEqual([name, expect.any(Number)]);
      // 10 is all of it; an ordinary unit has 9 and more.
      expect(exposure).toBeLessThan(2.5);
    }
  });

  it('start the desk again after a reboot, and give it the time that it needs to drain', () => {
    const unit = read('liftdesk.service');
    expect(unit).toMatch(/^WantedBy=multi-user\.target$/m);
    expect(unit).toMatch(/^ExecStart=\S+\/start$/m);
    expect(Number(/^TimeoutStopSec=(\d+)s$/m.exec(unit)?.[1])).toBeGreaterThan(30);
  });

  it('write what the desk and its backups hold for their user alone: nginx is in its group', () => {
    for (const name of ['liftdesk.service', 'liftdesk-backup.service'])
      expect(read(name)).toMatch(/^UMask=0077$/m);
  });

  it('name times that there are', () => {
    for (const name of names().filter((unit) => unit.endsWith('.timer')))
      for (const [, calendar] of read(name).matchAll(/^OnCalendar=(.*)$/gm))
        wentWell(run('systemd-analyze', ['calendar', String(calendar)]));
    expect(read('liftdesk-backup.timer')).toMatch(/^OnCalendar=\*-\*-\* 04:00:00$/m);
  });

  it('are in the lists of setup', () => {
    const services = readFileSync(join(MACHINE, 'lib/services.sh'), 'utf8');
    for (const name of names().filter((unit) => unit.endsWith('.timer'))) expect(services).toContain(name);
  });
});
