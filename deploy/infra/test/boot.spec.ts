import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEPLOY, INFRA } from '../lib/paths';
import { PROFILES, SCALE, SMALL, Synthesised } from './desk';
import { filesOf } from './user-data';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'liftdesk-boot-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(PROFILES)('%s: what a machine is told', (_name, context) => {
  const files = () => filesOf(Synthesised.of(context));

  it('is what a machine can be rendered from', () => {
    const variables = join(folder, 'machine.env');
    writeFileSync(variables, files()['/etc/liftdesk/machine.env'] ?? '');
    const rendered = spawnSync(
      'node',
      [join(DEPLOY, 'machine/render.mjs'), '--variables', variables, '--print'],
      {
        encoding: 'utf8',
      },
    );
    expect([rendered.status, rendered.stderr]).toEqual([0, '']);
    expect(rendered.stdout).toContain('DOMAIN=origin.desk.example.com\n');
    expect(rendered.stdout).toContain(
      context === SMALL ? 'ENGINE=sqlite\nINSTANCES=1\n' : 'ENGINE=postgres\nINSTANCES=2\n',
    );
    // A release is tested through nginx, whose certificate nobody else vouches for yet, or ever.
    expect(rendered.stdout).toContain('SMOKE_CA=/etc/liftdesk/self-signed/fullchain.pem\n');
  });

  it('are variables that the desk knows', () => {
    const known = readFileSync(join(DEPLOY, '../docs/configuration.md'), 'utf8');
    const names = (files()['/etc/liftdesk/settings.env'] ?? '')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(known).toContain(`| \`${name}\` |`);
  });
});

it('a small desk on PostgreSQL is one process: there is no Redis that several would meet in', () => {
  const files = filesOf(Synthesised.of({ ...SMALL, database: true }));
  expect(files['/etc/liftdesk/machine.env']).toMatch(/^ENGINE=postgres\nINSTANCES=1$/m);
  expect(files['/etc/liftdesk/settings.env']).toMatch(/^PUBSUB=memory$/m);
});

it('variables of the settings reach the desk, over those of the stack', () => {
  const desk = Synthesised.of({ ...SMALL, variables: { APP_NAME: 'Acme Care', PUBSUB: 'redis' } });
  const settings = filesOf(desk)['/etc/liftdesk/settings.env'];
  expect(settings).toContain('APP_NAME=Acme Care\n');
  expect(settings).toContain('PUBSUB=redis\n');
  expect(settings).not.toContain('PUBSUB=memory');
});

