import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
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
import { type Ending, run, start, until } from '../harness/run';
import { WORKSPACE } from '../harness/stand-in';

const SCRIPTS = join(WORKSPACE, 'deploy/scripts');

/** An artefact that says what it is and holds nothing else: what is refused is refused before it would be missed. */
describe('what the scripts refuse before anything is changed', () => {
  let folder: string;
  let archive: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-refusals-'));
    mkdirSync(path('app'));
    writeFileSync(path('pm2'), '#!/bin/sh\necho "[]"\n', { mode: 0o755 });
    writeFileSync(
      path('machine.env'),
      `APP_DIR=${path('app')}\nPM2_BIN=${path('pm2')}\nPM2_HOME=${path('.pm2')}\n`,
    );
    archive = pack({});
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const path = (name: string): string => join(folder, name);
  const call = (script: string, ...args: string[]): Promise<Ending> =>
    run(join(SCRIPTS, script), args, { env: { PATH: process.env['PATH'], HOME: folder } });
  const activate = (...args: string[]): Promise<Ending> =>
    call('on-machine/activate', '--machine', path('machine.env'), ...args);
  const refusal = (words: RegExp) => ({ code: 3, stderr: expect.stringMatching(words) as string });

  function pack(other: object): string {
    const about = {
      version: '1.0.0-abc',
      platform: process.platform,
      arch: process.arch,
      node: process.versions.modules,
      packages: [],
    };
    writeFileSync(path('release.json'), JSON.stringify({ ...about, ...other }));
    const file = path('liftdesk-1.0.0-abc.tar.gz');
    execFileSync('tar', ['-czf', file, '-C', folder, 'release.json']);
    const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
    writeFileSync(`${file}.sha256`, `${sum}  liftdesk-1.0.0-abc.tar.gz\n`);
    return file;
  }

  it.each([
    ['artefact', ['--what']],
    ['release', []],
    ['release', ['--artefact', 'x']],
    ['release', ['--artefact', 'x', '--to', 'a;b']],
    ['release', ['--artefact', 'x', '--to', '-Fconfig@a']],
    ['release', ['--artefact', 'x', '--to', 'a', '--client-bucket', 'client']],
    ['release', ['--artefact', 'x', '--to', 'a', '--distribution', 'E1']],
    ['rollback', ['1.0.0']],
    ['rollback', ['$(id)', '--to', 'a']],
    ['on-machine/activate', []],
    ['on-machine/activate', ['--skip-backup']],
    ['on-machine/go-back', ['one', 'two']],
    ['on-machine/run', ['--', 'true']],
    ['on-machine/install-current', ['--bucket', 'artefacts']],
    ['on-machine/install-current', ['--bucket']],
    ['session-key', ['--to', '/tmp']],
    ['session-key', ['--to', "/tmp/it's", 'i-0a']],
    ['session-key', ['--to', '/tmp/100%h', 'i-0a']],
  ])('%s %j is wrong usage', async (script, args) =>
    expect(await call(script, ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.not.stringMatching(/unbound|line \d+:/) as string,
    }),
  );

  it('tells what it would do, and does nothing', async () => {
    expect(await activate('--dry-run', archive)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1.0.0-abc is whole') as string,
    });
    expect(readdirSync(path('app'))).toEqual([]);
  });

  it('an artefact that is not what its checksum says', async () => {
    writeFileSync(archive, readFileSync(archive).subarray(0, -10));
    expect(await activate(archive)).toMatchObject(refusal(/not what its checksum says/));
    expect(await call('release', '--artefact', archive, '--to', 'nowhere.invalid')).toMatchObject(
      refusal(/not what its checksum says/),
    );
  });

  it.each([{ platform: 'plan9' }, { arch: 'pdp11' }, { node: '1' }])(
    'an artefact for another kind of machine: %j',
    async (other) =>
      expect(await activate(pack(other))).toMatchObject(refusal(/was built for .*(plan9|pdp11| 1 )/)),
  );

  it('a machine without settings, and leaves nothing unpacked', async () => {
    expect(await activate(archive)).toMatchObject(refusal(/no settings for the desk yet/));
    expect(readdirSync(path('app/releases'))).toEqual([]);
    expect(existsSync(path('app/.release-state'))).toBe(false);
    const log = readFileSync(path('app/releases.log'), 'utf8').trim().split('\n');
    expect(log.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ step: 'unpack', outcome: 'done' }),
      expect.objectContaining({ step: 'preflight', outcome: 'failed', version: '1.0.0-abc' }),
    ]);
  });

  it('a database that would lie in a release', async () => {
    mkdirSync(path('app/shared'));
    writeFileSync(path('app/shared/.env.production'), 'DATABASE_PATH=./database.sqlite\n');
    expect(await activate(archive)).toMatchObject(refusal(/must be an absolute path/));
  });

  it('a second deed on a machine', async () => {
    const lock = start('flock', ['-F', path('app/.release.lock'), 'sh', '-c', 'echo held; exec sleep 60']);
    try {
      await until('the lock is held', () => lock.stdout.includes('held'));
      expect(await activate(archive)).toMatchObject(refusal(/another release or rollback is under way/));
    } finally {
      lock.child.kill();
      await lock.ended;
    }
  });

  it('a way back to what is not there', async () => {
    const back = (...args: string[]) => call('on-machine/go-back', '--machine', path('machine.env'), ...args);
    expect(await back()).toMatchObject(refusal(/no release to go back to/));
    expect(await back('1.0.0')).toMatchObject(refusal(/not on this machine any more/));
  });

  it('machines that cannot be reached, before any is touched', async () => {
    const release = ['--artefact', pack({}), '--to', 'nowhere.invalid'];
    mkdirSync(path('deploy/scripts'), { recursive: true });
    mkdirSync(path('dist/apps/web/browser'), { recursive: true });
    execFileSync('tar', ['-czf', archive, '-C', folder, 'release.json', 'deploy', 'dist']);
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
    writeFileSync(`${archive}.sha256`, `${sum}\n`);
    expect(await call('release', ...release)).toMatchObject(refusal(/nowhere\.invalid cannot be reached/));
  });

  it('a checkout with something that is in no commit', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: path('checkout'), stdio: 'pipe' });
    mkdirSync(path('checkout/deploy'), { recursive: true });
    execFileSync('cp', ['-r', SCRIPTS, path('checkout/deploy/scripts')]);
    writeFileSync(path('checkout/package.json'), '{"version":"1.2.3"}');
    git('init', '-q');
    git('add', '.');
    git('-c', 'user.name=a', '-c', 'user.email=a@desk.example', 'commit', '-qm', 'All');
    const artefact = (...args: string[]) =>
      run(path('checkout/deploy/scripts/artefact'), ['--dry-run', ...args], { cwd: folder });
    expect(await artefact()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/liftdesk-1\.2\.3-[0-9a-f]{12}\.tar\.gz/) as string,
    });
    writeFileSync(path('checkout/new'), '');
    expect(await artefact()).toMatchObject(refusal(/new\n(.|\n)*is in no commit/));
    expect(await artefact('--allow-dirty')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('-dirty-') as string,
    });
  });
});

