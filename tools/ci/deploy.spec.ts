import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const GIVEN = { DEED: 'release', SITE_URL: 'https://desk.example.com', MACHINES: 'ana@one:2222 two' };
const AWS = `[ "$NO_MACHINES" = yes ] || printf 'i-0a\\ti-0b\\n'`;

describe('tools/ci/deploy.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-deploy-'));
    mkdirSync(join(folder, 'tools/ci'), { recursive: true });
    copyFileSync(join(__dirname, 'deploy.sh'), join(folder, 'tools/ci/deploy.sh'));
    // Stand-ins for what is tested on machines elsewhere: each notes how it was called, and ends as it is told.
    for (const name of ['release', 'rollback', 'session-key'])
      program(`deploy/scripts/${name}`, `exit "$(cat "${folder}/${name}.code" 2>/dev/null || echo 0)"`);
    program('bin/aws', AWS);
    mkdirSync(join(folder, 'packed/dist/apps/api'), { recursive: true });
    const cli = `require('fs').appendFileSync(process.env.DEEDS, ['cli', ...process.argv.slice(2)].join(' ') + '\\n');process.exit(Number(process.env.SMOKE_CODE));`;
    writeFileSync(join(folder, 'packed/dist/apps/api/cli.js'), cli);
    mkdirSync(join(folder, 'artefact'));
    pack();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function pack(): void {
    const archive = join(folder, 'artefact/liftdesk-1.0.0-abc.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', join(folder, 'packed'), '.']);
  }

  function program(path: string, deed: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = `#!/usr/bin/env bash\necho "$(basename "$0") $*" >>"$DEEDS"\n${deed}\n`;
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }

  function deploy(env: Record<string, string>, ...args: string[]) {
    const all = {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      DEEDS: join(folder, 'deeds'),
      SMOKE_CODE: '0',
      ...env,
    };
    const command = promisify(execFile)(join(folder, 'tools/ci/deploy.sh'), args, { env: all });
    const ended = command.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { stdout: string; stderr: string; code: number }) => ({
        code,
        stdout,
        stderr,
      }),
    );
    return Object.assign(ended, { child: command.child });
  }

  const deeds = (): string[] =>
    existsSync(join(folder, 'deeds')) ? readFileSync(join(folder, 'deeds'), 'utf8').trim().split('\n') : [];
  const ends = (name: string, code: number): void =>
    writeFileSync(join(folder, `${name}.code`), String(code));

  it('releases to every machine, and tries the desk as people reach it', async () => {
    const env = { ...GIVEN, CLIENT_BUCKET: 'client', DISTRIBUTION_ID: 'E1', ARTEFACT_BUCKET: 'artefacts' };
    expect(await deploy(env)).toMatchObject({ code: 0, stderr: '' });
    expect(deeds()).toEqual([
      'release --artefact artefact/liftdesk-1.0.0-abc.tar.gz --to ana@one:2222 --to two --client-bucket s3://client --distribution E1 --artefact-bucket s3://artefacts',
      'cli smoke --url https://desk.example.com --read-only',
    ]);
  });

  it('writes in the smoke test where it can take it away again; the password stands in no list of processes', async () => {
    const admin = { SMOKE_ADMIN_EMAIL: 'ada@example.com', SMOKE_ADMIN_PASSWORD: 'a secret of ada' };
    expect((await deploy({ ...GIVEN, ...admin })).code).toBe(0);
    expect(deeds().at(-1)).toBe('cli smoke --url https://desk.example.com');
    expect(deeds().join()).not.toContain('secret of ada');
  });

  it('finds machines by their tag, and a way to them', async () => {
    const { MACHINES: _, ...env } = GIVEN;
    expect((await deploy({ ...env, MACHINES_TAG: 'desk-production' })).code).toBe(0);
    const [asked, key, release] = deeds();
    expect(asked).toContain(
      'Name=tag:liftdesk,Values=desk-production Name=instance-state-name,Values=running',
    );
    expect(key).toMatch(/^session-key --to \S+\/ssh i-0a i-0b$/);
    expect(release).toMatch(/--to i-0a --to i-0b --ssh-config \S+\/ssh\/ssh-config$/);
  });

  it('does nothing where there is no machine', async () => {
    const { MACHINES: _, ...env } = GIVEN;
    const { code, stderr } = await deploy({ ...env, MACHINES_TAG: 'desk-production', NO_MACHINES: 'yes' });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('no running machine') as string,
    });
    expect(deeds()).toHaveLength(1);
  });

  it('goes back where people do not reach it as they should', async () => {
    const { code, stderr } = await deploy({ ...GIVEN, SMOKE_CODE: '1' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('back to the former release') as string,
    });
    expect(deeds().at(-1)).toBe('rollback --to ana@one:2222 --to two');
  });

  it('has failed where there is nothing to go back to', async () => {
    ends('rollback', 3);
    const { code, stderr } = await deploy({ ...GIVEN, SMOKE_CODE: '1' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('no way back') as string });
  });

  it('releases nothing that it could not try afterwards', async () => {
    writeFileSync(join(folder, 'artefact/liftdesk-1.0.0-abc.tar.gz'), 'half');
    expect((await deploy(GIVEN)).code).not.toBe(0);
    expect(deeds()).toEqual([]);
  });

  it('does not take for no machine that AWS did not answer', async () => {
    program('bin/aws', 'echo AccessDenied >&2; exit 254');
    const { MACHINES: _, ...env } = GIVEN;
    const { code, stderr } = await deploy({ ...env, MACHINES_TAG: 'desk-production' });
    expect({ code, stderr }).toEqual({ code: 254, stderr: 'AccessDenied\n' });
  });

  it.each([1, 3])('ends with %i where the release does, which has gone back by itself', async (ending) => {
    ends('release', ending);
    expect((await deploy(GIVEN)).code).toBe(ending);
    expect(deeds()).toHaveLength(1);
  });

  describe('called off', () => {
    /** Ends with `code` when it is told to, and notes what it has of the key by then. */
    const untilTold = (code: number) =>
      `trap 'cat "\${!#}" >>"$DEEDS"; exit ${code}' TERM; echo >"$DEEDS.begun"; while :; do sleep 0.05; done`;
    beforeEach(() => program('deploy/scripts/session-key', 'mkdir -p "$2"; echo key >"$2/ssh-config"'));

    async function callOff(signal: NodeJS.Signals): Promise<{ code: number; stderr: string }> {
      const { MACHINES: _, ...env } = GIVEN;
      const ended = deploy({ ...env, MACHINES_TAG: 'desk-production' });
      while (!existsSync(join(folder, 'deeds.begun'))) await pause(20);
      ended.child.kill(signal);
      return ended;
    }

    it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
      'by %s: the release goes back by itself, and has the key to the machines until it is through',
      async (signal) => {
        program('deploy/scripts/release', untilTold(1));
        expect((await callOff(signal)).code).toBe(1);
        expect(deeds().slice(-2)).toEqual([expect.stringMatching(/^release /) as string, 'key']);
      },
    );

    it('as the release ends well: it serves, and is not tried from outside', async () => {
      program('deploy/scripts/release', untilTold(0));
      expect(await callOff('SIGTERM')).toMatchObject({ code: 130, stderr: 'deploy.sh: called off\n' });
      expect(deeds().at(-1)).toBe('key');
    });

    it('in the smoke test: a desk that was not tried to its end has not failed', async () => {
      writeFileSync(
        join(folder, 'packed/dist/apps/api/cli.js'),
        `require('fs').writeFileSync(process.env.DEEDS + '.begun', '');process.on('SIGTERM', () => process.exit(130));setInterval(() => {}, 1000);`,
      );
      pack();
      expect(await callOff('SIGTERM')).toMatchObject({ code: 130, stderr: 'deploy.sh: called off\n' });
      expect(deeds().join()).not.toContain('rollback');
    });
  });

  it.each([
    ['one that is named', { VERSION: '1.0.0-abc' }, 'rollback 1.0.0-abc --to ana@one:2222 --to two'],
    ['the one before', { VERSION: '' }, 'rollback --to ana@one:2222 --to two'],
  ])('puts %s in service again, without any artefact', async (_which, given, words) => {
    rmSync(join(folder, 'artefact'), { recursive: true });
    expect((await deploy({ ...GIVEN, DEED: 'rollback', ...given })).code).toBe(0);
    expect(deeds()).toEqual([words]);
  });

  it('tells what it would do, and does nothing', async () => {
    const { code, stdout } = await deploy({ ...GIVEN }, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('deploy/scripts/release --artefact artefact/liftdesk-1.0.0-abc.tar.gz');
    expect(deeds()).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no deed', { ...GIVEN, DEED: '' }, /DEED/],
    ['no address', { ...GIVEN, SITE_URL: '' }, /SITE_URL/],
    ['no machines', { ...GIVEN, MACHINES: '' }, /MACHINES/],
  ])('refuses %s', async (_what, env, words) => {
    const { code, stderr } = await deploy(env);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(words) as string });
  });
});
