import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ending, Installation } from './built-api';

const PRELOAD = join(__dirname, 'pause-at-statement.cjs');
const NEVER = 1_000_000;

/** An operator's command that stands still before one of its statements, until it is killed or may go on. */
export class PausedCommand {
  readonly ended: Promise<Ending>;
  private stdout = '';
  private stderr = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr.replace(/^(paused at|statements:) \d+\n/gm, ''),
    }));
  }

  /** @returns once it stands still. @throws when it came to its end before */
  static async at(statement: number, installation: Installation, ...args: string[]): Promise<PausedCommand> {
    const command = PausedCommand.spawned(statement, installation, args);
    const early = command.ended.then(({ stderr }) => {
      throw new Error(`It ended before its statement ${statement}: ${stderr}`);
    });
    await Promise.race([command.paused(), early]);
    early.catch(() => undefined);
    return command;
  }

  /** How many statements it takes when it is left alone. */
  static async count(installation: Installation, ...args: string[]): Promise<number> {
    const command = PausedCommand.spawned(NEVER, installation, args);
    await command.ended;
    return Number(/^statements: (\d+)$/m.exec(command.stderr)?.[1]);
  }

  kill(): Promise<Ending> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  goOn(): Promise<Ending> {
    this.child.stdin?.end('\n');
    return this.ended;
  }

  private static spawned(statement: number, installation: Installation, args: string[]): PausedCommand {
    const env = { ...installation.env(), PAUSE_AT: String(statement) };
    return new PausedCommand(
      spawn(process.execPath, ['--require', PRELOAD, join(installation.dist, 'cli.js'), ...args], {
        cwd: installation.folder,
        env,
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  /** Resolves when it has said so. @throws when it came to its end before */
  async says(words: string): Promise<void> {
    const more = (): Promise<unknown> => once(this.child.stdout as NodeJS.ReadableStream, 'data');
    let ending: Ending | undefined;
    const ended = this.ended.then((how) => (ending = how));
    while (!this.stdout.includes(words)) {
      if (ending) throw new Error(`It ended before it said "${words}": ${ending.stdout}${ending.stderr}`);
      await Promise.race([more(), ended]);
    }
  }

  private async paused(): Promise<void> {
    while (!this.stderr.includes('paused at')) await once(this.child.stderr as NodeJS.ReadableStream, 'data');
  }
}
