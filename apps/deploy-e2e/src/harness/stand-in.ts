import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Ending, type Running, start, until } from './run';

export const WORKSPACE = resolve(__dirname, '../../../..');
/** As a login of either has it; programs of root's are on it too. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PREFIX = 'liftdesk-machine-';

/**
 * What a machine is when it comes up: this system below, what is written above it in a layer of its own, its own processes,
 * nothing of this checkout. It lives as long as its input is open: were this process killed, the machine goes with it.
 */
const INIT = `
set -eu
mount -t overlay overlay -o "lowerdir=/,upperdir=$FOLDER/disk,workdir=$FOLDER/work" "$FOLDER/root"
cd "$FOLDER/root"
mount --rbind /dev dev
mount -t proc proc proc
for volatile in run tmp; do mount -t tmpfs -o mode=1777 tmpfs "$volatile"; done
mkdir -p ".$WORKSPACE"
mount -t tmpfs -o size=1m tmpfs ".$WORKSPACE"
exec chroot . /bin/bash --norc -c 'echo up; while read -r line; do :; done'
`;

export interface Enter {
  as?: string;
  env?: Record<string, string>;
  cwd?: string;
}

/** One process of the machine, by the number that it has here. */
export interface Process {
  pid: number;
  command: string;
}

/**
 * A machine without a machine: a root of its own over that of this system, with its own users, files and processes, on the
 * network of this one. A power cut ends all of its processes; its disk stays for the next boot.
 */
export class StandIn {
  /** Why there can be none here; undefined where there can. */
  static get obstacle(): string | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'ROOT ONLY, on Linux';
    return spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0
      ? undefined
      : 'ROOT ONLY, with the right to make namespaces';
  }

  /** Ours, for what goes with the machine when it is removed. */
  readonly folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  private init: Running | null = null;
  private initPid = 0;

  /** @param disk of another machine, which is off: this one begins with a copy of it */
  constructor(disk?: string) {
    for (const name of ['work', 'root']) mkdirSync(join(this.folder, name));
    if (disk === undefined) mkdirSync(this.disk);
    else execFileSync('cp', ['--archive', '--reflink=auto', disk, this.disk]);
  }

  /** What it has written over this system. */
  get disk(): string {
    return join(this.folder, 'disk');
  }

  /** Where a file of the machine lies for us, while it is up. */
  path(file: string): string {
    return `/proc/${this.initPid}/root${file}`;
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  async boot(): Promise<void> {
    const init = start(
      'unshare',
      ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', 'sh', '-c', INIT],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          FOLDER: this.folder,
          WORKSPACE,
        },
      },
    );
    this.init = init;
    await until('the machine is up', () => {
      if (init.isOver) throw new Error(`There is no machine: ${init.stderr}`);
      return init.stdout.includes('up');
    });
    this.initPid = Number(readFileSync(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8').trim());
  }

  /** All of its processes end at once, whatever they are doing; its disk stays. */
  async cutPower(): Promise<void> {
    const { init } = this;
    this.init = null;
    if (init === null || init.isOver) return;
    process.kill(this.initPid, 'SIGKILL');
    await init.ended;
  }

  async remove(): Promise<void> {
    await this.cutPower();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Nothing of our environment gets in. */
  start(command: readonly string[], { as = 'root', env = {}, cwd = '/' }: Enter = {}): Running {
    const person = ['setpriv', '--reuid', as, '--regid', as, '--init-groups', '--reset-env'];
    const variables = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${value}`);
    return start('nsenter', [
      ...['--target', String(this.initPid), '--mount', '--pid', '--root', '--wd', '--'],
      ...person,
      ...['env', `--chdir=${cwd}`, ...variables, ...command],
    ]);
  }

  run(command: readonly string[], options?: Enter): Promise<Ending> {
    return this.start(command, options).ended;
  }

  /** All that runs on it, but what keeps it up. */
  processes(): Process[] {
    const own = readlinkSync(`/proc/${this.initPid}/ns/pid`);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== this.initPid)
      .flatMap((name) => {
        try {
          if (readlinkSync(`/proc/${name}/ns/pid`) !== own) return [];
          const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
          return [{ pid: Number(name), command }];
        } catch {
          // It has ended while we looked.
          return [];
        }
      });
  }

  /** Kills those whose command holds it. @returns how many */
  kill(text: string, signal: NodeJS.Signals = 'SIGKILL'): number {
    const found = this.processes().filter(({ command }) => command.includes(text));
    // What has ended by itself meanwhile is none that was killed.
    return found.filter(({ pid }) => isKilled(pid, signal)).length;
  }

  /** What runs that were killed have left. */
  static sweep(): void {
    for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(PREFIX))) {
      const pid = name.slice(PREFIX.length).split('-')[0] ?? '';
      if (!isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** `describe` for what needs a machine; where there can be none it says so, aloud, and one test is shown as skipped. */
export function describeOnMachines(name: string, define: () => void): void {
  const obstacle = StandIn.obstacle;
  if (obstacle === undefined) {
    describe(name, define);
    return;
  }
  process.stderr.write(`\nNOT TESTED (${obstacle}): ${name}\n`);
  describe(name, () => it.skip(`NOT TESTED: ${obstacle}`, () => undefined));
}

const isAlive = (pid: number): boolean => isKilled(pid, 0);

/** Whether there was such a process to send the signal to. */
function isKilled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
