import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Names } from './names';
import { accept } from './accept';

export interface BucketsProps {
  readonly names: Names;
  /** Where the client comes from: its pages show attachments. */
  readonly clientOrigin: string;
}

/**
 * Private, encrypted, over TLS alone, and kept when the stack goes. Their names are fixed: the distribution names the bucket of
 * attachments and that names the distribution. That of the logs alone is AWS's to choose: it is written to at once.
 */
export class Buckets extends Construct {
  /** Who read what of the others, for 90 days. */
  readonly accessLogs: s3.Bucket;
  /** The built client. Not versioned: the artefact of each release holds it. */
  readonly client: s3.Bucket;
  /** Versioned: what somebody removes, or a machine that was taken over, can be brought back for 30 days. */
  readonly attachments: s3.Bucket;
  /** Versioned: the machine can mark a backup as removed and not end it, so it is there for 90 days more. */
  readonly backups: s3.Bucket;
  /** Releases, and which of them is the current one. Versioned: that pointer is written over. */
  readonly artefacts: s3.Bucket;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BucketsProps,
  ) {
    super(scope, id);
    this.accessLogs = this.privateBucket('AccessLogs', {
      lifecycleRules: [{ id: 'forget', expiration: Duration.days(90) }],
    });
    this.client = this.loggedBucket('Client', 'client', {});
    this.attachments = this.loggedBucket('Attachments', 'attachments', {
      ...versioned(30),
      cors: [
        {
          allowedOrigins: [props.clientOrigin],
          allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.HEAD],
          allowedHeaders: ['*'],
          exposedHeaders: ['Content-Length', 'Content-Range', 'ETag'],
          maxAge: 3_600,
        },
      ],
    });
    this.backups = this.loggedBucket('Backups', 'backups', versioned(90));
    this.artefacts = this.loggedBucket('Artefacts', 'artefacts', versioned(30));
    accept(
      this.accessLogs,
      'AwsSolutions-S1',
      'It is where the others are logged; its own log would be one without end.',
    );
  }

  /** What the desk and its releases know by name: a first deployment that fails takes its empty ones back, or the next one would meet them. */
  private loggedBucket(id: string, of: Parameters<Names['bucket']>[0], props: s3.BucketProps): s3.Bucket {
    return this.privateBucket(id, {
      bucketName: this.props.names.bucket(of),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      ...props,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: `${of}/`,
    });
  }

  private privateBucket(id: string, props: s3.BucketProps): s3.Bucket {
    return new s3.Bucket(this, id, {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(props.lifecycleRules ?? []),
      ],
    });
  }
}

/** Versions that something else took the place of, or that were removed, are kept for so many days. */
const versioned = (days: number): s3.BucketProps => ({
  versioned: true,
  lifecycleRules: [
    {
      id: 'former-versions',
      noncurrentVersionExpiration: Duration.days(days),
      expiredObjectDeleteMarker: true,
    },
  ],
});