describe('a deed that runs detached', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'liftdesk-run-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const deed = (): string => join(folder, 'deed');
  const args = (...command: string[]): string[] => ['--folder', deed(), ...command];
  const script = join(SCRIPTS, 'on-machine/run');

  it('says what it says, and ends as it ends', async () =>
    expect(await run(script, args('--', 'sh', '-c', 'echo one; echo two >&2; exit 3'))).toMatchObject({
      code: 3,
      stdout: 'one\ntwo\n',
    }));

  it('goes on when whoever asked for it is gone, and is heard from where it was heard to', async () => {
    const first = start(
      script,
      args(
        '--',
        'sh',
        '-c',
        `echo one; while [ -e ${folder} ] && [ ! -e ${folder}/go ]; do sleep 0.1; done; echo two`,
      ),
    );
    await until('it is under way', () => first.stdout.includes('one'));
    await first.kill('SIGKILL');
    const second = start(script, args('--from', '4', '--', 'echo', 'never'));
    writeFileSync(join(folder, 'go'), '');
    expect(await second.ended).toMatchObject({ code: 0, stdout: 'two\n' });
  });

  it('is told to end', async () => {
    const first = start(
      script,
      args(
        ...['--', 'bash', '-c'],
        `trap "echo heard; exit 130" TERM; echo up; while [ -e ${folder} ]; do sleep 0.1; done`,
      ),
    );
    await until('it is under way', () => first.stdout.includes('up'));
    // What it is run by is not taken away under it.
    expect(await run(script, args('--remove'))).toMatchObject({ code: 3 });
    expect(await run(script, args('--stop'))).toMatchObject({ code: 0 });
    expect(await first.ended).toMatchObject({ code: 130, stdout: 'up\nheard\n' });
    // Its number may be another's by then.
    writeFileSync(join(deed(), 'pid'), `${process.pid}\n`);
    expect(await run(script, args('--stop'))).toMatchObject({ code: 0 });
    expect(await run(script, ['--folder', folder, '--remove'])).toMatchObject({ code: 0 });
    expect(existsSync(folder)).toBe(false);
  });

  it('has failed where the disk was too full to write down how it ended', async () => {
    mkdirSync(deed());
    for (const [name, text] of Object.entries({ pid: `${process.pid}\n`, log: 'one\n', code: '' }))
      writeFileSync(join(deed(), name), text);
    expect(await run(script, args('--', 'true'))).toMatchObject({ code: 1, stdout: 'one\n' });
  });
});
