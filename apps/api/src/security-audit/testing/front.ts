import { selfSigned } from '@liftdesk/testing';
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import https, { type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Remote } from '../../remote-checks/remote';
import type { TestDesk } from '../../testing/test-desk';

const NAME = 'desk.test';

/** An answer of the desk on its way out. */
export interface Passing {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** What a front does otherwise than it should. */
export interface Faults {
  tls?: ServerOptions;
  /** Changes a request before the desk sees it. */
  request?: (request: IncomingMessage, headers: OutgoingHttpHeaders) => void;
  /** Changes an answer before the caller sees it. */
  answer?: (answer: Passing, request: IncomingMessage) => void;
  /** Of what comes without TLS; a redirect unless given. */
  plain?: (response: ServerResponse) => void;
}

/** What stands before a desk on a machine: TLS, a redirect, and the address of the caller, set and not passed on. */
export class Front {
  faults: Faults = {};
  private readonly identity = selfSigned([NAME]);
  private readonly servers: http.Server[] = [];

  private constructor(private readonly desk: TestDesk) {}

  static async before(desk: TestDesk, faults: Faults = {}): Promise<Front> {
    const front = new Front(desk);
    front.faults = faults;
    const { certificate: cert, privateKey: key } = front.identity;
    const secure = https.createServer(
      { cert, key, minVersion: 'TLSv1.2', ciphers: 'ECDHE+AESGCM:TLS_AES_256_GCM_SHA384', ...faults.tls },
      (request, response) => void front.pass(request, response),
    );
    const plain = http.createServer((_request, response) => {
      if (front.faults.plain) front.faults.plain(response);
      else response.writeHead(301, { location: `https://${NAME}/` }).end();
    });
    for (const server of [secure, plain]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      front.servers.push(server);
    }
    return front;
  }

  /** As somebody from outside; with `trusted: false` somebody who does not know who made the certificate. */
  remote({ trusted = true } = {}): Remote {
    const [secure, plain] = this.servers.map((server) => (server.address() as AddressInfo).port);
    return new Remote({
      url: new URL(`https://${NAME}`),
      connect: { host: '127.0.0.1', port: secure as number },
      connectPlain: { host: '127.0.0.1', port: plain as number },
      ...(trusted && { authorities: this.identity.certificate }),
    });
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { port } = this.desk.server.address() as AddressInfo;
    const headers: OutgoingHttpHeaders = {
      ...request.headers,
      'x-forwarded-for': request.socket.remoteAddress,
      'x-forwarded-proto': 'https',
      forwarded: undefined,
    };
    this.faults.request?.(request, headers);
    const asked = http.request({
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
      agent: false,
    });
    asked.on('error', () => response.destroy());
    asked.on('response', (came) => void this.answer(request, came, response));
    request.pipe(asked);
  }

  private async answer(request: IncomingMessage, came: IncomingMessage, response: ServerResponse) {
    const passing = { status: came.statusCode ?? 0, headers: { ...came.headers }, body: await buffer(came) };
    this.faults.answer?.(passing, request);
    const { 'transfer-encoding': _chunks, ...headers } = passing.headers;
    response.writeHead(passing.status, { ...headers, 'content-length': passing.body.length });
    response.end(request.method === 'HEAD' ? undefined : passing.body);
  }
}
