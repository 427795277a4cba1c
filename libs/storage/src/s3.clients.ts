import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { within } from './deadline';
import type { S3StorageConfig } from './storage.config';

const ATTEMPTS = 3;
const CONNECT_MS = 2_000;
const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'nobody' };

/** For a command that moves very much over any line: nobody waits for a single answer. */
export interface S3Patience {
  /** Each holds a part or two of 5 MB in memory, and the others wait; 4 unless given. */
  uploadsAtOnce?: number;
  /** A connection on which nothing moves for so long is given up; else it follows from the deadline. */
  idleMs?: number;
}

export type S3ClientOptions = Pick<
  S3StorageConfig,
  'region' | 'endpoint' | 'forcePathStyle' | 'checksums' | 'deadlineMs'
> &
  S3Patience;

/** `send`, however many attempts it makes, ends within the deadline. The body of an answer may take longer. */
export interface S3Clients {
  /** A connection on which nothing moves is given up and tried again, so that the deadline holds a second attempt. */
  write: S3Client;
  /** Who reads a body may take his time. */
  read: S3Client;
}

/** Credentials are found by the SDK's own chain: the instance's role, the environment, a profile. */
export function openClients(options: S3ClientOptions): S3Clients {
  const idle = options.idleMs ?? Math.max(1_000, options.deadlineMs / 3);
  return {
    write: clientWith(options, { socketTimeout: idle }),
    read: clientWith(options, { requestTimeout: idle, throwOnRequestTimeout: true }),
  };
}

interface Timeouts {
  socketTimeout?: number;
  requestTimeout?: number;
  throwOnRequestTimeout?: boolean;
}

function clientWith(
  options: S3ClientOptions,
  timeouts: Timeouts,
  credentials?: S3ClientConfig['credentials'],
): S3Client {
  const { region, endpoint, forcePathStyle, checksums, deadlineMs } = options;
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: Math.min(CONNECT_MS, deadlineMs / 3), ...timeouts },
    ...(checksums === 'when-required' && {
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
  });
  const send = client.send.bind(client) as (command: unknown, options: object) => Promise<unknown>;
  const sendInTime = (command: unknown, given?: object) =>
    within(deadlineMs, (abortSignal) => send(command, { ...given, abortSignal }));
  client.send = sendInTime as S3Client['send'];
  return client;
}

/** Asks as somebody without credentials. */
export function strangersClient(options: S3ClientOptions): S3Client {
  const client = clientWith(options, { socketTimeout: options.deadlineMs }, NOBODY);
  client.config.signer = () => Promise.resolve({ sign: (request) => Promise.resolve(request) });
  return client;
}

/**
 * Where pre-signed links of a bucket point to, as the SDK finds it out. A signature of nobody's tells it as well, and
 * real credentials may take their time, or not be there yet.
 */
export async function originOf(bucket: string, options: S3ClientOptions): Promise<string> {
  const client = clientWith(options, {}, NOBODY);
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: 'any' }));
  client.destroy();
  return new URL(url).origin;
}
