/** What the scripts of a machine would have to say in too many words of shell: `node look.mjs <what> <arguments…>`. */
import { readFileSync } from 'node:fs';

const print = (...words) => process.stdout.write(`${words.join(' ')}\n`);
const input = () => readFileSync(0, 'utf8');

const SIGHTS = {
  /** The kind of this machine, as release.json says for which one a release was built. */
  machine: () => print(process.platform, process.arch, process.versions.modules),

  /** Members of the JSON on stdin, each by its path, in a line; how many where one is a list. */
  members: (...paths) => {
    const root = JSON.parse(input());
    const member = (path) => path.split('.').reduce((value, name) => value?.[name], root) ?? '';
    print(...paths.map(member).map((value) => (Array.isArray(value) ? value.length : value)));
  },

  /**
   * Each process of an app in `pm2 jlist` on stdin: `<id> <pid> <status> <restarts>`. One that is on its way out in a reload has
   * an id such as _old_0. PM2 may say something before its list.
   */
  processes: (app) => {
    for (const { name, pid, pm2_env } of JSON.parse(input().trim().split('\n').at(-1))) {
      if (name === app) print(pm2_env.pm_id, pid, pm2_env.status, pm2_env.restart_time);
    }
  },

  /** Fails unless the port answers, so often and each time on a new connection, ready and with this version. */
  answers: async (port, version, times) => {
    const ask = (path) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(5_000),
      });
    for (let n = 0; n < Number(times); n++) {
      const told = await (await ask('/health')).json();
      const { status } = await ask('/health/ready');
      if (told.version !== version) throw new Error(`port ${port} answers as ${told.version}`);
      if (status !== 200) throw new Error(`port ${port} is not ready`);
    }
  },
};

const [what, ...rest] = process.argv.slice(2);
try {
  await SIGHTS[what](...rest);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
