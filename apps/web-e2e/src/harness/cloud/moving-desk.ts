import { ThrowAwayDatabases, freePort } from '@liftdesk/testing';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiProcess } from '../api-process';
import { environmentOf, runCommand } from '../built-product';
import { Desk } from '../desk';
import { INGRID } from '../people';
import type { PreparedCloud } from './shared-servers';

const FILE = '.env.there';

/** A desk that begins on SQLite and a folder, is lifted to PostgreSQL and a bucket, and comes home; one address all the time. */
export class MovingDesk extends Desk {
  /** Of the server that runs. */
  private env: NodeJS.ProcessEnv;
  private server: ApiProcess;
  private readonly databases: ThrowAwayDatabases;
  private readonly database = `liftdesk_moving_${randomUUID()}`;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly cloud: PreparedCloud,
  ) {
    super();
    this.databases = new ThrowAwayDatabases(cloud.databaseServer);
    this.env = this.here('first');
    this.server = new ApiProcess(folder, this.env);
  }

  static async begin(cloud: PreparedCloud): Promise<MovingDesk> {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
    const desk = new MovingDesk(folder, await freePort(), cloud);
    await desk.databases.create(desk.database);
    writeFileSync(join(folder, FILE), desk.variablesThere(), { mode: 0o600 });
    await runCommand(folder, ['migration:run'], desk.here('first'));
    const { name, email, password } = INGRID;
    const agent = ['--name', name, '--email', email, '--role', 'agent'];
    await runCommand(folder, ['user:create', ...agent], {
      ...desk.here('first'),
      LIFTDESK_PASSWORD: password,
    });
    await desk.start();
    return desk;
  }

  get log(): string {
    return this.server.log;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  start(): Promise<void> {
    return this.server.start();
  }

  crash(): Promise<void> {
    return this.server.end('SIGKILL');
  }

  run(...args: string[]): Promise<void> {
    return runCommand(this.folder, args, this.env);
  }

  /** While the old server is up; then the new one takes its place. */
  async lift(): Promise<void> {
    await this.operate('lift', '--to', this.here('first'));
    await this.goOnWith({
      ...this.here('first'),
      ...this.there(),
      DATABASE_URL: this.databases.url(this.database),
    });
  }

  /** To another file and another folder than those that it came from. */
  async land(): Promise<void> {
    await this.operate('land', '--from', this.here('second'));
    await this.goOnWith(this.here('second'));
  }

  async close(): Promise<void> {
    await this.server.end('SIGTERM');
    await this.databases.drop(this.database);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private operate(command: 'lift' | 'land', option: string, env: NodeJS.ProcessEnv): Promise<void> {
    return runCommand(this.folder, [command, option, join(this.folder, FILE)], {
      ...env,
      ...this.credentials(),
      THERE_DATABASE_URL: this.databases.url(this.database),
    });
  }

  private async goOnWith(env: NodeJS.ProcessEnv): Promise<void> {
    await this.server.end('SIGTERM');
    this.env = { ...env, ...this.credentials() };
    this.server = new ApiProcess(this.folder, this.env);
    await this.server.start();
  }

  private here(name: string): NodeJS.ProcessEnv {
    return {
      ...environmentOf(this.folder),
      NODE_ENV: 'test',
      PORT: String(this.port),
      DATABASE_PATH: join(this.folder, `${name}.sqlite`),
      UPLOAD_DIR: join(this.folder, `${name}-uploads`),
      BACKUP_DIR: join(this.folder, 'backups'),
    };
  }

  /** Another secret too: no link and no token of the old place holds there. */
  private there(): NodeJS.ProcessEnv {
    return { ...this.cloud.storage, JWT_SECRET: 'another-secret-for-the-new-place-of-the-desk' };
  }

  private variablesThere(): string {
    const variables = { NODE_ENV: 'test', LOG_DIR: join(this.folder, 'logs'), ...this.there() };
    return Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  }

  /** The SDK finds them in its own way, and in no file of ours. */
  private credentials(): NodeJS.ProcessEnv {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = this.cloud.storage;
    return {
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }
}
