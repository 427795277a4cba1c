import { freePort } from '@liftdesk/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Running, run, until, wentWell } from './run';
import type { StandIn } from './stand-in';

const HOST_KEY = '/etc/ssh/liftdesk_host_key';
const CONFIG = '/etc/ssh/liftdesk_sshd_config';

/** sshd of a machine, with a host key of its own, and what a person needs to come in by it. */
export class SshDoor {
  private server: Running | null = null;

  private constructor(
    private readonly machine: StandIn,
    private readonly user: string,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param folder ours, for the person's key and configuration */
  static async make(machine: StandIn, user: string, folder: string): Promise<SshDoor> {
    mkdirSync(folder, { recursive: true });
    const door = new SshDoor(machine, user, folder, await freePort());
    const key = (file: string) =>
      wentWell(run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'stand-in', '-f', file]));
    await key(join(folder, 'key'));
    await key(machine.path(HOST_KEY));
    writeFileSync(machine.path(CONFIG), door.serverConfiguration());
    await door.letIn();
    door.writeClientConfiguration();
    return door;
  }

  /** The host that `ssh --config` knows it by. */
  readonly host = 'stand-in';

  get configuration(): string {
    return join(this.folder, 'config');
  }

  /** Up with the machine, as on every one. */
  async open(): Promise<void> {
    await wentWell(this.machine.run(['mkdir', '-p', '/run/sshd']));
    this.server = this.machine.start(['/usr/sbin/sshd', '-D', '-e', '-f', CONFIG]);
    await until('sshd listens', () => {
      if (this.server?.isOver) throw new Error(`sshd ended: ${this.server.stderr}`);
      return this.server?.stderr.includes('Server listening') ?? false;
    });
  }

  private async letIn(): Promise<void> {
    const home = `/home/${this.user}/.ssh`;
    const as = { as: this.user };
    await wentWell(this.machine.run(['mkdir', '-p', '-m', '700', home], as));
    await wentWell(run('cp', [join(this.folder, 'key.pub'), this.machine.path(`${home}/authorized_keys`)]));
    await wentWell(this.machine.run(['chown', this.user, `${home}/authorized_keys`]));
  }

  private serverConfiguration(): string {
    return [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${HOST_KEY}`,
      'PidFile none',
      'UsePAM yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin no',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n');
  }

  private writeClientConfiguration(): void {
    const known = join(this.folder, 'known_hosts');
    const hostKey = this.machine.read(`${HOST_KEY}.pub`).split(' ').slice(0, 2).join(' ');
    writeFileSync(known, `[127.0.0.1]:${this.port} ${hostKey}\n`);
    const lines = [
      `Host ${this.host}`,
      '  HostName 127.0.0.1',
      `  Port ${this.port}`,
      `  User ${this.user}`,
      `  IdentityFile ${join(this.folder, 'key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${known}`,
      '  StrictHostKeyChecking yes',
      '  BatchMode yes',
    ];
    writeFileSync(this.configuration, `${lines.join('\n')}\n`);
  }
}
