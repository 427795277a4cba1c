import { SMTPServer } from 'smtp-server';
import type { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type SelfSigned, selfSigned } from '../tls/self-signed';

/** What the next mail meets. */
export type SmtpFault = 'hang' | 'cut' | { at: 'from' | 'to' | 'data'; answer: string; code: number };

/** A mail that was taken. */
export interface SmtpMail {
  from: string;
  to: string[];
  raw: Buffer;
  user: string | null;
  encrypted: boolean;
}

export interface SmtpInboxOptions {
  /** Asked for when given. */
  password?: string;
  /** From the start, instead of by STARTTLS. */
  tls?: boolean;
}

/** A real mail server on the loopback that keeps what it gets, with faults on demand. */
export class SmtpInbox {
  readonly mails: SmtpMail[] = [];
  readonly identity: SelfSigned = selfSigned();
  private readonly faults: SmtpFault[] = [];
  private readonly server: SMTPServer;

  private constructor({ password, tls }: SmtpInboxOptions) {
    this.server = new SMTPServer({
      key: this.identity.privateKey,
      cert: this.identity.certificate,
      secure: tls ?? false,
      authOptional: password === undefined,
      disableReverseLookup: true,
      closeTimeout: 100,
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: auth.username }) : done(new Error('Wrong password')),
      onMailFrom: (_address, _session, done) => this.answer('from', done),
      onRcptTo: (_address, _session, done) => this.answer('to', done),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () =>
          this.answer('data', (error) => {
            if (!error)
              this.mails.push({
                from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
                to: session.envelope.rcptTo.map(({ address }) => address),
                raw: Buffer.concat(chunks),
                user: (session.user as string | undefined) ?? null,
                encrypted: session.secure,
              });
            done(error);
          }),
        );
      },
    });
    // A client that goes away in the middle is no news here.
    this.server.on('error', () => undefined);
  }

  static async start(options: SmtpInboxOptions = {}): Promise<SmtpInbox> {
    const inbox = new SmtpInbox(options);
    await new Promise<void>((listening) => inbox.server.listen(0, '127.0.0.1', listening));
    return inbox;
  }

  get port(): number {
    return ((this.server.server as Server).address() as AddressInfo).port;
  }

  /** The next mails meet these, one each. */
  failNext(...faults: SmtpFault[]): void {
    this.faults.push(...faults);
  }

  async close(): Promise<void> {
    await new Promise<void>((closed) => this.server.close(() => closed()));
  }

  private answer(at: 'from' | 'to' | 'data', done: (error?: Error | null) => void): void {
    const [fault] = this.faults;
    if (fault === undefined) return done();
    if (fault === 'hang') return void this.faults.shift();
    if (fault === 'cut') {
      this.faults.shift();
      for (const connection of this.server.connections) (connection as { close(): void }).close();
      return;
    }
    if (fault.at !== at) return done();
    this.faults.shift();
    done(Object.assign(new Error(fault.answer), { responseCode: fault.code }));
  }
}
