import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** How a process ended and what it said. */
export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
  /** All of it; ssh brings what was said over there on stdout. */
  said: string;
}

/** A process that is under way; its end is waited for, or it is killed. */
export class Running {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ending>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    // One that is not there at all ends as a shell says it.
    child.once('error', (error) => (this.stderr += String(error)));
    this.ended = new Promise((resolve) => {
      const end = (code: number | null) => {
        const { stdout, stderr } = this;
        resolve({ code, stdout, stderr, said: stdout + stderr });
      };
      child.once('error', () => end(127));
      child.once('close', end);
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isOver(): boolean {
    const { pid, exitCode, signalCode } = this.child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  async kill(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }
}

export function start(program: string, args: readonly string[], options: SpawnOptions = {}): Running {
  return new Running(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
}

export function run(program: string, args: readonly string[], options?: SpawnOptions): Promise<Ending> {
  return start(program, args, options).ended;
}

/** @throws with what was said, unless it ended well */
export async function wentWell(ending: Ending | Promise<Ending>): Promise<string> {
  const { code, stdout, said } = await ending;
  if (code !== 0) throw new Error(`It ended with ${code}:\n${said}`);
  return stdout;
}

/** Beyond what a whole release takes where much else is done on two cores, and within a test's own time. */
const PATIENCE_MS = 300_000;

/** @throws when it has not come true in time, with what it was */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(50)) {
    if (await isSo()) return;
  }
  throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
}
