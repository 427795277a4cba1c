import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST, environmentOf } from './built-product';

const GRACE_MS = 10_000;

/** The built product at work: one process on a free port, with a database, files and logs that nobody else has. */
export class Desk {
  private server: ChildProcess | null = null;
  private output = '';

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Starts on a copy of the prepared desk. @param env what to tell the server beyond the usual */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
    const template = process.env['DESK_TEMPLATE'];
    if (!template) throw new Error('No desk was prepared: run this through the Playwright configuration');
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
    cpSync(template, folder, { recursive: true });
    const desk = new Desk(folder, await freePort(), env);
    await desk.start();
    return desk;
  }

  /** What the server has said so far. */
  get log(): string {
    return this.output;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server, on the same port and data as before; resolves when it listens. */
  async start(): Promise<void> {
    const env = {
      ...environmentOf(this.folder),
      ...this.env,
      PORT: String(this.port),
      // Should this process be killed, the server ends by itself.
      LIFTDESK_ENDS_WITH_PARENT: '1',
    };
    const server = spawn(process.execPath, [join(DIST, 'api/main.js')], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.server = server;
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      server.once('message', () => resolve());
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${this.output}`)));
    });
  }

  /** Pulls the plug: no answer that is on its way arrives. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops the server and takes its data away. */
  async close(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.server;
    this.server = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    const impatience = setTimeout(() => server.kill('SIGKILL'), GRACE_MS);
    server.kill(signal);
    await ended;
    clearTimeout(impatience);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was free');
  return address.port;
}
