import http from 'node:http';
import https from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  type ConnectionOptions,
  createSecureContext,
  type PeerCertificate,
  rootCertificates,
  type SecureContext,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';

/** Where a connection goes instead of where its address says. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What is offered in a handshake; the newest of node unless given. */
export interface TlsOffer {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  readonly ciphers?: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** As `curl --connect-to`: the name, in the request and for the certificate, stays that of the address. */
  readonly connect?: HostPort | undefined;
  readonly tls?: TlsOffer | undefined;
  /** A larger answer is an error; 1 MB unless given. */
  readonly maxBytes?: number;
  /** The address of this machine that the request comes from. */
  readonly localAddress?: string | undefined;
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
  /** Of https: `TLSv1.3`. */
  readonly protocol: string | null;
}

/** What is needed of a body at most. */
const MAX_BYTES = 1024 * 1024;

/** One request on a connection of its own, without following redirects. Rejects where nobody answers. */
export async function ask(url: URL, question: Question): Promise<Answer> {
  const { maxBytes = MAX_BYTES } = question;
  const res = await open(url, question);
  const { certificate, protocol } = handshakeOf(res.socket as TLSSocket);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of res as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
  }
  const { statusCode: status = 0, headers } = res;
  return { status, headers, body: Buffer.concat(pieces), certificate, protocol };
}

/** As ask(), of an answer that is read by the caller while it comes. */
export function open(url: URL, question: Question): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const req = request(url, optionsOf(url, question), resolve);
    req.on('error', reject);
    req.end(question.body);
  });
}

function optionsOf(url: URL, question: Question): https.RequestOptions {
  const {
    method = 'GET',
    headers,
    connect,
    tls,
    localAddress,
    verified = true,
    authorities,
    signal,
  } = question;
  return {
    method,
    headers: { ...(connect && { host: url.host }), ...headers },
    localAddress,
    signal,
    agent: false,
    rejectUnauthorized: verified,
    ...trustOf(authorities, tls),
    ...(connect && {
      hostname: connect.host,
      port: connect.port,
      ...(isIP(nameOf(url)) === 0 && { servername: nameOf(url) }),
      checkServerIdentity: (_connected, certificate) => checkServerIdentity(nameOf(url), certificate),
    }),
  };
}

/** For each connection anew it would take longer than all the rest. */
const contexts = new Map<string, SecureContext>();

function trustOf(authorities: string | undefined, offer: TlsOffer | undefined): ConnectionOptions {
  if (authorities === undefined) return offer ?? {};
  const ca = [...rootCertificates, authorities];
  if (offer !== undefined) return { ...offer, ca };
  const secureContext = contexts.get(authorities) ?? createSecureContext({ ca });
  contexts.set(authorities, secureContext);
  return { secureContext };
}

/** Without the brackets of an IPv6 address. */
const nameOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function handshakeOf(socket: TLSSocket): Pick<Answer, 'certificate' | 'protocol'> {
  if (typeof socket.getPeerCertificate !== 'function') return { certificate: null, protocol: null };
  return { certificate: socket.getPeerCertificate(), protocol: socket.getProtocol() };
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

export const isLoopback = ({ hostname }: Pick<URL, 'hostname'>): boolean => LOOPBACK.test(hostname);
