import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KeptObject, type MultipartUpload, S3Bucket } from './s3-bucket';
import { S3Error } from './s3-error';
import { type S3Fault, S3FaultScript, type S3Operation } from './s3-faults';
import { operationOf, perform, type S3Answer, type S3Request } from './s3-operations';
import type { S3Posture } from './s3-posture';
import { type S3Credentials, verifySignature } from './s3-signature';
import { xmlDocument } from './s3-xml';

export interface S3ServerOptions {
  /** The one bucket that there is; `attachments` unless given. */
  bucket?: string;
  credentials?: S3Credentials;
  /** Milliseconds since 1970: what expiry and skew are measured by. */
  now?: () => number;
  /** Most keys of one page of a list; 1,000 as S3 has it. */
  pageSize?: number;
  /** Pages of these origins (`*` for all) may read answers, as a bucket's CORS rules say; none unless given. */
  allowedOrigins?: readonly string[];
  /** A free one unless given. */
  port?: number;
}

/** A request that was understood, faults or not. */
export interface S3Seen {
  operation: S3Operation;
  key: string;
  headers: IncomingHttpHeaders;
}

/**
 * A small S3 over real HTTP on the loopback, path style, for tests: signatures, expiry, checksums, ranges, multipart
 * and paging as the SDK relies on them, and a script of faults. It keeps everything in memory.
 */
export class S3Server {
  readonly faults = new S3FaultScript();
  /** In the order in which they came. */
  readonly seen: S3Seen[] = [];
  private readonly kept: S3Bucket;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(
    readonly bucket: string,
    readonly credentials: S3Credentials,
    private readonly now: () => number,
    private readonly pageSize: number,
    private readonly allowedOrigins: readonly string[],
  ) {
    this.kept = new S3Bucket(now);
    this.server.keepAliveTimeout = 60_000;
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = new S3Server(
      options.bucket ?? 'attachments',
      options.credentials ?? { accessKeyId: 'test-key', secretAccessKey: 'test-secret' },
      options.now ?? Date.now,
      options.pageSize ?? 1000,
      options.allowedOrigins ?? [],
    );
    await new Promise<void>((done) => server.server.listen(options.port ?? 0, '127.0.0.1', done));
    return server;
  }

  /** What AWS_ENDPOINT_URL_S3 is set to. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The API's variables and those that the SDK finds its credentials in. */
  get env(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.credentials;
    return {
      STORAGE_TYPE: 's3',
      S3_ATTACHMENTS_BUCKET: this.bucket,
      S3_FORCE_PATH_STYLE: 'true',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: this.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    };
  }

  /** What is stored now, by key. */
  get objects(): ReadonlyMap<string, KeptObject> {
    return this.kept.objects;
  }

  /** An object is gone, and nobody has removed it. */
  lose(key: string): void {
    this.kept.objects.delete(key);
  }

  /** Multipart uploads that were neither completed nor aborted. */
  get uploads(): readonly MultipartUpload[] {
    return [...this.kept.uploads.values()];
  }

  /** How the bucket is set up: to be changed at will. */
  get posture(): S3Posture {
    return this.kept.posture;
  }

  seenOf(operation: S3Operation): S3Seen[] {
    return this.seen.filter((one) => one.operation === operation);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that has left is no failure of the store.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      this.allowOrigin(request, response);
      if (request.method === 'OPTIONS') {
        response.writeHead(response.hasHeader('access-control-allow-origin') ? 200 : 403).end();
        return;
      }
      await this.serve(request, response);
    } catch (error) {
      if (error instanceof Disconnected) return;
      const known = error instanceof S3Error ? error : new S3Error('InternalError', String(error));
      reply(request, response, failure(known.status, known.code, known.message, known.headers));
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [rawPath = '', rawQuery = ''] = (request.url ?? '').split(/\?(.*)/s);
    const query = new URLSearchParams(rawQuery.replaceAll('+', '%2B'));
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(rawPath)) ?? [];
    const method = request.method ?? '';
    const operation = bucket === '' && method === 'GET' ? 'ListBuckets' : operationOf(method, key, query);
    this.seen.push({ operation, key, headers: request.headers });
    const fault = this.faults.take(operation);
    const body = await bodyWithin(request, fault);
    if (fault?.kind === 'error')
      return reply(request, response, failure(fault.status, fault.code, fault.code));
    if (fault?.kind === 'error-in-200') return reply(request, response, failure(200, fault.code, fault.code));
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'delay') await sleep(fault.ms);
    const signed = { method, rawPath, query, headers: request.headers };
    const open = this.posture.openToAll && isUnsigned(request, query) && READS.has(operation);
    const declared = open ? 'UNSIGNED-PAYLOAD' : verifySignature(signed, this.credentials, this.now());
    if (operation !== 'ListBuckets' && bucket !== this.bucket)
      throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
    const asked: S3Request = { operation, key, query, headers: request.headers, body, declared };
    const answer = perform(this.kept, asked, { pageSize: this.pageSize });
    if (fault?.kind === 'keep-answer') return;
    if (fault?.kind === 'lose-answer') return void request.socket.destroy();
    reply(request, response, answer, fault);
  }

  private allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
    const { origin } = headers;
    if (origin === undefined || !['*', origin].some((one) => this.allowedOrigins.includes(one))) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-methods', 'GET, HEAD');
    response.setHeader('vary', 'Origin');
    const wanted = headers['access-control-request-headers'];
    if (wanted !== undefined) response.setHeader('access-control-allow-headers', wanted);
  }
}

const READS = new Set<S3Operation>(['GetObject', 'ListObjectsV2']);

const isUnsigned = ({ headers }: IncomingMessage, query: URLSearchParams): boolean =>
  headers.authorization === undefined && !query.has('X-Amz-Signature');

/** The connection is gone: there is nobody to answer. */
class Disconnected extends Error {}

async function bodyWithin(request: IncomingMessage, fault: S3Fault | undefined): Promise<Buffer> {
  const { socket } = request;
  const limit = fault?.kind === 'cut' ? fault.afterBytes : Number.POSITIVE_INFINITY;
  const chunks: Buffer[] = [];
  let size = 0;
  const readAll = async (): Promise<void> => {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) return;
    }
  };
  await readAll().catch(() => {
    throw new Disconnected();
  });
  if (fault?.kind !== 'cut') return Buffer.concat(chunks);
  socket.destroy();
  throw new Disconnected();
}

function reply(request: IncomingMessage, response: ServerResponse, answer: S3Answer, fault?: S3Fault): void {
  const body = Buffer.from(answer.body ?? '');
  const length = request.method === 'HEAD' || answer.status === 204 ? {} : { 'content-length': body.length };
  response.writeHead(answer.status, {
    'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
    ...length,
    ...answer.headers,
  });
  if (fault?.kind === 'stall') response.write(body.subarray(0, fault.afterBytes));
  else if (fault?.kind === 'truncate')
    response.write(body.subarray(0, fault.afterBytes), () => request.socket.destroy());
  else response.end(request.method === 'HEAD' ? undefined : body);
}

function failure(status: number, code: string, message: string, headers: S3Answer['headers'] = {}): S3Answer {
  const body = xmlDocument('Error', { Code: code, Message: message, RequestId: 'test' });
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}
