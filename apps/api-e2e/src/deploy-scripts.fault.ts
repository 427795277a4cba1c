import { freePort } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DIST, type Ending, Installation } from './harness/built-api';

const SCRIPTS = resolve(__dirname, '../../../deploy/scripts');
const PIPELINE = resolve(__dirname, '../../../tools/ci');
const PM2 = 'pm2@7.0.4';

/** What operators call; their parts lie in folders. */
const scripts = (): string[] => [
  ...filesOf(SCRIPTS),
  ...filesOf(join(SCRIPTS, 'on-machine')).map((name) => join('on-machine', name)),
];

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

function isInstalled(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0;
}

describe('the scripts of operators', () => {
  let installation: Installation;
  let port: number;
  let env: Record<string, string>;
  beforeEach(async () => {
    installation = new Installation().migrate();
    installation.addUser('agent', 'maja@desk.example', 'a password for maja');
    port = await freePort();
    // As it is installed: npm finds the commands, whichever way they are built.
    const command = (name: string): string => `node ${join(DIST, 'cli.js')} ${name}`;
    const scripts = { backup: command('backup'), restore: command('restore') };
    writeFileSync(path('package.json'), JSON.stringify({ name: 'desk', private: true, scripts }));
    writeFileSync(
      path('start'),
      `node ${join(DIST, 'main.js')} > ${path('api.log')} 2>&1 & echo $! > ${path('pid')}; echo start >> ${path('deeds')}`,
    );
    writeFileSync(
      path('stop'),
      `echo stop >> ${path('deeds')}; kill $(cat ${path('pid')}); while kill -0 $(cat ${path('pid')}) 2> /dev/null; do sleep 0.1; done`,
    );
    env = {
      ...installation.env({
        PORT: String(port),
        LIFTDESK_DIR: installation.folder,
        HOME: installation.folder,
      }),
      SERVICE_START: `sh ${path('start')}`,
      SERVICE_STOP: `sh ${path('stop')}`,
    };
    mark('then');
    expect(await run('backup')).toMatchObject({ code: 0, stderr: '' });
    mark('now');
  });
  afterEach(async () => {
    if (await isServing()) execFileSync('sh', [path('stop')], { stdio: 'ignore' });
    installation.remove();
  });

  const path = (...names: string[]): string => join(installation.folder, ...names);
  const deeds = (): string[] =>
    existsSync(path('deeds')) ? readFileSync(path('deeds'), 'utf8').trim().split('\n') : [];
  const isServing = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined))?.ok ?? false;

  async function run(script: string, ...args: string[]): Promise<Ending> {
    const child = spawn(join(SCRIPTS, script), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    // Not its exit: what it has said may come after that.
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  async function serve(): Promise<void> {
    execFileSync('sh', [path('start')], { env, stdio: 'ignore' });
    while (!(await isServing())) await new Promise((done) => setTimeout(done, 100));
    execFileSync('rm', [path('deeds')]);
  }

  function mark(word: string): void {
    const database = new Database(installation.databasePath);
    database.prepare('update "user" set name = ?').run(word);
    database.close();
  }

  function markOf(): unknown {
    const database = new Database(installation.databasePath, { readonly: true });
    try {
      return database.prepare('select name from "user"').pluck().get();
    } finally {
      database.close();
    }
  }

  it('say what they do, and know what they are not told', async () => {
    for (const script of scripts()) {
      expect(await run(script, '--help')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Usage: /) as string,
        stderr: '',
      });
    }
    expect(await run('backup', '--what')).toMatchObject({ code: 2 });
    expect(await run('restore', 'latest', '--what')).toMatchObject({ code: 2 });
    expect(await run('restore')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Which backup') as string,
    });
    expect(deeds()).toEqual([]);
  });

  const isThere = isInstalled('shellcheck', '--version');
  (isThere ? it : it.skip)(`${isThere ? '' : 'SHELLCHECK ONLY, left out: '}are sound to shellcheck`, () => {
    execFileSync('shellcheck', [
      '--external-sources',
      '--check-sourced',
      ...scripts().map((name) => join(SCRIPTS, name)),
      ...filesOf(PIPELINE)
        .filter((name) => name.endsWith('.sh'))
        .map((name) => join(PIPELINE, name)),
      resolve(__dirname, '../../../.ci/run'),
    ]);
  });

  it('restore stops the desk, restores, and starts it again', async () => {
    await serve();
    const { code, stdout, stderr } = await run('restore', 'latest', '--json');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the desk is ready') as string,
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, dryRun: false });
    expect(deeds()).toEqual(['stop', 'start']);
    expect(await isServing()).toBe(true);
    expect(markOf()).toBe('then');
  });

  it('restore starts the old desk again where the restore fails, and ends as it did', async () => {
    await serve();
    const [key] = readdirSync(path('backups')).filter((name) => name.endsWith('.sqlite.gz'));
    const artefact = readFileSync(path('backups', key ?? ''));
    writeFileSync(path('backups', key ?? ''), artefact.subarray(0, 5_000));
    const tried = await run('restore', 'latest');
    expect({ ...tried, deeds: deeds() }).toMatchObject({ code: 1, deeds: [] });
    expect(await run('restore', 'latest', '--no-trial')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/damaged(.|\n)*the desk is ready/) as string,
    });
    expect(deeds()).toEqual(['stop', 'start']);
    expect(await isServing()).toBe(true);
    expect(markOf()).toBe('now');
  });

  it('restore says so where the desk does not come up, or is not stopped', async () => {
    await serve();
    Object.assign(env, { SERVICE_STOP: 'false', SERVICE_START: 'true', READY_SECONDS: '1' });
    expect(await run('restore', 'latest', '--no-trial')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('could not be stopped') as string,
    });
    expect(markOf()).toBe('now');
    env['SERVICE_STOP'] = `sh ${path('stop')}`;
    expect(await run('restore', 'latest', '--no-trial')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ready: look into its log') as string,
    });
    expect(markOf()).toBe('then');
  });

  it('restore that only tries, or restores elsewhere, stops nothing', async () => {
    await serve();
    expect(await run('restore', 'latest', '--dry-run')).toMatchObject({ code: 0 });
    const elsewhere = await run('restore', 'latest', '--into', `sqlite:${path('elsewhere.sqlite')}`);
    expect(elsewhere).toMatchObject({ code: 0 });
    expect(deeds()).toEqual([]);
    expect(markOf()).toBe('now');
  });

  it('restore that is told to end starts the desk again', async () => {
    await serve();
    const child = spawn(join(SCRIPTS, 'restore'), ['latest', '--no-trial'], {
      env: { ...env, SERVICE_STOP: `sh ${path('stop')}; kill -TERM $PPID` },
      stdio: 'ignore',
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    expect(deeds()).toEqual(['stop', 'start']);
    expect(await isServing()).toBe(true);
    expect(markOf()).toBe('now');
  });

  it('restore works with PM2', async () => {
    const bin = installPm2();
    const pm2 = (...args: string[]) => execFileSync(join(bin, 'pm2'), args, { env, stdio: 'pipe' });
    Object.assign(env, { PM2_HOME: path('pm2-home'), PATH: `${bin}:${env['PATH']}` });
    delete env['SERVICE_START'];
    delete env['SERVICE_STOP'];
    try {
      pm2('start', join(DIST, 'main.js'), '--name', 'liftdesk');
      while (!(await isServing())) await new Promise((done) => setTimeout(done, 100));
      expect(await run('restore', 'latest')).toMatchObject({ code: 0 });
      expect(await isServing()).toBe(true);
      expect(markOf()).toBe('then');
    } finally {
      pm2('kill');
    }
  });

  /** @returns the folder of its program */
  function installPm2(): string {
    mkdirSync(path('pm2'));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', path('pm2'), PM2], {
      stdio: 'pipe',
    });
    return path('pm2', 'node_modules', '.bin');
  }
});
