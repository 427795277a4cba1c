import type { S3StorageConfig } from './storage.config';

/** Where a bucket is, and how it is reached. */
export type BucketPlace = Pick<
  S3StorageConfig,
  'bucket' | 'region' | 'endpoint' | 'forcePathStyle' | 'checksums' | 'deadlineMs'
>;

/** What was read; or why it could not be, which says nothing about the bucket. */
export type Told<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** How a bucket is set up, each part by itself: who reads may be allowed some of it only. */
export interface BucketPosture {
  /** All four switches that keep it from being public. */
  publicAccessBlocked: Told<boolean>;
  /** `AES256`, `aws:kms` …; null for none. */
  encryption: Told<string | null>;
  /** Its policy denies everything that comes without TLS. */
  tlsOnly: Told<boolean>;
  /** By its policy, as AWS sees it. */
  isPublic: Told<boolean>;
  versioned: Told<boolean>;
  /** What somebody without credentials gets: nothing, the names of objects, or an object that is in there. */
  stranger: Told<'nothing' | 'names' | 'object'>;
}

/**
 * Where the credentials come from that the SDK finds. `temporary` are those of a role, which end by themselves;
 * `long-lived` are keys that somebody wrote down.
 */
export type CredentialsKind = 'temporary' | 'long-lived' | 'none';

/** Looks at a bucket from outside and inside, and changes nothing. */
export abstract class BucketAuditor {
  static async open(place: BucketPlace): Promise<BucketAuditor> {
    return new (await import('./s3.bucket-auditor')).S3BucketAuditor(place);
  }

  abstract posture(): Promise<BucketPosture>;

  abstract credentials(): Promise<CredentialsKind>;

  /** Whether the credentials may see the names of all buckets of the account: more than a desk needs. */
  abstract listsAllBuckets(): Promise<Told<boolean>>;

  abstract close(): void;
}
