import { freePort, selfSigned } from '@liftdesk/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Delivered, describeMailTransport } from './mail-transport.contract';
import { SmtpMailTransport } from './smtp.mail-transport';

/** Somebody else's SMTP server: Debian's python3-aiosmtpd with STARTTLS, which keeps what comes in a Maildir. */
class Aiosmtpd {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Aiosmtpd> {
    const folder = await mkdtemp(join(tmpdir(), 'liftdesk-smtp-'));
    const { certificate, privateKey } = selfSigned();
    await writeFile(join(folder, 'cert.pem'), certificate);
    await writeFile(join(folder, 'key.pem'), privateKey);
    const server = new Aiosmtpd(await freePort(), folder);
    await server.up();
    return server;
  }

  get caFile(): string {
    return join(this.folder, 'cert.pem');
  }

  async up(): Promise<void> {
    const tls = ['--tlscert', this.caFile, '--tlskey', join(this.folder, 'key.pem')];
    const keep = ['-c', 'aiosmtpd.handlers.Mailbox', join(this.folder, 'mails')];
    const child = spawn(
      '/usr/bin/python3',
      ['-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${this.port}`, ...tls, ...keep],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.child = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (!(await this.listens())) {
      if (child.exitCode !== null) throw new Error(`aiosmtpd ended with ${child.exitCode}: ${said}`);
      await pause(50);
    }
  }

  async down(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** In the order in which they came. */
  async mails(): Promise<Delivered[]> {
    const inbox = join(this.folder, 'mails', 'new');
    const names = await readdir(inbox).catch(() => []);
    const files = await Promise.all(
      names.map(async (name) => ({ path: join(inbox, name), at: (await stat(join(inbox, name))).mtimeMs })),
    );
    files.sort((one, other) => one.at - other.at);
    return Promise.all(files.map(async ({ path }) => deliveredOf(await readFile(path))));
  }

  async remove(): Promise<void> {
    await this.down();
    await rm(this.folder, { recursive: true });
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const answer = (taken: boolean) => {
        socket.destroy();
        resolve(taken);
      };
      socket.once('data', () => answer(true)).once('error', () => answer(false));
    });
  }
}

/** The Maildir has lines as Python writes them, and the envelope in headers of its own. */
function deliveredOf(file: Buffer): Delivered {
  const text = file.toString('latin1').replace(/\r?\n/g, '\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
  return { from: header('X-MailFrom'), to: header('X-RcptTo').split(', '), raw: Buffer.from(text, 'latin1') };
}

describeMailTransport(
  'SMTP with STARTTLS to aiosmtpd',
  async () => {
    const server = await Aiosmtpd.start();
    const transport = new SmtpMailTransport({
      host: '127.0.0.1',
      port: server.port,
      auth: null,
      secure: 'starttls',
      caFile: server.caFile,
      fromEmail: 'support@desk.example',
      timeoutMs: 10_000,
    });
    return {
      transport,
      delivered: () => server.mails(),
      faults: { down: () => server.down() },
      repair: () => server.up(),
      async close() {
        await transport.close();
        await server.remove();
      },
    };
  },
  ['down'],
);
