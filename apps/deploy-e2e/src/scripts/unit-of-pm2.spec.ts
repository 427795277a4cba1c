import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { start, until, wentWell } from '../harness/run';
import { SmallMachine } from './small-machine';

describe('PM2, where systemd has a unit for it', () => {
  let machine: SmallMachine;
  beforeEach(async () => {
    machine = await SmallMachine.make();
    const note = `echo "$(basename "$0") $*" >>${machine.path('calls')}`;
    const active = machine.path('active');
    // As the unit's own start, it fails with a release that is sick.
    const starts = `start | restart) [ ! -e ${machine.path('app/current/sick')} ] && touch ${active} ;;`;
    machine.write(
      'bin/systemctl',
      `#!/bin/sh\n${note}\ncase $1 in is-active) [ -e ${active} ] ;; ${starts} esac\n`,
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

  /** After a power cut, where the release that was current does not start any more. */
  const comesUpSick = (): void => {
    machine.write('app/current/sick', '');
    machine.stop();
    rmSync(machine.path('active'));
  };
  const wasKilled = (): void =>
    machine.write(
      'app/.release-state',
      ['DEED=release', 'VERSION=2.0.0', 'FROM=1.0.0', 'BEFORE=', 'FRESH=yes', 'STEP=check\n'].join('\n'),
    );

  it('is woken by nobody else: who may not start it is refused', async () => {
    machine.write('no-sudo', '');
    expect(await machine.activate(machine.pack('1.0.0'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('sudo systemctl start liftdesk') as string,
    });
    expect([existsSync(machine.path('.pm2')), machine.versionAt('current')]).toEqual([false, undefined]);
  });

  describe('does not start with the release that is current', () => {
    beforeEach(async () => {
      for (const version of ['1.0.0', '2.0.0']) await wentWell(machine.activate(machine.pack(version)));
      comesUpSick();
    });

    it('so that a release is refused, and a way back has it started with what it goes back to', async () => {
      expect(await machine.activate(machine.pack('3.0.0'))).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('a rollback') as string,
      });
      await wentWell(machine.goBack());
      expect([existsSync(machine.path('active')), machine.versionAt('current')]).toEqual([true, '1.0.0']);
    });

    it('nor with another: the way back goes on without it', async () => {
      machine.write('no-sudo', '');
      const { code, stderr } = await machine.goBack();
      expect([code, machine.versionAt('current')]).toEqual([0, '1.0.0']);
      expect(stderr).toContain('going on with a PM2 outside it');
    });

    it('and a release that was killed is taken back before the next', async () => {
      wasKilled();
      await wentWell(machine.activate(machine.pack('3.0.0')));
      expect([machine.versionAt('current'), machine.versionAt('previous')]).toEqual(['3.0.0', '1.0.0']);
      expect(existsSync(machine.path('app/releases/2.0.0'))).toBe(false);
    });

    it('nor with another: what was killed is taken back, and the next is refused', async () => {
      wasKilled();
      machine.write('no-sudo', '');
      expect(await machine.activate(machine.pack('3.0.0'))).toMatchObject({ code: 3 });
      expect([machine.versionAt('current'), existsSync(machine.path('app/.release-state'))]).toEqual([
        '1.0.0',
        false,
      ]);
    });
  });

  it('is not started beside one that lives outside it: a release is refused at once, a way back goes on', async () => {
    for (const version of ['1.0.0', '2.0.0']) await wentWell(machine.activate(machine.pack(version)));
    rmSync(machine.path('active'));
    const outside = start('bash', ['-c', 'exec -a "PM2 v7: God Daemon (.pm2)" sleep 600']);
    try {
      await until('it lives', () => readFileSync(`/proc/${outside.pid}/cmdline`, 'utf8').startsWith('PM2'));
      machine.write('.pm2/pm2.pid', String(outside.pid));
      writeFileSync(machine.path('calls'), '');
      expect(await machine.activate(machine.pack('3.0.0'))).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/ kill, then sudo systemctl start liftdesk/) as string,
      });
      await wentWell(machine.goBack());
      expect(machine.versionAt('current')).toBe('1.0.0');
      expect(readFileSync(machine.path('calls'), 'utf8')).not.toContain('sudo');
    } finally {
      await outside.kill('SIGKILL');
    }
  });
});
