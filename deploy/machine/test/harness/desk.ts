import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT, Scratch, run, wentWell } from './run';

const DIST = join(ROOT, 'dist/apps/api');
export const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

/** The built API with a database of its own, as it runs behind nginx; an agent is at the desk. */
export class BuiltDesk {
  private readonly scratch = new Scratch();
  private child: ChildProcess | null = null;
  private said = '';

  private constructor(readonly port: number) {}

  static async start(client: string, port: number): Promise<BuiltDesk> {
    if (!existsSync(join(DIST, 'main.js')))
      throw new Error('The API is not built: nx run machine:fault builds it first');
    const desk = new BuiltDesk(port);
    const env = desk.env(client);
    const command = (...args: string[]) =>
      wentWell(run(process.execPath, [join(DIST, 'cli.js'), ...args], { cwd: desk.scratch.folder, env }));
    command('migration:run');
    const who = ['--role', 'agent', '--name', 'Maja', '--email', AGENT.email, '--password', AGENT.password];
    command('user:create', ...who);
    const child = spawn(process.execPath, [join(DIST, 'main.js')], {
      cwd: desk.scratch.folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    desk.child = child;
    child.stderr.on('data', (chunk: Buffer) => (desk.said += chunk.toString()));
    while (!(await desk.isReady())) {
      if (child.exitCode !== null) throw new Error(`The desk did not start: ${desk.said}`);
      await pause(50);
    }
    return desk;
  }

  async stop(): Promise<void> {
    if (this.child !== null && this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    this.scratch.remove();
  }

  private env(client: string): Record<string, string> {
    return {
      NODE_ENV: 'test',
      PORT: String(this.port),
      HOST: '127.0.0.1',
      FRONTEND_URL: 'https://desk.example',
      JWT_SECRET: 'a secret for the tests of a machine alone',
      DATABASE_PATH: this.scratch.path('desk.sqlite'),
      UPLOAD_DIR: this.scratch.path('uploads'),
      LOG_DIR: this.scratch.path('logs'),
      WEB_DIR: client,
    };
  }

  private async isReady(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
    return answer?.ok ?? false;
  }
}
