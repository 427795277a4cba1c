import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST, type Ending, type Installation } from './built-api';

const PRELOAD = join(__dirname, 'pause-after-words.cjs');
const PAUSED = /^paused\n/m;

/** For a command's environment: once it has printed this it stands still, until it is killed or may go on. */
export const pausingAfter = (words: string): Record<string, string> => ({
  NODE_OPTIONS: `--require ${PRELOAD}`,
  PAUSE_AFTER: words,
});

/** An operator's command of the built API, while it runs. */
export interface RunningCommand {
  pid: number;
  ended: Promise<Ending>;
  /** Resolves once it has printed this. @throws where it ends before */
  says(words: string): Promise<void>;
  /** Resolves once it stands still: see `pausingAfter`. @throws where it ends before */
  paused(): Promise<void>;
  /** Lets it go on that stands still. @returns how it ended; the promise resolves when it has */
  goOn(): Promise<Ending>;
  /** Ends it with SIGKILL: nothing of it comes later. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<Ending>;
}

export function begin(
  installation: Installation,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningCommand {
  const child = spawn(process.execPath, [join(DIST, 'cli.js'), ...args], {
    cwd: installation.folder,
    env: installation.env({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let isOver = false;
  const ended = once(child, 'close').then(([code]) => {
    isOver = true;
    return { code: code as number | null, stdout, stderr: stderr.replace(PAUSED, '') };
  });
  return {
    pid: child.pid ?? 0,
    ended,
    says: async (words) => {
      while (!stdout.includes(words)) {
        if (isOver) throw new Error(`It ended without saying "${words}": ${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    paused: async () => {
      while (!PAUSED.test(stderr)) {
        if (isOver) throw new Error(`It ended and had never stood still: ${stdout}${stderr}`);
        await Promise.race([once(child.stderr, 'data'), ended]);
      }
    },
    goOn: () => {
      child.stdin.end('\n');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      const { code } = await ended;
      if (code !== null) throw new Error(`It had ended by itself, with ${code}`);
    },
    signal: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