describe('boot', () => {
  const at = (...parts: string[]) => join(folder, ...parts);
  const calls = () => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trim().split('\n') : []);
  const machineEnv = () => readFileSync(at('etc/machine.env'), 'utf8');

  /** A machine of that desk on which AWS and the system are stood in for by programs that note how they were called. */
  function prepare(desk: Synthesised): void {
    for (const path of ['bin', 'etc', 'opt', 'disks', 'app']) mkdirSync(at(path));
    for (const [path, text] of Object.entries(filesOf(desk)))
      writeFileSync(at(path.replace('/etc/liftdesk', 'etc')), text.replace('/home/ec2-user/app', at('app')));
    program('sleep', 'exit 0');
    program(
      'curl',
      'case "$*" in *api/token*) echo a-token ;; *instance-id*) echo i-0abc ;; *) note curl "$@" ;; esac',
    );
    program('unzip', 'note unzip "$@"; mkdir -p "${@: -1}"; echo "note setup \\"\\$@\\"" > "${@: -1}/setup"');
    program('runuser', 'note runuser "$@"');
    aws('available');
  }

  function aws(...states: string[]): void {
    writeFileSync(at('states'), `${states.join('\n')}\n`);
    program(
      'aws',
      `case "$*" in
        *describe-volumes*State*) head -n 1 ${at('states')}; [[ $(wc -l < ${at('states')}) == 1 ]] || sed -i 1d ${at('states')} ;;
        *describe-volumes*Instance*) cat ${at('attached')} 2>/dev/null || echo None ;;
        *attach-volume*) note aws "$@"; touch ${at('disks')}/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0 ;;
        *) note aws "$@" ;;
      esac`,
    );
  }

  function program(name: string, does: string): void {
    writeFileSync(at('bin', name), `#!/usr/bin/env bash\n${does}\n`);
    chmodSync(at('bin', name), 0o755);
  }

  function boot(...args: string[]): SpawnSyncReturns<string> {
    program('note', `echo "$*" >> ${at('calls')}`);
    return spawnSync('bash', [join(INFRA, 'boot/boot'), ...args], {
      encoding: 'utf8',
      env: {
        PATH: `${at('bin')}:${process.env['PATH']}`,
        LIFTDESK_ETC: at('etc'),
        LIFTDESK_OPT: at('opt'),
        LIFTDESK_DISKS: at('disks'),
      },
    });
  }

  it('takes its address and its volume, sets the machine up, and takes what was released', () => {
    prepare(Synthesised.of(SMALL));
    const { status, stderr } = boot();
    expect([status, stderr]).toEqual([0, '']);
    expect(calls()).toEqual([
      'aws ec2 associate-address --allocation-id eipalloc-0abc --instance-id i-0abc --allow-reassociation',
      'aws ec2 attach-volume --volume-id vol-0123456789abcdef0 --instance-id i-0abc --device /dev/sdf',
      expect.stringMatching(/^aws s3 cp --only-show-errors s3:\/\/cdk-.*\.zip .*\/opt\/machine\.zip$/),
      expect.stringMatching(/^unzip -q -o /),
      `setup --variables ${at('etc/machine.env')} --settings ${at('etc/settings.env')}`,
      expect.stringMatching(/^aws s3 cp --only-show-errors s3:\/\/cdk-.* .*\/opt\/install-current$/),
      expect.stringMatching(
        /^runuser -u ec2-user -- bash .*\/install-current --bucket s3:\/\/liftdesk-production-artefacts\w+ --machine /,
      ),
    ]);
    expect(machineEnv()).toContain('DATA_DEVICE=');
    expect(readFileSync(at('etc/settings.env'), 'utf8')).toMatch(/^INSTANCE_ID=i-0abc$/m);
  });

  it('waits for the volume while the machine before it ends', () => {
    prepare(Synthesised.of(SMALL));
    aws('in-use', 'in-use', 'available');
    expect(boot().status).toBe(0);
    expect(calls().filter((call) => call.includes('attach-volume'))).toHaveLength(1);
  });

  it('run again it attaches nothing and writes no line twice', () => {
    prepare(Synthesised.of(SMALL));
    boot();
    writeFileSync(at('attached'), 'i-0abc\n');
    const before = machineEnv();
    expect(boot().status).toBe(0);
    expect(machineEnv()).toBe(before);
    expect(calls().filter((call) => call.includes('attach-volume'))).toHaveLength(1);
  });

  it('leaves the release alone that is on the volume', () => {
    prepare(Synthesised.of(SMALL));
    symlinkSync('releases/1.2.3', at('app/current'));
    mkdirSync(at('app/releases/1.2.3'), { recursive: true });
    const { status, stdout } = boot();
    expect([status, calls().some((call) => call.startsWith('runuser'))]).toEqual([0, false]);
    expect(stdout).toContain('serves 1.2.3, which is on the volume');
  });

  it('of scale has neither, and fetches the authorities of RDS', () => {
    prepare(Synthesised.of(SCALE));
    expect(boot().status).toBe(0);
    expect(calls()[0]).toMatch(
      /^curl .*https:\/\/truststore\.pki\.rds\.amazonaws\.com\/global\/global-bundle\.pem$/,
    );
    expect(calls().join()).not.toMatch(/associate-address|attach-volume/);
  });

  it('fails where a step fails, and goes no further', () => {
    prepare(Synthesised.of(SMALL));
    program('unzip', 'echo "unzip: damaged" >&2; exit 9');
    const { status, stderr } = boot();
    expect([status, stderr]).toEqual([9, expect.stringContaining('damaged')]);
    expect(calls().some((call) => call.startsWith('setup'))).toBe(false);
  });

  it('--dry-run tells, and does nothing', () => {
    prepare(Synthesised.of(SMALL));
    const before = machineEnv();
    const { status, stdout } = boot('--dry-run');
    expect([status, calls(), machineEnv()]).toEqual([0, [], before]);
    expect(stdout).toContain('would attach: vol-0123456789abcdef0');
    expect(stdout).toContain('would run: bash ');
  });

  it('says how it is used, and what it does not know', () => {
    mkdirSync(at('bin'));
    expect([boot().status, boot('--help').status]).toEqual([3, 0]);
    expect(boot('--now').status).toBe(2);
  });

  const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
  (hasShellcheck ? it : it.skip)('is a script that shellcheck finds nothing in (needs shellcheck)', () => {
    const { status, stdout } = spawnSync('shellcheck', [join(INFRA, 'boot/boot')], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
  });
});
