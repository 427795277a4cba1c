import { ask, type Answer, type HostPort, isLoopback, open, type Question } from '../cli/doctor/ask';
import { spareLoopback } from '../cli/doctor/made-up';
import type { IncomingMessage } from 'node:http';

/** Where a deployment is, as who comes from outside finds it. */
export interface RemoteAddress {
  /** As people write it: its name is asked for, and the certificate must be for it. */
  readonly url: URL;
  /** Where the connection goes instead. */
  readonly connect?: HostPort | undefined;
  /** The same for the address without TLS; port 80 of `connect` unless given, where that is on port 443. */
  readonly connectPlain?: HostPort | undefined;
  /** PEM, trusted beside the authorities of this machine. */
  readonly authorities?: string | undefined;
}

const HTTPS = 443;
const HTTP = 80;
const LOOPBACK_V4 = /^127(\.\d+){3}$/;

/**
 * A deployment over the network. Nothing secret goes to who has a certificate that is not to be trusted.
 *
 * On this machine's own loopback it comes from an address there that nobody else uses, a new one each time: what is
 * counted by address, as failed sign-ins are, then shuts out nobody, and nobody's counts stand in its way.
 */
export class Remote {
  readonly url: URL;
  private readonly localAddress: string | undefined;

  constructor(private readonly address: RemoteAddress) {
    this.url = address.url;
    const spare = process.platform === 'linux' && LOOPBACK_V4.test(this.host);
    this.localAddress = spare ? spareLoopback() : undefined;
  }

  get secure(): boolean {
    return this.url.protocol === 'https:';
  }

  /** Whether what is said to it stays on this machine, whatever stands before it for others. */
  get here(): boolean {
    return isLoopback({ hostname: this.host });
  }

  /** Whether it comes from an address that nobody else comes from. */
  get alone(): boolean {
    return this.localAddress !== undefined;
  }

  /** @param path also a whole address on the same host */
  ask(path: string, question: Question): Promise<Answer> {
    return ask(this.at(path), this.with(question));
  }

  /** As ask(), of an answer that is read by the caller while it comes. */
  open(path: string, question: Question): Promise<IncomingMessage> {
    return open(this.at(path), this.with(question));
  }

  /** The same path without TLS; null where no plain address is known, as with a port of its own. */
  askPlain(path: string, question: Question): Promise<Answer> | null {
    const { url, connect } = this.address;
    const connectPlain =
      this.address.connectPlain ?? (connect?.port === HTTPS ? { host: connect.host, port: HTTP } : undefined);
    if (connectPlain === undefined && (connect !== undefined || url.port !== '')) return null;
    const plain = new URL(path, `http://${url.hostname}`);
    return ask(plain, { ...this.with(question), connect: connectPlain });
  }

  private get host(): string {
    return this.address.connect?.host ?? this.url.hostname;
  }

  private at(path: string): URL {
    const url = new URL(path, this.url);
    if (url.origin !== this.url.origin)
      throw new Error(`${url.origin} is not asked, only ${this.url.origin}`);
    return url;
  }

  private with(question: Question): Question {
    const { connect, authorities } = this.address;
    return { connect, authorities, localAddress: this.localAddress, ...question };
  }
}
