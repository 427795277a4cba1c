import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../free-port';
import { postgresBinaries, unprivilegedUser } from './postgres-binaries';

export interface PostgresServerOptions {
  /** PEM texts: then it takes connections in TLS only. */
  tls?: { certificate: string; key: string };
}

/** smart waits for its clients, fast ends them, immediate crashes. */
export type StopMode = 'fast' | 'immediate';

const SIGNALS: Record<StopMode, NodeJS.Signals> = { fast: 'SIGINT', immediate: 'SIGQUIT' };
const UP_WITHIN_MS = 60_000;
const SUPERUSER = 'postgres';
/** Somebody who must say a password; the superuser needs none. */
export const POSTGRES_GUEST = { user: 'guest', password: 'p@ss/w:rd ?#' };

const SETTINGS = {
  // A crash of the process loses nothing of what the system has; only one of the machine would.
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  autovacuum: 'on',
  jit: 'off',
  log_min_messages: 'warning',
};

/** A PostgreSQL of its own in a temporary folder, on 127.0.0.1, that is gone when it is stopped for good. */
export class PostgresServer {
  private process: ChildProcess | null = null;

  private constructor(
    private readonly binaries: string,
    private readonly folder: string,
    readonly port: number,
    private readonly as: { uid: number; gid: number } | undefined,
    private readonly options: PostgresServerOptions,
  ) {}

  /** Whether this machine has one: what needs it must say loudly that it was left out. */
  static get isInstalled(): boolean {
    return postgresBinaries() !== null;
  }

  static async start(options: PostgresServerOptions = {}): Promise<PostgresServer> {
    const binaries = postgresBinaries();
    if (binaries === null)
      throw new Error(
        'PostgreSQL is not installed here: apt-get install postgresql, or brew install postgresql',
      );
    const as = unprivilegedUser();
    const folder = mkdtempSync(join(as ? '/tmp' : tmpdir(), 'liftdesk-postgres-'));
    if (as) chownSync(folder, as.uid, as.gid);
    const server = new PostgresServer(binaries, folder, await freePort(), as, options);
    try {
      server.initialise();
      await server.resume();
      await server.query(`create role ${POSTGRES_GUEST.user} login password '${POSTGRES_GUEST.password}'`);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** @param database made by whoever needs it */
  url(database = 'postgres'): string {
    return `postgres://${SUPERUSER}@127.0.0.1:${this.port}/${database}`;
  }

  /** As somebody at the server itself, in the clear. */
  async query<T extends object>(sql: string, values: unknown[] = [], database = 'postgres'): Promise<T[]> {
    const client = new Client({ host: this.folder, port: this.port, user: SUPERUSER, database });
    // A restart under it is what some tests are about; the query itself fails as well.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Ends it as an operator or a crash would; its data stays. */
  async halt(mode: StopMode): Promise<void> {
    const { process } = this;
    if (process === null) return;
    this.process = null;
    if (process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, 'exit');
    process.kill(SIGNALS[mode]);
    await ended;
  }

  /** Starts it again on the data it has, and waits until it takes connections. */
  async resume(): Promise<void> {
    const log: string[] = [];
    const started = spawn(join(this.binaries, 'postgres'), this.arguments(), {
      ...this.as,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process = started;
    started.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
    for (const until = Date.now() + UP_WITHIN_MS; Date.now() < until; await pause(25)) {
      if (started.exitCode !== null) throw new Error(`PostgreSQL ended at once: ${log.join('')}`);
      if (await this.answers()) return;
    }
    throw new Error(`PostgreSQL does not answer: ${log.join('')}`);
  }

  async restart(mode: StopMode): Promise<void> {
    await this.halt(mode);
    await this.resume();
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.halt('immediate');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private initialise(): void {
    const data = join(this.folder, 'data');
    const version = Number(
      /\d+/.exec(
        execFileSync(join(this.binaries, 'postgres'), ['--version'], { stdio: 'pipe' }).toString(),
      )?.[0],
    );
    // An order that is not that of code points: what leans on the default must say so here and not in production.
    const locale =
      version >= 15 ? ['--locale-provider=icu', '--icu-locale=en', '--locale=C'] : ['--locale=C'];
    execFileSync(
      join(this.binaries, 'initdb'),
      ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--no-sync', ...locale],
      { ...this.as, cwd: this.folder, stdio: 'pipe' },
    );
    const rules = readFileSync(join(data, 'pg_hba.conf'), 'utf8');
    const own = [`host all ${POSTGRES_GUEST.user} 127.0.0.1/32 scram-sha-256`];
    const { tls } = this.options;
    if (tls) {
      own.unshift('hostnossl all all all reject');
      this.write('server.crt', tls.certificate);
      this.write('server.key', tls.key);
    }
    writeFileSync(join(data, 'pg_hba.conf'), [...own, rules].join('\n'));
  }

  private write(name: string, text: string): void {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (this.as) chownSync(path, this.as.uid, this.as.gid);
  }

  private arguments(): string[] {
    const settings: Record<string, string> = { ...SETTINGS };
    if (this.options.tls) {
      settings['ssl'] = 'on';
      settings['ssl_cert_file'] = join(this.folder, 'server.crt');
      settings['ssl_key_file'] = join(this.folder, 'server.key');
    }
    return [
      ...['-D', join(this.folder, 'data'), '-h', '127.0.0.1', '-p', String(this.port), '-k', this.folder],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  private async answers(): Promise<boolean> {
    try {
      await this.query('select 1');
      return true;
    } catch {
      return false;
    }
  }
}
