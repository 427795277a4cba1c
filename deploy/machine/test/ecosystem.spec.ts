import { type Ending, ROOT, run, wentWell } from './harness/run';

interface App {
  [setting: string]: unknown;
}

/** The file as PM2 reads it in an environment. */
function app(env: Record<string, string>): App {
  const read: Ending = run(
    process.execPath,
    ['-p', 'JSON.stringify(require("./ecosystem.config.js").apps)'],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
    },
  );
  const apps = JSON.parse(wentWell(read)) as [App];
  expect(apps).toHaveLength(1);
  return apps[0];
}

describe('ecosystem.config.js', () => {
  it('serves whoever starts it in the folder of a build: one process, where PM2 was called', () => {
    const here = app({});
    expect(here).toMatchObject({
      name: 'liftdesk',
      script: 'dist/apps/api/main.js',
      exec_mode: 'cluster',
      instances: 1,
    });
    expect(here).not.toHaveProperty('cwd');
    expect(here).not.toHaveProperty('env');
  });

  it("takes a machine's variables: the release that is current, its processes, its limit, its logs", () => {
    expect(
      app({
        APP_DIR: '/srv/desk',
        NODE_ENV: 'staging',
        PORT: '5001',
        INSTANCES: '2',
        MEMORY_LIMIT_MB: '500',
      }),
    ).toMatchObject({
      cwd: '/srv/desk/current',
      instances: 2,
      max_memory_restart: '500M',
      out_file: '/srv/desk/logs/pm2-out.log',
      error_file: '/srv/desk/logs/pm2-error.log',
      env: { NODE_ENV: 'staging', HOST: '127.0.0.1', PORT: '5001' },
    });
  });

  it('waits for `ready`, and for what is under way', () => {
    expect(app({ APP_DIR: '/srv/desk' })).toMatchObject({
      wait_ready: true,
      listen_timeout: 120_000,
      kill_timeout: 30_000,
      max_memory_restart: '400M',
    });
  });

  it('holds no secret, whatever the environment does', () => {
    const secrets = { JWT_SECRET: 'CANARY', DATABASE_URL: 'postgres://CANARY', REDIS_PASSWORD: 'CANARY' };
    expect(JSON.stringify(app({ APP_DIR: '/srv/desk', ...secrets }))).not.toContain('CANARY');
  });
});
