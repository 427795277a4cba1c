import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST } from './built-api';

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What PM2 does for a cluster of one process, and nothing that PM2 does by itself. */
const PRIMARY = `
  const cluster = require('node:cluster');
  cluster.setupPrimary({ exec: process.argv[1], execArgv: [], silent: true });
  process.on('message', ({ id, signal }) => {
    if (signal) return void process.send({ id, signalled: cluster.workers[id].process.kill(signal) });
    const worker = cluster.fork({ NODE_APP_INSTANCE: '0' });
    worker.process.stderr.pipe(process.stderr);
    worker.on('message', (message) => process.send({ id: worker.id, ready: message === 'ready' }));
    worker.on('exit', (code, signal) => process.send({ id: worker.id, ending: { code, signal } }));
  });`;

interface Told {
  id: number;
  ready?: boolean;
  signalled?: boolean;
  ending?: Ending;
}

export interface Worker {
  ended: Promise<Ending>;
  /** Resolves when it has been sent. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

/** The built API in processes that share a port, each of them the instance 0. */
export class ClusterOfOne {
  private readonly primary: ChildProcess;
  private forked = 0;

  constructor(cwd: string, env: Record<string, string>) {
    this.primary = spawn(process.execPath, ['-e', PRIMARY, join(DIST, 'main.js')], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  /** One more. @returns when it has said that it is ready. @throws when it ends instead */
  async ready(): Promise<Worker> {
    const id = (this.forked += 1);
    const ended = this.told(id, ({ ending }) => ending);
    const isReady = this.told(id, ({ ready }) => ready);
    this.primary.send({ id });
    const ending = await Promise.race([ended, isReady.then(() => null)]);
    if (ending) throw new Error(`It ended with ${ending.code ?? ending.signal}`);
    return { ended, signal: (signal) => this.signal(id, signal) };
  }

  /** The processes end with their primary. */
  async end(): Promise<void> {
    const closed = once(this.primary, 'close');
    this.primary.kill();
    await closed;
  }

  private async signal(id: number, signal: NodeJS.Signals): Promise<void> {
    const done = this.told(id, ({ signalled }) => signalled);
    this.primary.send({ id, signal });
    await done;
  }

  private told<T>(id: number, of: (told: Told) => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const listen = (told: Told): void => {
        const what = told.id === id ? of(told) : undefined;
        if (what === undefined) return;
        this.primary.off('message', listen);
        resolve(what);
      };
      this.primary.on('message', listen);
    });
  }
}
