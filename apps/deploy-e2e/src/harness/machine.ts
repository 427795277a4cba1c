import { freePort, selfSigned } from '@liftdesk/testing';
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { HOLD } from './builds';
import { Desk } from './desk';
import { APP_DIR, COMMON_VARIABLES, DOMAIN, USER, asLines, imageOfRun } from './image';
import { type Ending, type Running, start, until, wentWell } from './run';
import { SshDoor } from './ssh-door';
import { StandIn, WORKSPACE } from './stand-in';
import { Unit } from './unit';

/** More than what `setup` knows by itself. */
const OWN_SETTINGS = {
  FRONTEND_URL: `https://${DOMAIN}`,
  LOG_LEVEL: 'info',
  // More than a person does.
  RATE_LIMIT_USER: '1000000',
  // Who signed in at the beginning of a file is signed in at its end, on a slow machine too.
  JWT_EXPIRES_IN: '6h',
};
const LINEAGE = `/etc/letsencrypt/live/${DOMAIN}`;
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

export interface MachineOptions {
  engine: 'sqlite' | 'postgres';
  instances: number;
  /** Of the desk, without what the machine knows itself. */
  settings?: Record<string, string>;
  /** What the role of the machine would give. */
  credentials?: string;
  /** Of a disk for the application's folder alone; none unless given. It is gone after a reboot. */
  diskMb?: number;
}

/** A machine that was set up and serves nobody yet: sshd and nginx are up, PM2 waits for a release. */
export class Machine {
  /** What whoever releases has in the environment, beside PATH and HOME. */
  caller: Record<string, string> = {};

  private constructor(
    readonly host: StandIn,
    readonly door: SshDoor,
    readonly desk: Desk,
  ) {}

  static async make(options: MachineOptions): Promise<Machine> {
    const host = new StandIn(imageOfRun());
    try {
      return await Machine.begin(host, options);
    } catch (error) {
      await host.remove();
      throw error;
    }
  }

  private static async begin(host: StandIn, options: MachineOptions): Promise<Machine> {
    await host.boot();
    const door = await SshDoor.make(host, USER, join(host.folder, 'ssh'));
    const [port, httpPort, httpsPort] = [await freePort(), await freePort(), await freePort()];
    const machine = new Machine(host, door, new Desk(DOMAIN, httpsPort));
    machine.renewCertificate();
    if (options.diskMb !== undefined) await machine.attachDisk(options.diskMb);
    await machine.setUp(options, { PORT: `${port}`, HTTP_PORT: `${httpPort}`, HTTPS_PORT: `${httpsPort}` });
    await machine.comeUp();
    await wentWell(machine.renewed());
    return machine;
  }

  /** What its boot brings up, before anything of ours. */
  async comeUp(): Promise<void> {
    await this.door.open();
    await wentWell(this.host.run(['/usr/sbin/nginx']));
    await wentWell(this.unit('liftdesk.service').start().ended);
  }

  /** Pulls the plug, and presses the button. */
  async reboot(): Promise<void> {
    await this.host.cutPower();
    await this.host.boot();
    await this.comeUp();
  }

  async remove(): Promise<void> {
    this.desk.isGone = true;
    await this.host.remove();
  }

  /** As certbot leaves it. */
  renewCertificate(): void {
    // Those that vouch for themselves are told apart by their subject.
    const subject = `certificate-${this.desk.certificates.length}.example`;
    const { certificate, privateKey } = selfSigned([subject, DOMAIN], ['127.0.0.1'], 90);
    this.write(`${LINEAGE}/fullchain.pem`, certificate);
    this.write(`${LINEAGE}/privkey.pem`, privateKey);
    this.desk.certificates.push(certificate);
  }

