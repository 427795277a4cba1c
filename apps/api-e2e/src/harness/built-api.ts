import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The built API. */
export const DIST = resolve(__dirname, '../../../../dist/apps/api');

/** How a process ended and what it said. */
export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

let migrated: Buffer | undefined;

/** A folder with a database, uploads and logs of its own, for one API after another. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'liftdesk-e2e-'));
  readonly databasePath = join(this.folder, 'desk.sqlite');

  /** @param dist the built API, or a copy of it */
  constructor(readonly dist = DIST) {
    if (!existsSync(join(dist, 'main.js')))
      throw new Error('The API is not built: nx run api-e2e:test builds it first');
  }

  /** What the API is started with, nothing of the surrounding process but what Node needs. */
  env(given: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      PORT: '0',
      HOST: '127.0.0.1',
      JWT_SECRET: 'a secret for the end-to-end tests alone',
      JWT_EXPIRES_IN: '1d',
      DATABASE_PATH: this.databasePath,
      UPLOAD_DIR: join(this.folder, 'uploads'),
      LOG_DIR: join(this.folder, 'logs'),
      RATE_LIMIT_ANONYMOUS: '100000',
      RATE_LIMIT_USER: '1000000',
      RATE_LIMIT_UPLOADS_CUSTOMER: '100000',
      RATE_LIMIT_UPLOADS_AGENT: '100000',
      ...given,
    };
  }

  /** Runs one of the operators' commands. @throws when it fails */
  command(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(this.dist, 'cli.js'), ...args], {
      cwd: this.folder,
      env: this.env(),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Brings the database to this version; a second installation gets a copy of the first one's. */
  migrate(): this {
    if (migrated === undefined) {
      this.command('migration:run');
      migrated = readFileSync(this.databasePath);
    } else {
      writeFileSync(this.databasePath, migrated);
    }
    return this;
  }

  addUser(role: string, email: string, password: string): void {
    this.command(
      'user:create',
      '--role',
      role,
      '--email',
      email,
      '--name',
      `The ${role}`,
      '--password',
      password,
    );
  }

  /** @returns once it answers. @throws with what it said when it ends instead */
  start(given: Record<string, string> = {}): Promise<BuiltApi> {
    return BuiltApi.started(this.folder, this.env(given), this.dist);
  }

  /** Starts what is not supposed to come up, and waits for its end. */
  async startInVain(given: Record<string, string> = {}): Promise<Ending> {
    const api = new BuiltApi(this.folder, this.env(given), this.dist);
    return api.ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A running dist/apps/api/main.js. */
export class BuiltApi {
  readonly ended: Promise<Ending>;
  origin = '';
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';

  constructor(cwd: string, env: Record<string, string>, dist = DIST) {
    this.child = spawn(process.execPath, [join(dist, 'main.js')], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  static async started(cwd: string, env: Record<string, string>, dist = DIST): Promise<BuiltApi> {
    const api = new BuiltApi(cwd, env, dist);
    api.origin = await Promise.race([api.address(), api.ended.then(refused)]);
    return api;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** @returns how it ended; the promise resolves when it has */
  signal(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  stop(): Promise<Ending> {
    return this.signal('SIGTERM');
  }

  private async address(): Promise<string> {
    for (;;) {
      const port = /http:\/\/localhost:(\d+)/.exec(this.stdout)?.[1];
      if (port !== undefined) return `http://127.0.0.1:${port}`;
      await once(this.child.stdout as NodeJS.ReadableStream, 'data');
    }
  }
}

function refused({ code, stderr }: Ending): never {
  throw new Error(`The API ended with ${code}: ${stderr}`);
}
