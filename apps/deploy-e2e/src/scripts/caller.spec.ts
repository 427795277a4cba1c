import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCRIPTS, SmallMachine } from './small-machine';
import { type Ending, start, until, wentWell } from '../harness/run';

/** Runs here what ssh would run there: each machine is a folder. One that is away, or goes, is as ssh tells it. */
const SSH = `#!/usr/bin/env bash
while [[ $1 != -- ]]; do machine=$NETWORK/$1; shift; done
[[ -e $machine/away ]] || bash -c "echo \\$\\$ >$machine/connection; exec \${2//\\/MACHINE/$machine}"
code=$?
[[ ! -e $machine/away ]] || exit 255
exit $code
`;
/** It is cut off, and goes on. */
const CUT = `#!/bin/sh
cd ../../..
touch away
kill "$(cat connection)"
while [ -e away ] && [ ! -e go ]; do sleep 0.1; done
`;

describe('a release to several machines', () => {
  let network: string;
  let one: SmallMachine;
  let two: SmallMachine;
  beforeEach(async () => {
    network = mkdtempSync(join(tmpdir(), 'liftdesk-network-'));
    one = await SmallMachine.make(join(network, 'one'));
    two = await SmallMachine.make(join(network, 'two'));
    mkdirSync(join(network, 'bin'));
    writeFileSync(join(network, 'bin/ssh'), SSH, { mode: 0o755 });
  });
  afterEach(() => {
    one.remove();
    two.remove();
    rmSync(network, { recursive: true, force: true });
  });

  function release(archive: string): Promise<Ending> {
    const to = ['--to', 'one', '--to', 'two', '--machine', '/MACHINE/machine.env'];
    const PATH = `${join(network, 'bin')}:${process.env['PATH']}`;
    const env = { PATH, HOME: network, NETWORK: network, RECONNECT_AFTER: '0' };
    return start(join(SCRIPTS, 'release'), ['--artefact', archive, ...to], { env }).ended;
  }
  const versions = (): (string | undefined)[] => [one, two].map((machine) => machine.versionAt('current'));

  it('that fails on the second is taken back on the first, to what was good there', async () => {
    await wentWell(release(one.pack('1.0.0')));
    await wentWell(one.activate(one.pack('1.5.0')));
    // As a kill in the smoke test leaves it.
    const state = 'DEED=release\nVERSION=1.5.0\nFROM=1.0.0\nBEFORE=\nFRESH=yes\nSTEP=smoke\n';
    one.write('app/.release-state', state);
    two.write('app/on-smoke', '#!/bin/sh\nexit 1\n', 0o755);
    const { code, said } = await release(one.pack('2.0.0'));
    expect({ code, versions: versions() }).toEqual({ code: 1, versions: ['1.0.0', '1.0.0'] });
    expect(said).not.toContain('COULD NOT BE TAKEN BACK');
    expect(readdirSync(one.path('app/incoming')).filter((name) => name.startsWith('.deed'))).toEqual([]);
  });

  it('has failed where one is away in its midst, which goes on by itself', async () => {
    await wentWell(release(one.pack('1.0.0')));
    two.write('app/on-smoke', CUT, 0o755);
    const { code, said } = await release(one.pack('2.0.0'));
    expect({ code, versions: versions() }).toEqual({ code: 1, versions: ['1.0.0', '2.0.0'] });
    expect(said).toContain('two cannot be reached any more');
    two.write('go', '');
    const [deed] = readdirSync(two.path('app/incoming')).filter((name) => name.startsWith('.deed'));
    const ending = two.path(`app/incoming/${deed}/release/code`);
    await until('it is through', () => existsSync(ending));
    expect(readFileSync(ending, 'utf8')).toBe('0\n');
    expect(existsSync(two.path('app/.release-state'))).toBe(false);
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
  });

  it('sends what is not there yet, whatever else has its name', async () => {
    const archive = one.pack('1.0.0');
    const content = readFileSync(archive);
    const sum = createHash('sha256').update(content).digest('hex').slice(0, 16);
    one.write('app/incoming/liftdesk-1.0.0.tar.gz', 'another one');
    two.write(`app/incoming/liftdesk-1.0.0.tar.gz.${sum}.part`, '');
    writeFileSync(two.path(`app/incoming/liftdesk-1.0.0.tar.gz.${sum}.part`), content.subarray(0, 1000));
    await wentWell(release(archive));
    expect(versions()).toEqual(['1.0.0', '1.0.0']);
  });
});
