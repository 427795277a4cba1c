import { freePort, selfSigned } from '@liftdesk/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Scratch, run, wentWell } from './run';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export const NAME = 'desk.example';

/** nginx as it is rendered, in front of whatever listens at a port; only ports, folders and its user are a test's own. */
export class RenderedNginx {
  readonly scratch = new Scratch();
  readonly certificates: string[] = [];
  private child: ChildProcess | null = null;
  private said = '';

  private constructor(
    readonly httpPort: number,
    readonly httpsPort: number,
  ) {}

  /** Rendered, with a certificate; not started. */
  static async prepare(given: Record<string, string> = {}): Promise<RenderedNginx> {
    const nginx = new RenderedNginx(await freePort(), await freePort());
    const { scratch } = nginx;
    for (const name of ['log', 'app', 'first', 'acme']) mkdirSync(scratch.path(name));
    // Workers are somebody else.
    chmodSync(scratch.folder, 0o755);
    nginx.certify('first');
    const folder = scratch.render({
      ...{ APP_DIR: scratch.path('app'), ACME_DIR: scratch.path('acme'), NGINX_LOG_DIR: scratch.path('log') },
      ...{ NGINX_PID: scratch.path('nginx.pid'), CERTIFICATE_DIR: scratch.path('certificate') },
      ...{
        NGINX_USER: userInfo().username,
        HTTP_PORT: String(nginx.httpPort),
        HTTPS_PORT: String(nginx.httpsPort),
        IPV6: 'off',
      },
      ...given,
    });
    wentWell(run('ln', ['-s', scratch.path('first'), scratch.path('certificate')]));
    wentWell(run('cp', ['/etc/nginx/mime.types', join(folder, 'etc/nginx/mime.types')]));
    return nginx;
  }

  get configuration(): string {
    return this.scratch.path('machine/etc/nginx/nginx.conf');
  }

  /** A certificate in a folder of that name, as certbot leaves it. */
  certify(folder: string): void {
    const { certificate, privateKey } = selfSigned([NAME]);
    this.put(`${folder}/fullchain.pem`, certificate);
    this.put(`${folder}/privkey.pem`, privateKey);
    this.certificates.push(certificate);
  }

  /** A file below the folder of this test. */
  put(path: string, text: string): void {
    const file = this.scratch.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  async start(): Promise<void> {
    const child = spawn('nginx', ['-c', this.configuration, '-g', 'daemon off;'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    while (!(await listens(this.httpPort))) {
      if (child.exitCode !== null) throw new Error(`nginx did not start: ${this.said}`);
      await pause(20);
    }
  }

  async stop(): Promise<void> {
    if (this.child !== null && this.child.exitCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    this.scratch.remove();
  }

  options(path: string, { method = 'GET', headers = {} }: Question = {}): RequestOptions & { ca: string[] } {
    const to = {
      host: '127.0.0.1',
      port: this.httpsPort,
      servername: NAME,
      ca: this.certificates,
      agent: false as const,
    };
    return { ...to, path, method, headers: { Host: NAME, ...headers } };
  }

  ask(path: string, question: Question = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(this.options(path, question), (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(question.body);
    });
  }

  /** Lines of the log of requests, once it has one of that id. */
  async logged(requestId: string): Promise<Record<string, unknown>> {
    for (;;) {
      const lines = this.log.split('\n').filter((line) => line.includes(`"${requestId}"`));
      if (lines[0] !== undefined) return JSON.parse(lines[0]) as Record<string, unknown>;
      await pause(20);
    }
  }

  /** That of errors too. */
  get everyLog(): string {
    return this.log + readFileSync(this.scratch.path('log/nginx-error.log'), 'utf8');
  }

  get log(): string {
    return readFileSync(this.scratch.path('log/nginx-access.log'), 'utf8');
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
