import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import { rootCertificates } from 'node:tls';
import { composeMail } from './compose-mail';
import type { Mail } from './mail';
import type { SmtpMailConfig } from './mail.config';
import { type Accepted, type MailFinding, MailTransport } from './mail-transport';
import { toMailError } from './smtp.errors';
import { within } from './within';

/**
 * Hands mail to a mail server, over a connection of its own each time: one that was kept would be found dead in the middle of
 * a mail. Certificates are verified.
 */
export class SmtpMailTransport extends MailTransport {
  readonly name = 'smtp';
  readonly reachesPeople = true;
  private readonly client: ReturnType<typeof connect>;

  constructor(private readonly config: Omit<SmtpMailConfig, 'type' | 'replyDomain'>) {
    super();
    this.client = connect(config);
  }

  async send(mail: Mail): Promise<Accepted> {
    const raw = await composeMail(mail);
    const envelope = { from: mail.from.address, to: [mail.to.address] };
    try {
      await within(this.config.timeoutMs, this.client.sendMail({ envelope, raw }));
    } catch (error) {
      throw toMailError(error);
    }
    // What the server calls it stands in its greeting only, in everybody's own form: the Message-ID must do.
    return { providerId: null };
  }

  async check(): Promise<MailFinding> {
    try {
      await within(this.config.timeoutMs, this.client.verify());
    } catch (error) {
      throw toMailError(error);
    }
    return {};
  }

  async maxPerSecond(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {
    this.client.close();
  }
}

function connect({
  host,
  port,
  auth,
  secure,
  caFile,
  timeoutMs,
}: Omit<SmtpMailConfig, 'type' | 'replyDomain'>) {
  return createTransport({
    host,
    port,
    secure: secure === 'tls',
    requireTLS: secure === 'starttls',
    ignoreTLS: secure === 'none',
    ...(auth && { auth: { user: auth.user, pass: auth.password } }),
    ...(caFile && { tls: { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
