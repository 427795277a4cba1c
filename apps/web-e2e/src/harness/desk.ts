import { freePort } from '@liftdesk/testing';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiProcess } from './api-process';
import { environmentOf, runCommand } from './built-product';
import { CloudDesk } from './cloud/cloud-desk';
import { preparedCloud } from './cloud/shared-servers';

/** The built product at work, with data that nobody else has. */
export abstract class Desk {
  /** What its servers have said so far. */
  abstract readonly log: string;
  abstract readonly url: string;

  /** Starts on the same address and data as before; resolves when it listens. */
  abstract start(): Promise<void>;

  /** Pulls the plug: no answer that is on its way arrives. */
  abstract crash(): Promise<void>;

  /** Runs one of the operators' commands beside it. */
  abstract run(...command: string[]): Promise<void>;

  /** Stops it and takes its data away. */
  abstract close(): Promise<void>;

  /**
   * Starts on a copy of the prepared desk: on this machine alone, or as several machines on AWS would have it.
   * @param env what to tell the server beyond the usual
   */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<Desk> {
    const cloud = preparedCloud();
    const desk = cloud ? await CloudDesk.prepare(cloud, env) : LaptopDesk.prepare(await freePort(), env);
    await desk.start();
    return desk;
  }
}

/** One process, SQLite, folders. */
class LaptopDesk extends Desk {
  private readonly server: ApiProcess;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    env: NodeJS.ProcessEnv,
  ) {
    super();
    this.server = new ApiProcess(folder, { ...environmentOf(folder), ...env, PORT: String(port) });
  }

  static prepare(port: number, env: NodeJS.ProcessEnv): LaptopDesk {
    const template = process.env['DESK_TEMPLATE'];
    if (!template) throw new Error('No desk was prepared: run this through the Playwright configuration');
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
    cpSync(template, folder, { recursive: true });
    return new LaptopDesk(folder, port, env);
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

  run(...command: string[]): Promise<void> {
    return runCommand(this.folder, command);
  }

  async close(): Promise<void> {
    await this.server.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
