import { freePort } from '@liftdesk/testing';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Ending, MACHINE, PATH, ROOT, Scratch, run, wentWell } from './harness/run';

/** As much of a desk as PM2 knows: it says `ready`, answers, and writes to where PM2 listens. */
const DESK = `
require('node:http').createServer((request, response) => {
  console.log('asked for ' + request.url);
  response.end(JSON.stringify({ pid: process.pid, cwd: process.cwd(), host: process.env.HOST, env: process.env.NODE_ENV,
    isTold: process.env.JWT_SECRET !== undefined }));
}).listen(process.env.PORT, process.env.HOST, () => process.send('ready'));
process.on('SIGINT', () => process.exit(0));
`;
const TOOLS = [
  'package.json',
  'package-lock.json',
  'render.mjs',
  'templates.mjs',
  'variables.mjs',
  'start',
  'reopen-logs',
];

describe('PM2 of a machine, as its lock file says', () => {
  const scratch = new Scratch();
  const path = (...names: string[]): string => scratch.path(...names);
  const pm2Home = path('pm2');
  const secrets = { JWT_SECRET: 'CANARY-jwt', DATABASE_URL: 'postgres://desk:CANARY-database@host/desk' };
  let port: number;
  let env: Record<string, string>;

  beforeAll(async () => {
    mkdirSync(path('tools'));
    for (const name of TOOLS) cpSync(join(MACHINE, name), path('tools', name));
    wentWell(
      run('npm', [
        'ci',
        '--prefix',
        path('tools'),
        '--omit=dev',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
      ]),
    );
    port = await freePort();
    for (const name of ['app/releases/1/dist/apps/api', 'app/logs', 'home'])
      mkdirSync(path(name), { recursive: true });
    writeFileSync(path('app/releases/1/dist/apps/api/main.js'), DESK);
    cpSync(join(ROOT, 'ecosystem.config.js'), path('app/releases/1/ecosystem.config.js'));
    env = {
      ...{
        PATH,
        HOME: path('home'),
        PM2_HOME: pm2Home,
        APP_DIR: path('app'),
      },
      ...{ NODE_ENV: 'staging', PORT: String(port), INSTANCES: '2' },
    };
  });
  afterAll(() => {
    if (existsSync(pm2Home)) pm2('kill');
    scratch.remove();
  });

  const pm2 = (...args: string[]): string =>
    wentWell(run(path('tools/node_modules/.bin/pm2'), args, { env: { ...env, ...secrets } }));
  const start = (): Ending => run(path('tools/start'), [], { env: { ...env, ...secrets } });
  const ask = async (what = '/'): Promise<Record<string, unknown>> =>
    // A kept connection may be to a process that has ended since.
    (await (
      await fetch(`http://127.0.0.1:${port}${what}`, { headers: { Connection: 'close' } })
    ).json()) as Record<string, unknown>;
  const daemon = (): number => Number(readFileSync(join(pm2Home, 'pm2.pid'), 'utf8'));
  const log = (name = 'pm2-out.log'): string => readFileSync(path('app/logs', name), 'utf8');

  it('waits where there is no release yet', () => {
    expect(wentWell(start())).toContain('no release yet');
    expect(() => process.kill(daemon(), 0)).not.toThrow();
  });

  it('starts the release that is current, with what the machine and its unit say', async () => {
    symlinkSync('releases/1', path('app/current'));
    wentWell(start());
    expect(await ask()).toMatchObject({ cwd: path('app/releases/1'), host: '127.0.0.1', env: 'staging' });
  });

  it('saves no secret, though whoever called it had some', () => {
    pm2('startOrReload', path('app/current/ecosystem.config.js'), '--update-env');
    pm2('save');
    const saved = readFileSync(join(pm2Home, 'dump.pm2'), 'utf8');
    expect(JSON.parse(saved)).toHaveLength(2);
    expect(saved).not.toContain('CANARY');
    expect(wentWell(run('sh', ['-c', `grep -rl CANARY ${pm2Home} ${path('app')} || true`]))).toBe('');
  });

  it('hands the secrets of its unit to the processes', async () => {
    expect(await ask()).toMatchObject({ isTold: true });
  });

  it('brings both processes back after all was killed', async () => {
    const pids = (JSON.parse(pm2('jlist')) as { pid: number }[]).map(({ pid }) => pid);
    for (const pid of [daemon(), ...pids]) process.kill(pid, 'SIGKILL');
    wentWell(start());
    const seen = new Set<unknown>();
    while (seen.size < 2) seen.add((await ask())['pid']);
    for (const pid of pids) expect(seen).not.toContain(pid);
  });

  it('starts as many as the machine says now, though others were saved, or what was saved is torn', async () => {
    pm2('kill');
    writeFileSync(join(pm2Home, 'dump.pm2'), '[{"name": "lift');
    env['INSTANCES'] = '3';
    wentWell(start());
    expect(await ask()).toMatchObject({ host: '127.0.0.1' });
    expect(JSON.parse(pm2('jlist'))).toHaveLength(3);
  });

  it('is stopped and started by whoever restores a backup', async () => {
    pm2('stop', 'liftdesk');
    await expect(ask()).rejects.toThrow('fetch failed');
    pm2('start', 'liftdesk');
    expect(await ask()).toMatchObject({ host: '127.0.0.1' });
  });

  it('waits ever longer between tries of what cannot start, and serves when it can', async () => {
    const main = path('app/releases/1/dist/apps/api/main.js');
    const waits = (): number[] =>
      (JSON.parse(pm2('jlist')) as { pm2_env: { prev_restart_delay?: number } }[]).map(
        ({ pm2_env }) => pm2_env.prev_restart_delay ?? 0,
      );
    writeFileSync(main, 'process.exit(1)');
    for (const { pid } of JSON.parse(pm2('jlist')) as { pid: number }[]) process.kill(pid, 'SIGKILL');
    while (waits().some((wait) => wait < 500)) await pause(100);
    writeFileSync(main, DESK);
    const isServed = (): Promise<boolean> =>
      ask().then(
        () => true,
        () => false,
      );
    while (!(await isServed())) await pause(50);
  });

  it('writes on into the file that was moved away, and after reopen-logs into a new one: no line is lost', async () => {
    const variables = scratch.variables({
      ...{ APP_USER: userInfo().username, APP_HOME: path('home'), PM2_HOME: pm2Home, APP_DIR: path('app') },
    });
    const reopen = (...args: string[]): string =>
      wentWell(run(path('tools/reopen-logs'), args, { env: { ...env, MACHINE_ENV: variables } }));
    renameSync(path('app/logs/pm2-out.log'), path('app/logs/pm2-out.log.1'));
    await ask('/before');
    expect(reopen('--dry-run')).toContain('reloadLogs');
    reopen();
    await ask('/after');
    while (!existsSync(path('app/logs/pm2-out.log')) || !log().includes('/after')) await pause(20);
    expect(log('pm2-out.log.1')).toContain('/before');
    expect(log()).not.toContain('/before');
  });
});
