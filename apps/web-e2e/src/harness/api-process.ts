import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST } from './built-product';

const GRACE_MS = 10_000;

/** One process of the built API. */
export class ApiProcess {
  private child: ChildProcess | null = null;
  private output = '';

  /** @param cwd the desk's folder */
  constructor(
    private readonly cwd: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** What it has said so far. */
  get log(): string {
    return this.output;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(DIST, 'api/main.js')], {
      cwd: this.cwd,
      // Should this process be killed, the server ends by itself.
      env: { ...this.env, LIFTDESK_ENDS_WITH_PARENT: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${this.output}`)));
    });
  }

  /** Resolves when it has ended; what does not end in time is killed. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child) await endOf(child, signal);
  }
}

/** Sends the signal and waits; what does not end in time is killed. */
export async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const impatience = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.kill(signal);
  await ended;
  clearTimeout(impatience);
}
