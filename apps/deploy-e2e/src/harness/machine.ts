import { selfSigned } from '@liftdesk/testing';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Desk } from './desk';
import { APP_DIR, USER, VARIABLES_FILE, imageOfRun } from './image';
import { type Ending, type Running, freePort, run, start, until, wentWell } from './run';
import { SshDoor } from './ssh-door';
import { StandIn, WORKSPACE } from './stand-in';
import { Unit } from './unit';

const DOMAIN = 'desk.example';
const LINEAGE = `/etc/letsencrypt/live/${DOMAIN}`;
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

export interface MachineOptions {
  engine: 'sqlite' | 'postgres';
  instances: number;
  /** Of the desk, without what the machine knows itself. */
  settings?: Record<string, string>;
  /** What the role of the machine would give. */
  credentials?: string;
}

/** A line of releases.log. */
export interface Deed {
  deed: string;
  version: string;
  from: string;
  step: string;
  outcome: string;
}

/** A machine that was set up and serves nobody yet: sshd and nginx are up, PM2 waits for a release. */
export class Machine {
  private constructor(
    readonly host: StandIn,
    readonly door: SshDoor,
    readonly desk: Desk,
    readonly port: number,
    private readonly keys: string,
  ) {}

  static async make(options: MachineOptions): Promise<Machine> {
    const host = new StandIn([imageOfRun()]);
    const keys = mkdtempSync(join(tmpdir(), 'liftdesk-keys-'));
    await host.boot();
    const door = await SshDoor.make(host, USER, keys);
    const [port, httpPort, httpsPort] = [await freePort(), await freePort(), await freePort()];
    const machine = new Machine(host, door, new Desk(DOMAIN, httpsPort), port, keys);
    machine.renewCertificate();
    await machine.setUp(options, { PORT: `${port}`, HTTP_PORT: `${httpPort}`, HTTPS_PORT: `${httpsPort}` });
    await machine.comeUp();
    return machine;
  }

  /** What its boot brings up, before anything of ours. */
  async comeUp(): Promise<void> {
    await this.door.open();
    await wentWell(this.host.run(['/usr/sbin/nginx']));
  }

  /** Pulls the plug, and presses the button. */
  async reboot(): Promise<void> {
    await this.host.cutPower();
    await this.host.boot();
    await this.comeUp();
  }

  async remove(): Promise<void> {
    await this.host.remove();
    rmSync(this.keys, { recursive: true, force: true });
  }

  /** As certbot leaves it. */
  renewCertificate(): void {
    const { certificate, privateKey } = selfSigned([DOMAIN], ['127.0.0.1'], 90);
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
    return start(join(WORKSPACE, 'deploy/scripts', name), [...args, ...to], { cwd: tmpdir() });
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

  pm2(...args: string[]): Promise<Ending> {
    const env = {
      PM2_HOME: `/home/${USER}/.pm2`,
      PATH: '/usr/local/bin:/usr/bin:/bin:/opt/liftdesk-tools/node_modules/.bin',
    };
    return this.host.run(['pm2', ...args], { as: USER, env, cwd: APP_DIR });
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

  get deeds(): Deed[] {
    return this.lines('releases.log').map((line) => JSON.parse(line) as Deed);
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

  private write(file: string, text: string): void {
    mkdirSync(dirname(this.host.path(file)), { recursive: true });
    writeFileSync(this.host.path(file), text, { mode: 0o600 });
  }

  private async setUp(options: MachineOptions, ports: Record<string, string>): Promise<void> {
    const { engine, instances, settings = {}, credentials } = options;
    const variables = { APP_USER: USER, APP_DIR, DOMAIN, NODE_ENV: 'production', ENGINE: engine, CDN: 'off' };
    this.write(VARIABLES_FILE, asLines({ ...variables, INSTANCES: `${instances}`, ...ports }));
    if (credentials !== undefined) {
      this.write(`/home/${USER}/.aws/credentials`, credentials);
      await wentWell(this.host.run(['chown', '-R', USER, `/home/${USER}/.aws`]));
    }
    const own = join(this.keys, 'settings');
    writeFileSync(own, asLines({ ...this.usualSettings(), ...settings }));
    await wentWell(run('cp', [own, this.host.path('/root/settings')]));
    await wentWell(this.host.run(['/root/deploy/machine/setup', '--settings', '/root/settings']));
  }

  private usualSettings(): Record<string, string> {
    return {
      NODE_ENV: 'production',
      PORT: String(this.port),
      HOST: '127.0.0.1',
      FRONTEND_URL: `https://${DOMAIN}`,
      LOG_TRANSPORT: 'file',
      LOG_LEVEL: 'info',
      LOG_DIR: `${APP_DIR}/logs`,
      UPLOAD_DIR: `${APP_DIR}/uploads`,
      BACKUP_DIR: `${APP_DIR}/backups`,
      // More than a person does.
      RATE_LIMIT_USER: '1000000',
    };
  }
}

function asLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
