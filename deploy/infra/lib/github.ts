import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acceptWide, type Right } from './accept';
import type { Buckets } from './buckets';
import { TAG, type Names } from './names';

export interface GithubProps {
  readonly names: Names;
  /** `owner/repository`. */
  readonly repository: string;
  /** GitHub's environment: its rules of approval are the account's too. */
  readonly environment: string;
  /** The account's provider, where it has one. */
  readonly providerArn?: string;
  readonly buckets: Buckets;
  readonly distributionId: string;
}

const ISSUER = 'token.actions.githubusercontent.com';
/** Whom EC2 Instance Connect lets a key in for. */
const MACHINE_USER = 'ec2-user';
const BY_TAG = 'Machines come and go: bound by the tag of this desk.';

/**
 * What a workflow may do that runs in one environment of one repository: put a release in its place, through a session to the
 * machines of this desk, and nothing else. There is no key to keep: GitHub says who asks, AWS believes it for an hour.
 */
export class Github extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: GithubProps) {
    super(scope, id);
    const provider =
      props.providerArn ??
      new iam.OidcProviderNative(this, 'Provider', {
        url: `https://${ISSUER}`,
        clientIds: ['sts.amazonaws.com'],
      }).oidcProviderArn;
    this.role = new iam.Role(this, 'Role', {
      description: `Releases of ${props.repository}, environment ${props.environment}`,
      assumedBy: new iam.FederatedPrincipal(
        provider,
        {
          StringEquals: {
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
            [`${ISSUER}:sub`]: `repo:${props.repository}:environment:${props.environment}`,
          },
        },
        'sts:AssumeRoleWithWebIdentity',
      ),
    });
    const rights = [...files(props), ...machines(props.names.tag)];
    const policy = new iam.ManagedPolicy(this, 'Release', {
      description: 'Liftdesk: a release',
      roles: [this.role],
      statements: rights.map(({ why: _why, ...right }) => new iam.PolicyStatement(right)),
    });
    acceptWide(policy, rights);
  }
}

function files({ buckets: { client, artefacts }, distributionId }: GithubProps): Right[] {
  return [
    {
      actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      resources: [client.arnForObjects('*')],
      why: 'The whole client, in a bucket that holds nothing else.',
    },
    {
      actions: ['s3:PutObject'],
      resources: [artefacts.arnForObjects('releases/*')],
      why: 'Every release in its own bucket; none is read or removed.',
    },
    { actions: ['s3:ListBucket'], resources: [client.bucketArn] },
    {
      actions: ['cloudfront:CreateInvalidation'],
      resources: [`arn:aws:cloudfront::${Aws.ACCOUNT_ID}:distribution/${distributionId}`],
    },
  ];
}

function machines(tag: string): Right[] {
  const instances = `arn:aws:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:instance/*`;
  return [
    { actions: ['ec2:DescribeInstances'], resources: ['*'], why: 'Looking for machines names none.' },
    {
      actions: ['ec2-instance-connect:SendSSHPublicKey'],
      resources: [instances],
      conditions: { StringEquals: { [`aws:ResourceTag/${TAG}`]: tag, 'ec2:osuser': MACHINE_USER } },
      why: BY_TAG,
    },
    {
      actions: ['ssm:StartSession'],
      resources: [instances],
      conditions: {
        StringEquals: { [`ssm:resourceTag/${TAG}`]: tag },
        BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' },
      },
      why: BY_TAG,
    },
    { actions: ['ssm:StartSession'], resources: [`arn:aws:ssm:${Aws.REGION}::document/AWS-StartSSHSession`] },
    {
      actions: ['ssm:TerminateSession'],
      resources: [`arn:aws:ssm:*:${Aws.ACCOUNT_ID}:session/\${aws:userid}-*`],
      why: 'Sessions of its own.',
    },
  ];
}
