import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCRIPTS, SmallMachine } from './small-machine';
import { run, wentWell } from '../harness/run';

describe('a deed on a machine', () => {
  let machine: SmallMachine;
  beforeEach(async () => (machine = await SmallMachine.make()));
  afterEach(() => machine.remove());
  const releaseAll = async (...versions: string[]): Promise<void> => {
    for (const version of versions) await wentWell(machine.activate(machine.pack(version)));
  };
  const isHalf = (): boolean => existsSync(machine.path('app/.release-state'));

  it('goes back from a release that fails where no word fits on the disk any more', async () => {
    await releaseAll('1.0.0');
    const { code } = await machine.activate(machine.pack('2.0.0', { smoke: '' }), '2>/dev/full');
    expect({ code, half: isHalf() }).toEqual({ code: 1, half: false });
    expect(machine.versionAt('current')).toBe('1.0.0');
    expect(await machine.goBack('1.0.0')).toMatchObject({
      stderr: expect.stringContaining('1.0.0 serves already') as string,
    });
  });

  it('leaves nothing of a release that the disk could not take', async () => {
    await releaseAll('1.0.0');
    const activate = [join(SCRIPTS, 'on-machine/activate'), '--machine', machine.path('machine.env')];
    const words = ['-c', 'ulimit -f 4; "$@"', 'bash', ...activate, machine.pack('2.0.0')];
    const { code, stderr } = await run('bash', words, { env: machine.environment });
    expect({ code, half: isHalf() }).toEqual({ code: 3, half: false });
    expect(stderr).toContain('in step unpack; 1.0.0 serves as before');
    expect(readdirSync(machine.path('app/releases'))).toEqual(['1.0.0']);
  });

  it('says so where it cannot go back, and does when it is run again', async () => {
    await releaseAll('1.0.0');
    const broken = machine.pack('2.0.0', { smoke: '' });
    writeFileSync(machine.path('app/releases/1.0.0/sick'), '');
    const { code, stderr } = await machine.activate(broken);
    expect({ code, half: isHalf() }).toEqual({ code: 1, half: true });
    expect(stderr).toContain('IT COULD NOT GO BACK TO 1.0.0');
    expect(stderr).not.toContain('WAS TAKEN BACK');
    rmSync(machine.path('app/releases/1.0.0/sick'));
    await wentWell(machine.goBack());
    expect([machine.versionAt('current'), isHalf()]).toEqual(['1.0.0', false]);
  });

  it('refuses an artefact of the version that serves and of other content', async () => {
    await releaseAll('1.0.0');
    expect(await machine.activate(machine.pack('1.0.0', { other: '' }))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('came from another artefact') as string,
    });
    expect(machine.versionAt('current')).toBe('1.0.0');
  });

  it('passes over a database that is not there only where nothing has served yet', async () => {
    await releaseAll('1.0.0', '2.0.0');
    const skipped = machine.commands.filter((command) => command.startsWith('doctor'));
    expect(skipped.map((command) => /\bdatabase\b/.test(command))).toEqual([true, false]);
  });

  it('does not call gone back from what it starts again', async () => {
    await releaseAll('1.0.0', '2.0.0');
    machine.stop();
    await wentWell(machine.goBack('2.0.0'));
    expect([machine.versionAt('current'), machine.versionAt('previous')]).toEqual(['2.0.0', '1.0.0']);
  });

  it('goes back to what served before, whatever the clock has been', async () => {
    await releaseAll('1.0.0', '2.0.0');
    const later = Date.now() / 1000 + 86_400;
    utimesSync(machine.path('app/releases/1.0.0/.served'), later, later);
    expect(await machine.goBack('--dry-run')).toMatchObject({ code: 0, stdout: '1.0.0\n' });
    await wentWell(machine.goBack());
    // Once more is not there and back again.
    expect(await machine.goBack('--dry-run')).toMatchObject({ code: 3 });
  });
});
