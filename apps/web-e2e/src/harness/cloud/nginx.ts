import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endOf } from '../api-process';

const RULES = resolve(__dirname, '../../../../../deploy/machine/templates/etc/nginx/liftdesk');

/** A real nginx before several API processes, with the rules of deploy/machine. */
export class Nginx {
  private child: ChildProcess | null = null;
  private output = '';

  constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly backends: readonly number[],
  ) {}

  get log(): string {
    return this.output;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const file = join(this.folder, 'nginx.conf');
    writeFileSync(file, this.configuration());
    // A group of its own, so that its workers can be killed with it.
    const child = spawn('nginx', ['-p', this.folder, '-c', file, '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.child = child;
    process.once('exit', this.killAtExit);
    let failure: Error | null = null;
    child.once('error', (error) => (failure = error));
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    while (!(await this.listens())) {
      if (failure !== null || child.exitCode !== null)
        throw new Error(`nginx did not start: ${this.output || String(failure)}`);
      await pause(20);
    }
  }

  /** As the machine that it is on: at once, whatever is under way. */
  async crash(): Promise<void> {
    const child = this.takeChild();
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    killGroup(child);
    await ended;
  }

  /** Takes no more connections, and ends when what is under way has come to its end. */
  async quit(): Promise<void> {
    const child = this.takeChild();
    if (child) await endOf(child, 'SIGQUIT');
  }

  private takeChild(): ChildProcess | null {
    const child = this.child;
    this.child = null;
    process.removeListener('exit', this.killAtExit);
    return child;
  }

  private readonly killAtExit = (): void => {
    if (this.child) killGroup(this.child);
  };

  private configuration(): string {
    // As on a machine: one request that failed takes nobody out of service.
    const servers = this.backends.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ');
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(this.folder, name)};`,
    );
    return `
      daemon off;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      worker_processes 1;
      pid ${join(this.folder, 'nginx.pid')};
      error_log stderr warn;
      events { worker_connections 512; }
      http {
        access_log off;
        include ${RULES}/request.conf;
        ${places.join('\n')}
        upstream liftdesk { ${servers} keepalive 16; keepalive_timeout 55s; }
        server {
          listen 127.0.0.1:${this.port};
          include ${RULES}/proxy.conf;
          location = /api/events {
            proxy_buffering off;
            proxy_read_timeout 1h;
            proxy_pass http://liftdesk;
          }
          location / { proxy_pass http://liftdesk; }
        }
      }`;
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const answer = (taken: boolean) => {
        socket.destroy();
        resolve(taken);
      };
      socket.once('connect', () => answer(true)).once('error', () => answer(false));
    });
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
