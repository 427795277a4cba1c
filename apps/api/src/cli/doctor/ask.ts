import http from 'node:http';
import https from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { type PeerCertificate, rootCertificates, type TLSSocket } from 'node:tls';

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address of this machine that the request comes from. */
  readonly localAddress?: string;
  /** False to talk also to who has a certificate that is not to be trusted: then nothing secret goes along. */
  readonly verified?: boolean;
  /** PEM, beside the authorities of this machine. */
  readonly authorities?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of https. */
  readonly certificate: PeerCertificate | null;
}

/** What a doctor needs of a body at most. */
const MAX_BYTES = 1024 * 1024;

/** One request on a connection of its own, without following redirects. Rejects where nobody answers. */
export function ask(url: URL, question: Question): Promise<Answer> {
  const { method = 'GET', headers, body, localAddress, verified = true, authorities, signal } = question;
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers,
      localAddress,
      signal,
      agent: false,
      rejectUnauthorized: verified,
      ca: authorities && [...rootCertificates, authorities],
    };
    const req = request(url, options, (res) => {
      const certificate = certificateOf(res.socket as TLSSocket);
      const pieces: Buffer[] = [];
      let bytes = 0;
      res.on('data', (piece: Buffer) => {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes > MAX_BYTES) res.destroy(new Error('the answer is larger than a doctor reads'));
      });
      res.on('error', reject);
      res.on('end', () => {
        const { statusCode = 0, headers: answered } = res;
        resolve({ status: statusCode, headers: answered, body: Buffer.concat(pieces), certificate });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

function certificateOf(socket: TLSSocket): PeerCertificate | null {
  return typeof socket.getPeerCertificate === 'function' ? socket.getPeerCertificate() : null;
}

/** The body of an answer, where it is a JSON object; else an empty one. */
export function jsonOf({ body }: Answer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;

export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.test(hostname);
