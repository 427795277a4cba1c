import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';

export interface RedisServerOptions {
  /** Clients must give it; none by default. */
  password?: string;
  /** More of redis.conf, such as `['--maxmemory', '1mb']`. */
  settings?: readonly string[];
}

const BINARY = process.env['REDIS_SERVER'] ?? 'redis-server';
let found: boolean | undefined;

/** Whether this machine has a redis-server: on the path, or where the variable REDIS_SERVER says. */
export function redisIsThere(): boolean {
  found ??= spawnSync(BINARY, ['--version']).status === 0;
  return found;
}

/** `describe` for what needs a real Redis; where there is none it says so, aloud, and one test is shown as skipped. */
export function describeWithRedis(name: string, define: () => void): void {
  if (redisIsThere()) {
    describe(name, define);
    return;
  }
  process.stderr.write(`\nNOT TESTED for lack of a redis-server (apt-get install redis-server): ${name}\n`);
  describe(name, () => it.skip('NOT TESTED: there is no redis-server on this machine', () => undefined));
}

/** A real Redis of one's own on a free port of the loopback, without persistence, that can be ill-treated. */
export class RedisServer {
  readonly host = '127.0.0.1';
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: RedisServerOptions,
  ) {}

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), 'liftdesk-redis-')), options);
    await server.restart();
    return server;
  }

  /** Starts it again on its port, empty, if it runs no more. */
  async restart(): Promise<void> {
    if (this.child !== undefined) await this.kill();
    const { password, settings = [] } = this.options;
    const child = spawn(
      BINARY,
      [
        ...['--port', String(this.port), '--bind', this.host, '--dir', this.folder],
        ...['--save', '', '--appendonly', 'no'],
        ...(password === undefined ? [] : ['--requirepass', password]),
        ...settings,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.child = child;
    process.once('exit', this.killAtExit);
    await ready(child);
  }

  /** As a crash: connections are cut, what was in memory is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    process.removeListener('exit', this.killAtExit);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** It hangs: connections stay, and are even taken, but nothing is answered. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends it, and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readonly killAtExit = (): void => void this.child?.kill('SIGKILL');
}

async function ready(child: ChildProcess): Promise<void> {
  const output = child.stdout as NodeJS.ReadableStream;
  let said = '';
  await new Promise<void>((resolve, reject) => {
    output.on('data', (chunk: Buffer) => {
      if (said.length > 100_000) return;
      said += chunk.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said.slice(-500)}`)));
  });
}
