import { freePort } from '@liftdesk/testing';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildsOfRun } from './harness/image';
import { type Running, run, start, until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

interface Release {
  version: string;
  packages: string[];
  schema: string[];
}

describeOnMachines('an artefact', () => {
  let folder: string;
  let release: Release;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-artefact-'));
    await wentWell(run('tar', ['-xzf', buildsOfRun().first.file, '-C', folder]));
    release = JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as Release;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What an operator has: no variable of this process, and no checkout around. */
  const environment = {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    NODE_ENV: 'production',
    PLATFORM: 'local',
  };

  it('holds what runs, and nothing that is for whoever develops', () => {
    const files = execFileSync('find', [folder, '-type', 'f', '-printf', '%P\n']).toString().split('\n');
    expect(files.filter((name) => /\.(map|ts)$|\.cache|^\.env/.test(name))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual([
      ...['LICENSE', 'deploy', 'dist', 'ecosystem.config.js', 'node_modules', 'package.json', 'release.json'],
    ]);
    expect(files).toEqual(
      expect.arrayContaining(['dist/apps/web/browser/index.html', 'deploy/scripts/rollback']),
    );
    for (const absent of ['@angular', 'typescript', 'nx', 'jest', 'esbuild'])
      expect(readdirSync(join(folder, 'node_modules'))).not.toContain(absent);
  });

  it('loads every package that its bundles load late', async () => {
    expect(release.packages).toEqual(
      expect.arrayContaining(['better-sqlite3', '@node-rs/argon2', 'pg', 'ioredis']),
    );
    const script = join(folder, 'deploy/scripts/lib/load-packages.cjs');
    expect(await run('node', [script, folder], { env: environment, cwd: folder })).toMatchObject({ code: 0 });
    rmSync(join(folder, 'node_modules/pg-types'), { recursive: true });
    expect(await run('node', [script, folder], { env: environment, cwd: folder })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pg cannot be loaded') as string,
    });
    await wentWell(run('tar', ['-xzf', buildsOfRun().first.file, '-C', folder]));
  });

  it('serves where nothing else is: its commands by their names, the client, and its own version', async () => {
    const data = mkdtempSync(join(tmpdir(), 'liftdesk-data-'));
    const port = await freePort();
    const env = {
      ...environment,
      ...{ PORT: String(port), JWT_SECRET: 'a secret that is long enough for a test of an artefact' },
      ...{ DATABASE_PATH: join(data, 'database.sqlite'), UPLOAD_DIR: join(data, 'uploads') },
      ...{ LOG_DIR: join(data, 'logs'), FRONTEND_URL: `http://127.0.0.1:${port}`, MAIL_TRANSPORT: 'log' },
      ...{ MAIL_DIR: join(data, 'mail'), FROM_EMAIL: 'support@desk.example' },
    };
    let server: Running | undefined;
    try {
      await wentWell(run('npm', ['run', '--silent', 'migration:run'], { cwd: folder, env }));
      server = start('node', ['dist/apps/api/main.js'], { cwd: folder, env });
      const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      await until('it is ready', async () => {
        if (server?.isOver) throw new Error(server.stderr);
        return (await ask('/health/ready').catch(() => undefined))?.ok ?? false;
      });
      expect(await (await ask('/health')).json()).toMatchObject({ version: release.version });
      expect(await (await ask('/')).text()).toContain('desk-root');
    } finally {
      await server?.kill('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    }
  });
});
