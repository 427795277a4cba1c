import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as assets from 'aws-cdk-lib/aws-s3-assets';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acceptWide, type Right } from './accept';
import type { Buckets } from './buckets';
import { TAG, type Names } from './names';

export interface MachineRoleProps {
  readonly names: Names;
  readonly buckets: Buckets;
  readonly secrets: readonly secretsmanager.ISecret[];
  readonly logGroup: logs.ILogGroup;
  readonly fromEmail: string;
  /** S3_KEY_PREFIX of the desk: stands before the keys of attachments. */
  readonly keyPrefix?: string;
  /** What a machine is made of, fetched when it boots. */
  readonly assets: readonly assets.Asset[];
  /** ARNs of the volume and the address that the machine takes to itself when it boots, if it has any. */
  readonly takes?: { readonly volume: string; readonly address: string };
}

/** What a machine may do: the table of deploy/README.md, and what booting and being looked after need. Nothing is removed for good. */
export class MachineRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: MachineRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'The machines of Liftdesk',
    });
    const { attachments, backups, artefacts } = props.buckets;
    const { keyPrefix = '' } = props;
    this.allow('Files', [
      ...objects(attachments, `${keyPrefix}attachments`),
      ...objects(backups, `${keyPrefix}backups`),
    ]);
    this.allow('Releases', [
      {
        actions: ['s3:GetObject'],
        resources: [artefacts.arnForObjects('releases/*')],
        why: 'Every release in its own bucket.',
      },
      { actions: ['s3:ListBucket'], resources: [artefacts.bucketArn] },
      { actions: ['s3:GetObject'], resources: props.assets.map(objectOf) },
    ]);
    this.allow('Secrets', [
      {
        actions: ['secretsmanager:GetSecretValue'],
        resources: props.secrets.map(({ secretArn }) => secretArn),
      },
    ]);
    this.allow('Mail', mail(props.fromEmail));
    this.allow('Watch', watch(props));
    this.allow('Sessions', [
      {
        actions: [
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        resources: ['*'],
        why: 'Session Manager has no narrower form: the service knows the machine by its own identity.',
      },
    ]);
    if (props.takes) this.allow('Takes', takes(props.takes, props.names.tag));
  }

  private allow(id: string, rights: readonly Right[]): void {
    const policy = new iam.ManagedPolicy(this, id, {
      description: `Liftdesk: ${id}`,
      roles: [this.role],
      statements: rights.map(({ why: _why, ...right }) => new iam.PolicyStatement(right)),
    });
    acceptWide(policy, rights);
  }
}

function objects(bucket: s3.IBucket, prefix: string): Right[] {
  return [
    {
      actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
      resources: [bucket.arnForObjects(`${prefix}/*`)],
      why: 'Every object under one prefix of its own bucket.',
    },
    { actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'], resources: [bucket.bucketArn] },
  ];
}

const objectOf = (asset: assets.Asset): string => asset.bucket.arnForObjects(asset.s3ObjectKey);

function mail(from: string): Right[] {
  return [
    {
      actions: ['ses:SendRawEmail'],
      resources: [
        `arn:aws:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:identity/*`,
        `arn:aws:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:configuration-set/*`,
      ],
      conditions: { StringEquals: { 'ses:FromAddress': from } },
      why: 'Bound to the sender’s address, whichever identity SES finds for it and whichever set is named.',
    },
    {
      actions: ['ses:GetSendQuota', 'ses:GetAccountSendingEnabled', 'ses:GetIdentityVerificationAttributes'],
      resources: ['*'],
      why: 'Asking for quota and state names no resource.',
    },
  ];
}

function watch({ logGroup, names }: MachineRoleProps): Right[] {
  return [
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [logGroup.logGroupArn],
    },
    {
      actions: ['ec2:DescribeTags'],
      resources: ['*'],
      why: 'The agent asks for the group of its machine; asking for tags names no resource.',
    },
    {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': names.metrics } },
      why: 'PutMetricData names no resource; it is bound to its own namespace.',
    },
  ];
}

function takes({ volume, address }: { volume: string; address: string }, tag: string): Right[] {
  const here = `arn:aws:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
  return [
    {
      actions: ['ec2:AttachVolume', 'ec2:AssociateAddress'],
      resources: [`${here}:instance/*`],
      conditions: { StringEquals: { [`aws:ResourceTag/${TAG}`]: tag } },
      why: 'A machine has no number before it is made: bound by the tag of this desk.',
    },
    { actions: ['ec2:AttachVolume'], resources: [volume] },
    {
      actions: ['ec2:AssociateAddress'],
      resources: [address, `${here}:network-interface/*`],
      why: 'The interface of the machine, to which one address may be given: this desk’s.',
    },
    {
      actions: ['ec2:DescribeVolumes'],
      resources: ['*'],
      why: 'Asking for the state of a volume names no resource.',
    },
  ];
}
