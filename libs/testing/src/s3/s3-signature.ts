import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error';

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials, as an instance role has them. */
  sessionToken?: string;
}

/** A request as far as its signature goes. */
export interface SignedRequest {
  method: string;
  /** As it stands in the request line, before the `?`. */
  rawPath: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

interface Claim {
  accessKeyId: string;
  /** `20261126/us-east-1/s3/aws4_request` */
  scope: string;
  /** `20261126T001500Z` */
  date: string;
  signedHeaders: string[];
  signature: string;
  payload: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MS = 15 * 60_000;
const MAX_EXPIRES = 604_800;

/**
 * Refuses what AWS would refuse: Signature Version 4 in the header or in the query of a pre-signed URL
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
 *
 * @param now milliseconds since 1970
 * @returns what the body was declared to hash to, `UNSIGNED-PAYLOAD`, or a kind of stream
 * @throws S3Error
 */
export function verifySignature(request: SignedRequest, credentials: S3Credentials, now: number): string {
  const presigned = request.query.has('X-Amz-Signature') || request.query.has('X-Amz-Algorithm');
  if (presigned && request.headers.authorization !== undefined) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed');
  }
  if (presigned) return verify(request, presignedClaim(request.query, now), credentials, true);
  const claim = headerClaim(request.headers);
  if (Math.abs(now - instantOf(claim.date)) > SKEW_MS) throw new S3Error('RequestTimeTooSkewed');
  return verify(request, claim, credentials, false);
}

function presignedClaim(query: URLSearchParams, now: number): Claim {
  const part = (name: string): string => {
    const values = query.getAll(`X-Amz-${name}`);
    if (values.length !== 1)
      throw new S3Error('AuthorizationQueryParametersError', `X-Amz-${name} must be there once`);
    return values[0] ?? '';
  };
  if (part('Algorithm') !== ALGORITHM) throw new S3Error('AuthorizationQueryParametersError');
  const expires = Number(part('Expires'));
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES) {
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800');
  }
  const date = part('Date');
  const signedAt = instantOf(date);
  if (signedAt > now + SKEW_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
  if (now >= signedAt + expires * 1000) throw new S3Error('AccessDenied', 'Request has expired');
  const [accessKeyId = '', ...scope] = part('Credential').split('/');
  return {
    accessKeyId,
    scope: scope.join('/'),
    date,
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    payload: 'UNSIGNED-PAYLOAD',
  };
}

function headerClaim(headers: IncomingHttpHeaders): Claim {
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    );
  if (!said) throw new S3Error('AccessDenied', 'This store knows nobody without a signature');
  const [, accessKeyId = '', scope = '', signed = '', signature = ''] = said;
  const payload = String(headers['x-amz-content-sha256'] ?? '');
  if (payload === '') throw new S3Error('InvalidRequest', 'x-amz-content-sha256 is missing');
  const date = String(headers['x-amz-date'] ?? '');
  return { accessKeyId, scope, date, signedHeaders: signed.split(';'), signature, payload };
}

function verify(request: SignedRequest, claim: Claim, known: S3Credentials, presigned: boolean): string {
  if (claim.accessKeyId !== known.accessKeyId) throw new S3Error('InvalidAccessKeyId');
  const token = presigned
    ? (request.query.get('X-Amz-Security-Token') ?? undefined)
    : request.headers['x-amz-security-token'];
  if (token !== known.sessionToken) throw new S3Error('InvalidToken');
  const [day, region, service, end] = claim.scope.split('/');
  if (!claim.date.startsWith(day ?? '-') || service !== 's3' || end !== 'aws4_request') {
    throw new S3Error('AccessDenied', 'The credential scope is not right');
  }
  assertAllSigned(request.headers, claim.signedHeaders);
  const text = [ALGORITHM, claim.date, claim.scope, sha256(canonicalRequest(request, claim))].join('\n');
  const key = [day, region, service, end].reduce<Buffer>(
    (secret, part) =>
      createHmac('sha256', secret)
        .update(part ?? '')
        .digest(),
    Buffer.from(`AWS4${known.secretAccessKey}`),
  );
  const expected = createHmac('sha256', key).update(text).digest();
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new S3Error('SignatureDoesNotMatch');
  return claim.payload;
}

/** What could be changed on the way must be signed: the host, and all that S3 reads. */
function assertAllSigned(headers: IncomingHttpHeaders, signed: readonly string[]): void {
  const missing = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.includes(name),
  );
  if (missing.length > 0) throw new S3Error('AccessDenied', `Not signed: ${missing.join(', ')}`);
}

function canonicalRequest({ method, rawPath, query, headers }: SignedRequest, claim: Claim): string {
  const path = rawPath.split('/').map((segment) => encode(decodeURIComponent(segment)));
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  const lines = claim.signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`,
  );
  return [
    method,
    path.join('/'),
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    lines.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

function instantOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Date is no such date');
  const [, year, month, day, hour, minute, second] = parts.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
