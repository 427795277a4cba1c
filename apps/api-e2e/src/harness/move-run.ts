import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST, type Ending, type Installation } from './built-api';

/** `db:move` of the built API at work. */
export class MoveRun {
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private said = '';

  constructor(installation: Installation, args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [join(DIST, 'cli.js'), 'db:move', ...args], {
      cwd: installation.folder,
      env: installation.env(env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    const heard = (text: string): void => {
      this.said += text;
    };
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      heard(text);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      heard(text);
    });
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout,
      stderr,
    }));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Until it has said so, or has ended. */
  async says(words: string): Promise<void> {
    while (!this.said.includes(words) && this.child.exitCode === null && this.child.signalCode === null)
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.ended]);
  }

  /** Lets it go on that stands still: see `pausingAfter`. */
  goOn(): Promise<Ending> {
    this.child.stdin?.end('\n');
    return this.ended;
  }

  signal(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }
}