  /** What certbot calls then. */
  renewed(): Promise<Ending> {
    const env = { RENEWED_LINEAGE: LINEAGE, RENEWED_DOMAINS: DOMAIN, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    return this.host.run(['/etc/letsencrypt/renewal-hooks/deploy/liftdesk'], { env });
  }

  /** As somebody does it by hand, and the workflow as well. */
  release(artefact: string, ...more: string[]): Running {
    return this.script('release', '--artefact', artefact, ...more);
  }

  rollback(...args: string[]): Running {
    return this.script('rollback', ...args);
  }

  private script(name: string, ...args: string[]): Running {
    const to = ['--to', this.door.host, '--ssh-config', this.door.configuration];
    return start(join(WORKSPACE, 'deploy/scripts', name), [...args, ...to], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.caller },
    });
  }

  /** One of the operators' commands, of the release that serves. */
  operate(...args: string[]): Promise<Ending> {
    return this.host.run(['node', 'dist/apps/api/cli.js', ...args], {
      as: USER,
      cwd: `${APP_DIR}/current`,
      env: { NODE_ENV: 'production' },
    });
  }

  /** An agent who may do all that the load does; signed in. */
  async hireAgent(): Promise<void> {
    const { email, password } = AGENT;
    const who = ['--role', 'agent', '--name', 'Maja', '--email', email, '--password', password];
    await wentWell(this.operate('user:create', ...who));
    await this.desk.signIn(AGENT);
  }

  unit(name: string): Unit {
    return new Unit(this.host, name);
  }

  /** Of the release that a link leads to; nothing where there is no link. */
  versionAt(link: 'current' | 'previous'): string | undefined {
    try {
      return basename(readlinkSync(this.host.path(`${APP_DIR}/${link}`)));
    } catch {
      return undefined;
    }
  }

  get releases(): string[] {
    return readdirSync(this.host.path(`${APP_DIR}/releases`)).sort();
  }

  /** The step of a deed that is not through. */
  get stepUnderWay(): string | undefined {
    const file = `${APP_DIR}/.release-state`;
    try {
      return /^STEP=(.*)$/m.exec(this.host.read(file))?.[1];
    } catch {
      return undefined;
    }
  }

  /** Whether a process runs whose command holds it. */
  runs(text: string): boolean {
    return this.host.processes().some(({ command }) => command.includes(text));
  }

  /** Releases that can be held do not go on with that step. */
  holdIn(step: string): void {
    writeFileSync(this.host.path(`${APP_DIR}/${HOLD}`), step);
  }

  /** Of a file below the application's folder; none where there is none. */
  lines(name: string): string[] {
    const file = this.host.path(`${APP_DIR}/${name}`);
    return existsSync(file) ? this.host.read(`${APP_DIR}/${name}`).split('\n').filter(Boolean) : [];
  }

  /** The processes of the desk that serve, by number. */
  get workers(): number[] {
    return this.host
      .processes()
      .filter(({ command }) => /dist\/apps\/api\/main\.js/.test(command))
      .map(({ pid }) => pid);
  }

  async serves(): Promise<void> {
    await until('the desk serves', () => this.desk.isReady());
  }

  private async attachDisk(mb: number): Promise<void> {
    const owner = await wentWell(this.host.run(['sh', '-c', `mkdir -p ${APP_DIR}; id -u ${USER}`]));
    const options = `size=${mb}m,mode=750,uid=${owner.trim()},gid=${owner.trim()}`;
    await wentWell(this.host.run(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', APP_DIR]));
  }

  private write(file: string, text: string): void {
    mkdirSync(dirname(this.host.path(file)), { recursive: true });
    writeFileSync(this.host.path(file), text, { mode: 0o600 });
  }

  private async setUp(options: MachineOptions, ports: Record<string, string>): Promise<void> {
    const { engine, instances, settings = {}, credentials } = options;
    if (credentials !== undefined) {
      this.write(`/home/${USER}/.aws/credentials`, credentials);
      await wentWell(this.host.run(['chown', '-R', `${USER}:`, `/home/${USER}/.aws`]));
    }
    const own = { ENGINE: engine, INSTANCES: `${instances}`, SMOKE_CA: `${LINEAGE}/fullchain.pem` };
    this.write('/root/machine.env', asLines({ ...COMMON_VARIABLES, ...own, ...ports }));
    this.write('/root/settings', asLines({ ...OWN_SETTINGS, ...settings }));
    const files = ['--variables', '/root/machine.env', '--settings', '/root/settings'];
    await wentWell(this.host.run(['/root/machine/setup', ...files]));
    // The smoke test, which is not root, is to trust it.
    await wentWell(this.host.run(['chmod', '-R', 'a+rX', '/etc/letsencrypt']));
  }
}
