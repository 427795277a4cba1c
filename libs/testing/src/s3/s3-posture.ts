import { S3Error } from './s3-error';
import type { S3Operation } from './s3-faults';
import { type Xml, xmlDocument } from './s3-xml';

/** How a bucket is set up, as far as an audit reads it. A new one is as AWS makes it: closed, encrypted, with no policy. */
export interface S3Posture {
  /** All four switches; null for a bucket that has none of them. */
  publicAccessBlock: boolean | null;
  encryption: 'AES256' | 'aws:kms' | null;
  policy: object | null;
  /** What AWS finds out from policy and lists. */
  isPublic: boolean;
  versioning: 'Enabled' | 'Suspended' | null;
  /** Whoever asks without a signature may read and list. */
  openToAll: boolean;
  /** The caller may see the names of all buckets. */
  listsBuckets: boolean;
}

export const newPosture = (): S3Posture => ({
  publicAccessBlock: true,
  encryption: 'AES256',
  policy: null,
  isPublic: false,
  versioning: null,
  openToAll: false,
  listsBuckets: false,
});

/** By the parameter that asks for them. */
const QUESTIONS: readonly (readonly [parameter: string, operation: S3Operation])[] = [
  ['publicAccessBlock', 'GetPublicAccessBlock'],
  ['encryption', 'GetBucketEncryption'],
  ['policy', 'GetBucketPolicy'],
  ['policyStatus', 'GetBucketPolicyStatus'],
  ['versioning', 'GetBucketVersioning'],
];

export function questionOf(query: URLSearchParams): S3Operation | undefined {
  return QUESTIONS.find(([parameter]) => query.has(parameter))?.[1];
}

interface XmlAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

type Tell = (bucket: { readonly posture: S3Posture }) => XmlAnswer;

export const POSTURE_DEEDS = {
  ListBuckets({ posture }) {
    if (!posture.listsBuckets) throw new S3Error('AccessDenied');
    return xml('ListAllMyBucketsResult', { Buckets: { Bucket: [{ Name: 'of-somebody-else' }] } });
  },
  GetPublicAccessBlock({ posture: { publicAccessBlock: on } }) {
    if (on === null) throw new S3Error('NoSuchPublicAccessBlockConfiguration');
    return xml('PublicAccessBlockConfiguration', {
      BlockPublicAcls: on,
      IgnorePublicAcls: on,
      BlockPublicPolicy: on,
      RestrictPublicBuckets: on,
    });
  },
  GetBucketEncryption({ posture: { encryption } }) {
    if (encryption === null) throw new S3Error('ServerSideEncryptionConfigurationNotFoundError');
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption } };
    return xml('ServerSideEncryptionConfiguration', { Rule: rule });
  },
  GetBucketPolicy({ posture: { policy } }) {
    if (policy === null) throw new S3Error('NoSuchBucketPolicy');
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
  },
  GetBucketPolicyStatus({ posture: { policy, isPublic } }) {
    if (policy === null) throw new S3Error('NoSuchBucketPolicy');
    return xml('PolicyStatus', { IsPublic: isPublic });
  },
  GetBucketVersioning: ({ posture: { versioning } }) =>
    xml('VersioningConfiguration', versioning === null ? {} : { Status: versioning }),
} satisfies Partial<Record<S3Operation, Tell>>;

const xml = (root: string, content: Xml): XmlAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(root, content),
});
