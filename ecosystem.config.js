/**
 * PM2: one process, since SQLite serves one. Started in the folder of the build with NODE_ENV=production;
 * secrets come from the environment or .env.production, never from here: `pm2 save` writes what stands here to disk.
 */
module.exports = {
  apps: [
    {
      name: 'liftdesk',
      script: 'dist/apps/api/main.js',
      // A small young generation, and a heap that is tidied early instead of growing into a large machine's memory: a
      // quarter less of it under load, the same throughput. `npm start` and the bench read them from here.
      node_args: ['--max-semi-space-size=4', '--max-old-space-size=256'],
      instances: 1,
      exec_mode: 'fork',
      // The process says `ready` when it listens, and drains for at most 9 s when it is told to end.
      wait_ready: true,
      listen_timeout: 30_000,
      kill_timeout: 30_000,
      max_memory_restart: '400M',
      merge_logs: true,
      time: false,
    },
  ],
};
