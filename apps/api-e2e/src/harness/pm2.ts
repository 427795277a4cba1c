import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '7.0.4';
const OF_THE_MACHINE = resolve(__dirname, '../../../../deploy/machine/node_modules/.bin/pm2');

export interface Pm2Process {
  pid: number;
  status: string;
  /** How often it was started again. */
  restarts: number;
}

/** A PM2 with a home of its own. */
export class Pm2 {
  private readonly program: string;

  /** @param env what it, and all that it starts, is started with */
  constructor(
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {
    this.program = existsSync(OF_THE_MACHINE) ? OF_THE_MACHINE : install(join(folder, 'pm2'));
  }

  /** @returns what it says. @throws when it fails */
  async call(...args: string[]): Promise<string> {
    const env = { ...this.env, PM2_HOME: join(this.folder, '.pm2') };
    return (await promisify(execFile)(this.program, args, { cwd: this.folder, env })).stdout;
  }

  /** Those that it looks after; one that is about to be replaced is not among them. */
  async processes(): Promise<Pm2Process[]> {
    const list = JSON.parse((await this.call('jlist')).trim().split('\n').at(-1) ?? '[]') as {
      pid: number;
      pm2_env: { status: string; restart_time: number };
    }[];
    return list.map(({ pid, pm2_env }) => ({
      pid,
      status: pm2_env.status,
      restarts: pm2_env.restart_time,
    }));
  }
}

function install(folder: string): string {
  mkdirSync(folder);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `pm2@${VERSION}`], {
    stdio: 'pipe',
  });
  return join(folder, 'node_modules/.bin/pm2');
}
