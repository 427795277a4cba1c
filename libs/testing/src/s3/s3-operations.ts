import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readBody } from './s3-body';
import type { KeptObject, S3Bucket } from './s3-bucket';
import { S3Error } from './s3-error';
import type { S3Operation } from './s3-faults';
import { POSTURE_DEEDS, questionOf } from './s3-posture';
import { parseParts, type Xml, xmlDocument } from './s3-xml';

/** A request whose signature is right. */
export interface S3Request {
  operation: S3Operation;
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** What the body was declared to be: as verifySignature() gives it. */
  declared: string;
}

export interface S3Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
}

export interface S3Limits {
  /** Most keys of one page of a list. */
  pageSize: number;
}

type Deed = (bucket: S3Bucket, request: S3Request, limits: S3Limits) => S3Answer;

const KEPT_HEADER = /^(content-type|cache-control|x-amz-meta-.+|x-amz-server-side-encryption.*)$/;
const OVERRIDES = ['content-type', 'content-disposition', 'cache-control', 'content-language', 'expires'];
const MAX_KEY_BYTES = 1024;

/** @throws S3Error for what this store does not know */
export function operationOf(method: string, key: string, query: URLSearchParams): S3Operation {
  const part = query.has('uploadId');
  if (key === '') {
    const question = method === 'GET' ? questionOf(query) : undefined;
    if (question) return question;
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'PUT') return 'CreateBucket';
    if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
    if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  } else {
    if (method === 'PUT') return part ? 'UploadPart' : 'PutObject';
    if (method === 'GET') return 'GetObject';
    if (method === 'HEAD') return 'HeadObject';
    if (method === 'DELETE') return part ? 'AbortMultipartUpload' : 'DeleteObject';
    if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
    if (method === 'POST' && part) return 'CompleteMultipartUpload';
  }
  throw new S3Error('NotImplemented', `${method} is not known here`);
}

export function perform(bucket: S3Bucket, request: S3Request, limits: S3Limits): S3Answer {
  if (Buffer.byteLength(request.key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return DEEDS[request.operation](bucket, request, limits);
}

const DEEDS: Readonly<Record<S3Operation, Deed>> = {
  ...POSTURE_DEEDS,
  HeadBucket: () => ({ status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } }),
  CreateBucket: () => {
    throw new S3Error('BucketAlreadyOwnedByYou');
  },

  PutObject(bucket, request) {
    if (request.headers['if-none-match'] === '*' && bucket.objects.has(request.key))
      throw new S3Error('PreconditionFailed');
    const { bytes, checksums } = bodyOf(request);
    const kept = bucket.put(request.key, bytes, keptHeaders(request.headers), checksums);
    return { status: 200, headers: { ETag: `"${kept.etag}"`, ...encryptionOf(kept.headers), ...checksums } };
  },

  HeadObject: (bucket, request) => ({ ...send(bucket.object(request.key), request), body: undefined }),
  GetObject: (bucket, request) => send(bucket.object(request.key), request),

  DeleteObject(bucket, { key }) {
    bucket.objects.delete(key);
    return { status: 204 };
  },

  ListObjectsV2(bucket, { query }, { pageSize }) {
    const [prefix, token] = [query.get('prefix') ?? '', query.get('continuation-token')];
    const after = token === null ? (query.get('start-after') ?? '') : fromToken(token);
    const size = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize);
    const { keys, truncated } = bucket.page(prefix, after, size);
    const encode = encoderOf(query);
    const contents = keys.map((key) => {
      const { bytes, etag, lastModified } = bucket.object(key);
      return {
        Key: encode(key),
        LastModified: lastModified.toISOString(),
        ETag: `"${etag}"`,
        Size: bytes.length,
        StorageClass: 'STANDARD',
      };
    });
    const list: Xml = {
      Prefix: encode(prefix),
      KeyCount: keys.length,
      MaxKeys: size,
      IsTruncated: truncated,
    };
    const next: Xml = truncated ? { NextContinuationToken: toToken(keys.at(-1) ?? '') } : {};
    return xml('ListBucketResult', { ...list, ...next, Contents: contents });
  },

  ListMultipartUploads(bucket, { query }, { pageSize }) {
    const prefix = query.get('prefix') ?? '';
    const after = `${query.get('key-marker') ?? ''}\n${query.get('upload-id-marker') ?? ''}`;
    const placeOf = (upload: { key: string; uploadId: string }) => `${upload.key}\n${upload.uploadId}`;
    const left = [...bucket.uploads.values()]
      .filter((upload) => upload.key.startsWith(prefix) && placeOf(upload) > after)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    const shown = left.slice(0, pageSize);
    const last = shown.at(-1);
    const encode = encoderOf(query);
    return xml('ListMultipartUploadsResult', {
      IsTruncated: left.length > shown.length,
      ...(last && { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.uploadId }),
      Upload: shown.map(({ key, uploadId, initiated }) => ({
        Key: encode(key),
        UploadId: uploadId,
        Initiated: initiated.toISOString(),
      })),
    });
  },

  CreateMultipartUpload(bucket, { key, headers }) {
    const algorithm = headers['x-amz-checksum-algorithm']?.toString();
    const upload = bucket.begin(key, keptHeaders(headers), algorithm);
    const answer = xml('InitiateMultipartUploadResult', { Key: key, UploadId: upload.uploadId });
    return { ...answer, headers: { ...answer.headers, ...encryptionOf(upload.headers) } };
  },

  UploadPart(bucket, request) {
    const { bytes, checksums } = bodyOf(request);
    const number = Number(request.query.get('partNumber'));
    if (!(number >= 1 && number <= 10_000)) throw new S3Error('InvalidArgument');
    const uploadId = request.query.get('uploadId') ?? '';
    const part = bucket.addPart(request.key, uploadId, number, bytes, checksums);
    return { status: 200, headers: { ETag: `"${part.etag}"`, ...checksums } };
  },

  CompleteMultipartUpload(bucket, request) {
    const parts = parseParts(bodyOf(request).bytes.toString());
    const kept = bucket.complete(request.key, request.query.get('uploadId') ?? '', parts);
    return xml('CompleteMultipartUploadResult', { Key: request.key, ETag: `"${kept.etag}"` });
  },

  AbortMultipartUpload(bucket, { key, query }) {
    const upload = bucket.upload(key, query.get('uploadId') ?? '');
    bucket.uploads.delete(upload.uploadId);
    return { status: 204 };
  },
};

