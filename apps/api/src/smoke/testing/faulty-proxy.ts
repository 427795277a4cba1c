import { selfSigned, type SelfSigned } from '@liftdesk/testing';
import {
  createServer as createPlain,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Something that a proxy does wrong. */
export interface Fault {
  /** Answers itself. @returns whether it did */
  readonly instead?: (req: IncomingMessage, res: ServerResponse) => boolean;
  /** Changes an answer on its way. */
  readonly change?: (req: IncomingMessage, answer: ProxyAnswer) => void;
  /** Passes events on when their stream has ended. */
  readonly gathersEvents?: true;
  readonly tls?: ServerOptions;
  /** What is answered without TLS. */
  readonly plain?: RequestListener;
}

export interface ProxyAnswer {
  status: number;
  readonly headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The name that it is reached by. */
export const HOST = 'desk.example.com';

const FORWARD_SECRET = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384';

/** Stands with TLS before a desk, as nginx does, and does one thing wrong. */
export class FaultyProxy {
  /** What was asked, in the order of its coming: method and path. */
  readonly asked: string[] = [];

  private constructor(
    private readonly servers: readonly Server[],
    readonly certificate: string,
    readonly url: URL,
  ) {}

  /** @param days that its certificate is valid for yet */
  static async start(deskPort: number, fault: Fault = {}, days = 60): Promise<FaultyProxy> {
    const { certificate, privateKey } = certificateFor(days);
    const tls = { cert: certificate, key: privateKey, ciphers: FORWARD_SECRET, ...fault.tls };
    const secure = createServer(tls, (req, res) => {
      proxy.asked.push(`${req.method} ${req.url}`);
      if (fault.instead?.(req, res) !== true) forward(deskPort, fault, req, res);
    });
    const plain = createPlain(fault.plain ?? toHttps);
    const proxy = new FaultyProxy([secure, plain], certificate, new URL(`https://${HOST}`));
    for (const server of proxy.servers)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get connect() {
    return { host: '127.0.0.1', port: this.portOf(0) };
  }

  get connectPlain() {
    return { host: '127.0.0.1', port: this.portOf(1) };
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private portOf(index: number): number {
    return (this.servers[index]?.address() as AddressInfo).port;
  }
}

const certificates = new Map<number, SelfSigned>();

/** Keys are slow to make: one is enough. */
function certificateFor(days: number): SelfSigned {
  const known = certificates.get(days) ?? selfSigned([HOST], [], days);
  certificates.set(days, known);
  return known;
}

const toHttps: RequestListener = (req, res) =>
  void res.writeHead(301, { location: `https://${HOST}${req.url}` }).end();

function forward(port: number, fault: Fault, req: IncomingMessage, res: ServerResponse): void {
  const { method, url, headers } = req;
  const forwarded = { ...headers, 'x-forwarded-for': req.socket.remoteAddress, 'x-forwarded-proto': 'https' };
  const up = request({ host: '127.0.0.1', port, method, path: url, headers: forwarded }, (answer) => {
    const events = String(answer.headers['content-type']).startsWith('text/event-stream');
    if (events && fault.gathersEvents !== true) {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    } else void gathered(answer).then((body) => reply(body, answer, fault, req, res));
  });
  up.on('error', () => res.destroy());
  res.on('close', () => up.destroy());
  req.pipe(up);
}

async function gathered(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  // One that is cut off is passed on as far as it came.
  answer.on('error', () => undefined);
  answer.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => answer.on('close', resolve));
  return Buffer.concat(pieces);
}

function reply(
  body: Buffer,
  { statusCode, headers }: IncomingMessage,
  fault: Fault,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const answer: ProxyAnswer = { status: statusCode ?? 502, headers: { ...headers }, body };
  fault.change?.(req, answer);
  if (answer.headers['content-length'] !== undefined)
    answer.headers['content-length'] = String(answer.body.length);
  res.writeHead(answer.status, answer.headers).end(answer.body);
}
