import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  BucketAuditor,
  type BucketPlace,
  type BucketPosture,
  type CredentialsKind,
  type Told,
} from './bucket-posture';
import { deniesWithoutTls } from './bucket-policy';
import { openClients, strangersClient } from './s3.clients';

/** The store's names for "there is none". */
const NONE = new Set([
  'NoSuchPublicAccessBlockConfiguration',
  'ServerSideEncryptionConfigurationNotFoundError',
  'NoSuchBucketPolicy',
]);
const UNKNOWN_THERE = new Set(['NotImplemented', 'MethodNotAllowed']);

export class S3BucketAuditor extends BucketAuditor {
  private readonly client: S3Client;

  constructor(private readonly place: BucketPlace) {
    super();
    const { read, write } = openClients(place);
    write.destroy();
    this.client = read;
  }

  async posture(): Promise<BucketPosture> {
    const Bucket = this.place.bucket;
    const { client } = this;
    const [publicAccessBlocked, encryption, tlsOnly, isPublic, versioned, stranger] = await Promise.all([
      told('s3:GetBucketPublicAccessBlock', false, async () => {
        const { PublicAccessBlockConfiguration: block = {} } = await client.send(
          new GetPublicAccessBlockCommand({ Bucket }),
        );
        const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = block;
        return [BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets].every(
          (on) => on === true,
        );
      }),
      told('s3:GetEncryptionConfiguration', null, async () => {
        const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }));
        const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
        return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? null;
      }),
      told('s3:GetBucketPolicy', false, async () => {
        const { Policy = '{}' } = await client.send(new GetBucketPolicyCommand({ Bucket }));
        return deniesWithoutTls(JSON.parse(Policy), Bucket);
      }),
      told('s3:GetBucketPolicyStatus', false, async () => {
        const { PolicyStatus } = await client.send(new GetBucketPolicyStatusCommand({ Bucket }));
        return PolicyStatus?.IsPublic === true;
      }),
      told('s3:GetBucketVersioning', false, async () => {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
        return Status === 'Enabled';
      }),
      this.stranger(),
    ]);
    return { publicAccessBlocked, encryption, tlsOnly, isPublic, versioned, stranger };
  }

  async credentials(): Promise<CredentialsKind> {
    try {
      const { sessionToken } = await this.client.config.credentials();
      return sessionToken ? 'temporary' : 'long-lived';
    } catch (error) {
      if ((error as Error).name === 'CredentialsProviderError') return 'none';
      throw error;
    }
  }

  listsAllBuckets(): Promise<Told<boolean>> {
    return refusedOrNot(async () => {
      await this.client.send(new ListBucketsCommand({ MaxBuckets: 1 }));
    });
  }

  close(): void {
    this.client.destroy();
  }

  /** Asks without credentials, for an object that is there: one that is not is refused by a public bucket as well. */
  private async stranger(): Promise<BucketPosture['stranger']> {
    const Bucket = this.place.bucket;
    const nobody = strangersClient(this.place);
    try {
      const list = await refusedOrNot(async () => {
        await nobody.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
      });
      if (!list.known) return list;
      const key = await this.anyKey();
      if (key.known && key.value !== undefined) {
        const read = await refusedOrNot(async () => {
          const command = new GetObjectCommand({ Bucket, Key: key.value, Range: 'bytes=0-0' });
          const { Body } = await nobody.send(command);
          await Body?.transformToByteArray();
        });
        if (!read.known) return read;
        if (read.value) return { known: true, value: 'object' };
      }
      if (list.value) return { known: true, value: 'names' };
      if (!key.known) return key;
      return key.value === undefined
        ? { known: false, why: 'there is no object yet that a stranger could try to read' }
        : { known: true, value: 'nothing' };
    } finally {
      nobody.destroy();
    }
  }

  private anyKey(): Promise<Told<string | undefined>> {
    return told<string | undefined>('s3:ListBucket', undefined, async () => {
      const command = new ListObjectsV2Command({ Bucket: this.place.bucket, MaxKeys: 1 });
      return (await this.client.send(command)).Contents?.[0]?.Key;
    });
  }
}

/**
 * @param none the value where the store says that there is no such setting
 * @throws what is neither an answer nor a refusal: the store is away, or there is no such bucket
 */
async function told<T>(permission: string, none: T, read: () => Promise<T>): Promise<Told<T>> {
  try {
    return { known: true, value: await read() };
  } catch (error) {
    const { name } = error as Error;
    if (NONE.has(name)) return { known: true, value: none };
    if (name === 'AccessDenied') return { known: false, why: `${permission} is not allowed` };
    if (UNKNOWN_THERE.has(name)) return { known: false, why: `the store does not tell (${permission})` };
    throw error;
  }
}

/** @returns true where it was done, false where it was refused */
async function refusedOrNot(deed: () => Promise<void>): Promise<Told<boolean>> {
  try {
    await deed();
    return { known: true, value: true };
  } catch (error) {
    const { name } = error as Error;
    if (name === 'AccessDenied') return { known: true, value: false };
    if (UNKNOWN_THERE.has(name)) return { known: false, why: 'the store does not know the question' };
    throw error;
  }
}