const bodyOf = ({ body, headers, declared }: S3Request) => readBody(body, headers, declared);

function send(kept: KeptObject, { headers, query }: S3Request): S3Answer {
  const size = kept.bytes.length;
  const range = rangeOf(headers.range, size);
  const body = range ? kept.bytes.subarray(range.start, range.end + 1) : kept.bytes;
  const overrides = OVERRIDES.flatMap((name) => {
    const value = query.get(`response-${name}`);
    return value === null ? [] : [[name, value] as const];
  });
  const wantsChecksums = headers['x-amz-checksum-mode']?.toString().toUpperCase() === 'ENABLED' && !range;
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': 'binary/octet-stream',
      ...kept.headers,
      ...(wantsChecksums && kept.checksums),
      ...Object.fromEntries(overrides),
      ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
      'content-length': String(body.length),
      'accept-ranges': 'bytes',
      'last-modified': kept.lastModified.toUTCString(),
      etag: `"${kept.etag}"`,
    },
    body,
  };
}

/** One range; anything that is none is ignored, as RFC 9110 has it. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end)
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      'content-range': `bytes */${size}`,
    });
  return { start, end };
}

function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const algorithm = headers['x-amz-server-side-encryption'];
  if (algorithm !== undefined && algorithm !== 'AES256' && algorithm !== 'aws:kms')
    throw new S3Error('InvalidArgument', 'The encryption method specified is not supported');
  if (headers['x-amz-server-side-encryption-aws-kms-key-id'] !== undefined && algorithm !== 'aws:kms')
    throw new S3Error('InvalidArgument', 'A key id goes with aws:kms only');
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      KEPT_HEADER.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function encryptionOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  );
}

/** `encoding-type=url` spells keys as S3 does: a space is a plus sign. */
function encoderOf(query: URLSearchParams): (key: string) => string {
  if (query.get('encoding-type') !== 'url') return (key) => key;
  return (key) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

const toToken = (key: string): string =>
  Buffer.from(`${randomBytes(4).toString('hex')}${key}`).toString('base64');
const fromToken = (token: string): string => Buffer.from(token, 'base64').toString().slice(8);

function xml(root: string, content: Xml): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root, content) };
}
