/**
 * PM2. On a machine that deploy/machine set up, the values are those of /etc/liftdesk/machine.env, which the environment holds there.
 * Without them it serves whoever starts it in the folder of a build with NODE_ENV=production: one process, since SQLite serves one.
 *
 * Secrets come from Secrets Manager, from the environment or from .env.production, never from here: `pm2 save` writes what stands
 * here to disk.
 */
const { APP_DIR, NODE_ENV = 'production', PORT, INSTANCES = '1', MEMORY_LIMIT_MB = '400' } = process.env;

/** Releases come and go behind `current`; data and logs stay. */
const onMachine = APP_DIR && {
  cwd: `${APP_DIR}/current`,
  out_file: `${APP_DIR}/logs/pm2-out.log`,
  error_file: `${APP_DIR}/logs/pm2-error.log`,
  // nginx stands before it; nobody else comes in.
  env: { NODE_ENV, HOST: '127.0.0.1', ...(PORT && { PORT }) },
  // What begins with nothing is everything: of the environment that PM2 is called in it keeps, and saves, nothing. What the
  // service of PM2 itself was started with, such as secrets of its unit, the processes get all the same.
  filter_env: [''],
};

module.exports = {
  apps: [
    {
      name: 'liftdesk',
      script: 'dist/apps/api/main.js',
      // A small young generation, and a heap that is tidied early instead of growing into a large machine's memory: a
      // quarter less of it under load, the same throughput. `npm start` and the bench read them from here.
      node_args: ['--max-semi-space-size=4', '--max-old-space-size=256'],
      // A cluster of one too: PM2 holds the port while one process takes the place of another.
      exec_mode: 'cluster',
      instances: Number(INSTANCES),
      // The process says `ready` when it listens, and drains for at most 9 s when it is told to end.
      wait_ready: true,
      // After it PM2 ends the process that serves, ready or not the new one: a release gives up before (SERVES_WITHIN, 90 s).
      listen_timeout: 120_000,
      kill_timeout: 30_000,
      // One that cannot start, because its database is away for instance, is tried again after 0.1 s, then ever later up to 15 s.
      exp_backoff_restart_delay: 100,
      max_memory_restart: `${MEMORY_LIMIT_MB}M`,
      merge_logs: true,
      time: false,
      ...onMachine,
    },
  ],
};
