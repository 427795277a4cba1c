import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { EnvSecretStore } from '@liftdesk/secrets';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { SigningKeys } from '../../../auth/signing-keys';
import type { Config } from '../../../config/config';
import { ask, type Answer } from '../ask';
import { whyNoApi } from '../api-probe';
import { denied } from '../causes/aws';
import { factsOf } from '../causes/error-chain';
import { reasonOf, type Reasons } from '../causes/explain';
import {
  CheckFailedError,
  type DoctorCheck,
  type DoctorContext,
  type Finding,
  ok,
  type Reason,
  skipped,
  warning,
} from '../check';

const LINK_LIFE_S = 60;
const BYTES = 64 * 1024;

/** One object: put, read, signed, fetched by its link, refused by a forged one, deleted. */
export const storageCheck: DoctorCheck = {
  name: 'storage',
  guide: '1. S3 upload fails with "Access Denied"',
  // Each step has the storage's own deadline.
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const { storage: config } = context.config;
    if (context.secret.failure !== null && config.type === 'local')
      return skipped('links are signed with the secret, which could not be read');
    const unused = notUsedYet(config);
    if (unused) return unused;
    const storage = await createFileStorage({ ...config, signingSecret: () => linkSecrets(context.config) });
    return roundTrip(context, storage, signal);
  },
  explain: (error, { config: { storage } }): Reason | null =>
    storage.type === 's3' ? reasonOf(error, s3Reasons(error, storage.bucket)) : null,
};

async function roundTrip(
  context: DoctorContext,
  storage: FileStorage,
  signal: AbortSignal,
): Promise<Finding> {
  // A policy may let the role into this folder alone; a folder on disk must not be made.
  const folder = context.config.storage.type === 's3' ? 'attachments/' : '';
  const key = `${folder}doctor-${randomBytes(12).toString('hex')}.txt`;
  const content = randomBytes(BYTES);
  let missed: Finding | null;
  try {
    await storage.put(key, Readable.from([content]), { contentType: 'text/plain' });
    const { stream } = await storage.get(key);
    assertSame(await buffer(stream), content, 'read');
    missed = await checkLink(context, storage, { key, content }, signal);
  } catch (error) {
    // What went wrong first is told; what could not be put cannot be deleted either.
    await storage.delete(key).catch(() => undefined);
    throw error;
  }
  await storage.delete(key);
  const done = 'an object was put, read, fetched by its link, refused by a forged one, deleted';
  return missed ?? ok(`${done} (${placeOf(context)})`);
}

async function checkLink(
  context: DoctorContext,
  storage: FileStorage,
  { key, content }: { key: string; content: Buffer },
  signal: AbortSignal,
): Promise<Finding | null> {
  const { url } = await storage.signedUrl(key, {
    filename: 'doctor.txt',
    contentType: 'text/plain',
    disposition: 'attachment',
    expiresInSeconds: LINK_LIFE_S,
  });
  const own = !URL.canParse(url);
  if (own && (await whyNoApi(context, signal)))
    return warning('an object was put, read and deleted; nobody was there to fetch its link from', {
      cause: `the API serves its links itself, and does not answer at ${context.url.origin}`,
      fix: 'start the server and run the doctor again',
    });
  const link = own ? new URL(url, context.url) : new URL(url);
  // Bytes that cross the network without TLS checks would prove nothing; a self-signed certificate has its own check.
  const fetched = await ask(link, { verified: !own, signal });
  if (fetched.status !== 200) throw linkFailure(fetched, link);
  assertSame(fetched.body, content, 'fetched by its link');
  const forged = await ask(forge(link), { verified: !own, signal });
  if (forged.status < 400)
    throw new CheckFailedError('a forged link was served', {
      cause: 'the store does not check signatures: the bucket is public, or a proxy answers for it',
      fix: 'block public access of the bucket, and take caches out of its way',
    });
  return null;
}

/** Another name under the same signature. */
function forge(link: URL): URL {
  const forged = new URL(link);
  for (const [name, value] of link.searchParams)
    if (/signature/i.test(name))
      forged.searchParams.set(name, (value.startsWith('a') ? 'b' : 'a') + value.slice(1));
  return forged;
}

function linkFailure({ status, body }: Answer, link: URL): CheckFailedError {
  const code = /<Code>(\w+)<\/Code>/.exec(body.toString('utf8'))?.[1] ?? `status ${status}`;
  return new CheckFailedError(
    `the signed link was answered ${status} (${code}) by ${link.host}`,
    reasonOf({ code }) ?? {
      cause:
        'who has the link cannot fetch the file: the server has another JWT_SECRET or folder, or the role may not s3:GetObject',
      fix: 'restart the server with this configuration; allow s3:GetObject on the bucket’s objects',
    },
  );
}

function assertSame(got: Buffer, expected: Buffer, how: string): void {
  if (got.equals(expected)) return;
  throw new CheckFailedError(
    `what was ${how} is not what was put (${got.length} of ${expected.length} bytes)`,
    {
      cause: 'something between here and the store changes or cuts what it carries',
      fix: 'take proxies out of the way; for a store that is not AWS set S3_CHECKSUMS=when-required',
    },
  );
}

/** A folder that the server has not made yet is not made by its doctor. */
function notUsedYet(config: Config['storage']): Finding | null {
  if (config.type !== 'local') return null;
  if (existsSync(config.uploadDir)) {
    accessSync(config.uploadDir, constants.W_OK);
    if (existsSync(`${config.uploadDir}/.liftdesk-storage`)) return null;
  }
  return warning(`nothing was kept in ${config.uploadDir} yet`, {
    cause: 'the server makes the folder at its first start; or its disk is not mounted',
    fix: 'start the server once, or mount the disk that UPLOAD_DIR lies on',
  });
}

function placeOf({ config: { storage } }: DoctorContext): string {
  return storage.type === 's3' ? `bucket ${storage.bucket}` : storage.uploadDir;
}

function linkSecrets({ auth, storage }: Config): readonly Uint8Array[] {
  const keys = new SigningKeys(new EnvSecretStore({}), auth);
  return keys.acceptedFor('file links', storage.signedUrlTtlSeconds * 1_000);
}

const PERMISSIONS: Readonly<Record<string, string>> = {
  HeadBucket: 's3:ListBucket on arn:aws:s3:::BUCKET',
  PutObject: 's3:PutObject on arn:aws:s3:::BUCKET/*',
  GetObject: 's3:GetObject on arn:aws:s3:::BUCKET/*',
  HeadObject: 's3:GetObject on arn:aws:s3:::BUCKET/*',
  DeleteObject: 's3:DeleteObject on arn:aws:s3:::BUCKET/*',
};

/** By what was being done when it failed. */
function s3Reasons(error: unknown, bucket: string): Reasons {
  const deed = /\b(\w+) on the bucket/.exec(factsOf(error).text)?.[1] ?? '';
  const permission = PERMISSIONS[deed]?.replace('BUCKET', bucket);
  const silent = {
    cause:
      'the store does not answer in time: packets are dropped on the way (security group, no VPC endpoint), or it hangs',
    fix: 'allow 443 outwards, give the subnet a gateway endpoint for S3, check AWS_ENDPOINT_URL_S3; a slow line needs a larger S3_DEADLINE',
  };
  return {
    ...(permission !== undefined && { AccessDenied: denied(permission) }),
    DeadlineError: silent,
    TimeoutError: silent,
  };
}
