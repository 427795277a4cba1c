import type { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import {
  type Resource,
  type Right,
  PROFILES,
  SCALE,
  SMALL,
  Synthesised,
  TRIED,
  actionsOf,
  textOf,
} from './desk';

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
const small = () => Synthesised.of(SMALL);
const scale = () => Synthesised.of(SCALE);
const NOT_LIVE = { ...SCALE, live: false };

describe.each(PROFILES)('%s:', (_name, context) => {
  const desk = () => Synthesised.of(context);

  describe('buckets', () => {
    const buckets = () =>
      Object.entries(desk().resources).filter(([, { Type }]) => Type === 'AWS::S3::Bucket');
    const nameOf = ({ Properties: { BucketName = '' } }: Resource) => textOf(BucketName);
    const named = (part: string) =>
      buckets().find(([, bucket]) => nameOf(bucket).includes(`-${part}-`))?.[1].Properties;

    it('are five: client, attachments, backups, artefacts and their log', () =>
      expect(buckets()).toHaveLength(5));

    it('are closed to the public, encrypted, without ACLs, and kept when the stack goes', () => {
      for (const [, bucket] of buckets()) {
        expect(bucket.Properties).toMatchObject({
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
            ],
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        });
        // What has a name would stand in the way of a second try where the first deployment failed: empty, it is taken back.
        expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual([
          nameOf(bucket) === '' ? 'Retain' : 'RetainExceptOnCreate',
          'Retain',
        ]);
      }
    });

    it('refuse all that does not come over TLS, 1.2 at least, and deny nothing else', () => {
      for (const [id] of buckets()) {
        const policy = desk()
          .ofType('AWS::S3::BucketPolicy')
          .find(({ Properties }) => textOf(Properties['Bucket']) === `<${id}>`);
        const { Statement } = policy?.Properties['PolicyDocument'] as { Statement: Right[] };
        const denied = Statement.filter(({ Effect }) => Effect === 'Deny');
        expect(denied.map(({ Condition }) => Condition)).toEqual([
          { Bool: { 'aws:SecureTransport': 'false' } },
          { NumericLessThan: { 's3:TlsVersion': 1.2 } },
        ]);
        for (const { Action } of denied) expect(Action).toBe('s3:*');
      }
    });

    it('allow no one but services of this account', () => {
      for (const { Properties } of desk().ofType('AWS::S3::BucketPolicy')) {
        const { Statement } = Properties['PolicyDocument'] as {
          Statement: (Right & { Principal: object })[];
        };
        for (const { Principal } of Statement.filter(({ Effect }) => Effect === 'Allow'))
          expect(Object.keys(Principal)).toEqual(['Service']);
      }
    });

    it.each([
      ['attachments', 30],
      ['backups', 90],
      ['artefacts', 30],
    ])('%s keep former versions for %d days', (part, days) => {
      expect(named(part)).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: days } }),
          ]),
        },
      });
    });

    it('forget uploads that nobody finished, and expire nothing that counts', () => {
      for (const [, bucket] of buckets()) {
        const { Rules } = bucket.Properties['LifecycleConfiguration'] as { Rules: Record<string, unknown>[] };
        expect(Rules[0]).toMatchObject({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
        expect(Rules.some((rule) => 'ExpirationInDays' in rule)).toBe(nameOf(bucket) === '');
      }
    });

    it('attachments are shown to the pages of the client alone', () =>
      expect(named('attachments')).toMatchObject({
        CorsConfiguration: {
          CorsRules: [{ AllowedOrigins: ['https://desk.example.com'], AllowedMethods: ['GET', 'HEAD'] }],
        },
      }));

    it('have names that S3 takes, in the longest region', () => {
      const names = buckets().map(([, bucket]) => nameOf(bucket));
      for (const each of names.filter((given) => given !== '')) {
        const name = each
          .replace('<AWS::AccountId>', '111122223333')
          .replace('<AWS::Region>', 'ap-southeast-1');
        expect(name).toMatch(/^[a-z0-9-]{3,63}$/);
      }
    });
  });

  describe('the role of the machine', () => {
    const rights = () => desk().rightsOf('MachineRole');

    it('allows what is needed and no more', () => {
      const takes = ['ec2:AssociateAddress', 'ec2:AttachVolume', 'ec2:DescribeVolumes'];
      expect([...new Set(rights().flatMap(actionsOf))].sort()).toEqual(
        [
          'cloudformation:SignalResource',
          'cloudwatch:PutMetricData',
          'ec2:DescribeTags',
          ...(context === SMALL ? takes : []),
          'logs:CreateLogStream',
          'logs:DescribeLogStreams',
          'logs:PutLogEvents',
          's3:AbortMultipartUpload',
          's3:DeleteObject',
          's3:GetObject',
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:PutObject',
          'secretsmanager:GetSecretValue',
          'ses:GetAccountSendingEnabled',
          'ses:GetIdentityVerificationAttributes',
          'ses:GetSendQuota',
          'ses:SendRawEmail',
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ].sort(),
      );
    });

    it('writes and removes objects under two prefixes of two buckets alone', () => {
      const writes = rights().filter((right) => actionsOf(right).includes('s3:PutObject'));
      expect(writes.flatMap(({ Resource }) => [Resource].flat()).map(textOf)).toEqual([
        expect.stringMatching(/^<BucketsAttachments\w+\.Arn>\/attachments\/\*$/),
        expect.stringMatching(/^<BucketsBackups\w+\.Arn>\/backups\/\*$/),
      ]);
    });

    it('reads its own two secrets, and not the copy of the key of backups', () => {
      const [right] = rights().filter((each) => actionsOf(each).includes('secretsmanager:GetSecretValue'));
      expect([right?.Resource].flat().map(textOf)).toEqual([
        expect.stringMatching(/^<SecretsDesk/),
        expect.stringMatching(/^<SecretsOrigin/),
      ]);
    });

    it('sends mail from one address, and writes metrics of one namespace', () => {
      const conditionOf = (action: string) =>
        rights().find((right) => actionsOf(right).includes(action))?.Condition;
      expect(conditionOf('ses:SendRawEmail')).toEqual({
        StringEquals: { 'ses:FromAddress': 'support@example.com' },
      });
      expect(conditionOf('cloudwatch:PutMetricData')).toEqual({
        StringEquals: { 'cloudwatch:namespace': 'SupportTicketApp' },
      });
    });

    it('has no policy of AWS, whose rights grow', () => {
      for (const { Properties } of desk().ofType('AWS::IAM::Role'))
        expect(JSON.stringify(Properties['ManagedPolicyArns'] ?? [])).not.toContain(':aws:policy');
    });
  });

  describe('the machine', () => {
    it('answers metadata to itself alone, by tokens', () =>
      desk().template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
        LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } },
      }));

    it('has an encrypted disk and no key', () => {
      const data = desk().ofType('AWS::EC2::LaunchTemplate')[0]?.Properties['LaunchTemplateData'] as object;
      expect(data).toMatchObject({ BlockDeviceMappings: [{ Ebs: { Encrypted: true, VolumeType: 'gp3' } }] });
      expect(Object.keys(data)).not.toContain('KeyName');
    });

    it('is replaced when it dies, and a change that does not come up is taken back', () => {
      const [group] = desk().ofType('AWS::AutoScaling::AutoScalingGroup');
      expect(group?.CreationPolicy).toMatchObject({ ResourceSignal: { Timeout: 'PT20M' } });
      expect(group?.UpdatePolicy).toMatchObject({
        AutoScalingRollingUpdate: { WaitOnResourceSignals: true, MaxBatchSize: 1 },
      });
    });

    it('is made when its rights, its way out and its name are there, which it needs at once', () => {
      const [group] = desk().ofType('AWS::AutoScaling::AutoScalingGroup');
      const rights = Object.entries(desk().resources).filter(
        ([id, { Type }]) => id.startsWith('MachineRole') && Type === 'AWS::IAM::ManagedPolicy',
      );
      expect(rights.length).toBeGreaterThan(5);
      expect(group?.DependsOn).toEqual(
        expect.arrayContaining([
          ...rights.map(([id]) => id),
          expect.stringMatching(/^NetworkVpcpublicSubnet1DefaultRoute/),
          expect.stringMatching(/^DnsOrigin/),
        ]),
      );
    });

    it('lets nothing out but TLS, and what is its own', () => {
      const groups = desk()
        .ofType('AWS::EC2::SecurityGroup')
        .flatMap(
          ({ Properties }) =>
            (Properties['SecurityGroupEgress'] ?? []) as { CidrIp: string; FromPort: number }[],
        )
        .filter(({ CidrIp }) => CidrIp === '0.0.0.0/0');
      expect(groups.map(({ FromPort }) => FromPort)).toEqual([443]);
    });

    it('is told no secret: names of secrets, and what is no secret', () => {
      const text = desk().userData;
      expect(text).not.toContain('{{resolve:');
      expect(text).not.toMatch(/^(JWT_SECRET|DATABASE_URL|DATABASE_ENCRYPTION_KEY|REDIS_PASSWORD)=/m);
      expect(text).toMatch(/^SECRETS_ID=<SecretsDesk\w+>$/m);
      expect(text).toMatch(/^ORIGIN_SECRET_ID=<SecretsOrigin\w+>$/m);
    });
  });

  describe('secrets', () => {
    it('are made by AWS: no value stands in the template', () => {
      for (const { Properties } of desk().ofType('AWS::SecretsManager::Secret')) {
        expect(Properties).not.toHaveProperty('SecretString');
        expect(Properties['GenerateSecretString']).toBeDefined();
      }
    });

    it('has a JWT_SECRET and a key of backups of 64 characters, the key kept when all else goes', () => {
      const secrets = desk().ofType('AWS::SecretsManager::Secret');
      const [key, , own] = secrets.filter(({ Properties }) =>
        String(Properties['Name']).includes('support-ticket'),
      );
      expect(own?.Properties).toMatchObject({
        Name: 'prod/support-ticket/api',
        GenerateSecretString: { GenerateStringKey: 'JWT_SECRET', PasswordLength: 64 },
      });
      const { SecretStringTemplate } = own?.Properties['GenerateSecretString'] as {
        SecretStringTemplate: unknown;
      };
      const values = JSON.parse(textOf(SecretStringTemplate)) as Record<string, string>;
      expect(values['DATABASE_ENCRYPTION_KEY']).toMatch(
        /^\{\{resolve:secretsmanager:<SecretsBackupKey\w+>:SecretString:::\}\}$/,
      );
      expect(key).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: { GenerateSecretString: { PasswordLength: 64 } },
      });
    });
  });

  describe('GitHub', () => {
    it('may be one environment of one repository, and nobody else', () =>
      desk().template.hasResourceProperties('AWS::IAM::Role', {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Action: 'sts:AssumeRoleWithWebIdentity',
              Condition: {
                StringEquals: {
                  'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
                  'token.actions.githubusercontent.com:sub': 'repo:acme/desk:environment:production',
                },
              },
            },
          ],
        },
      }));

    it('may put a release in its place, by sessions to machines with the tag of this desk', () => {
      const rights = desk().rightsOf('Github');
      expect(rights.flatMap(actionsOf).sort()).toEqual([
        'cloudfront:CreateInvalidation',
        'cloudfront:GetInvalidation',
        'ec2-instance-connect:SendSSHPublicKey',
        'ec2:DescribeInstances',
        's3:DeleteObject',
        's3:GetObject',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        's3:PutObject',
        'ssm:StartSession',
        'ssm:StartSession',
        'ssm:TerminateSession',
      ]);
      const key = rights.find((right) => actionsOf(right).includes('ec2-instance-connect:SendSSHPublicKey'));
      expect(key?.Condition).toEqual({
        StringEquals: { 'aws:ResourceTag/liftdesk': 'liftdesk-production', 'ec2:osuser': 'ec2-user' },
      });
      const sessions = rights.filter((right) => actionsOf(right).includes('ssm:StartSession'));
      expect(
        sessions.map(({ Resource, Condition }) => [textOf(Resource), Condition?.['StringEquals']]),
      ).toEqual([
        [expect.stringContaining(':instance/*'), { 'ssm:resourceTag/liftdesk': 'liftdesk-production' }],
        ['arn:aws:ssm:<AWS::Region>::document/AWS-StartSSHSession', undefined],
      ]);
    });
  });

  it('topics take only what comes over TLS, from services of this account', () => {
    expect(desk().ofType('AWS::SNS::TopicPolicy')).toHaveLength(3);
    for (const { Properties } of desk().ofType('AWS::SNS::TopicPolicy')) {
      const { Statement } = Properties['PolicyDocument'] as { Statement: Right[] };
      expect(Statement[0]).toMatchObject({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
      for (const { Condition } of Statement.slice(1))
        expect(JSON.stringify(Condition).toLowerCase()).toContain('aws:sourceaccount');
    }
  });

  it('is not deleted by mistake once it is live; before, a deployment that failed can be tried again', () => {
    expect(desk().stack.terminationProtection).toBe(true);
    expect(Synthesised.of(TRIED).stack.terminationProtection).toBe(false);
  });

  it('asks nobody anything: neither account nor region nor a look-up is in it', () => {
    const { stack } = desk();
    expect([stack.account, stack.region]).toEqual([
      expect.stringContaining('Token'),
      expect.stringContaining('Token'),
    ]);
    expect(stack.node.tryGetContext('availability-zones')).toBeUndefined();
  });
});

describe('the network', () => {
  it('small is open on 80 and 443, and on nothing else', () => {
    const [group] = small().ofType('AWS::EC2::SecurityGroup');
    expect(group?.Properties['SecurityGroupIngress']).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80 }),
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
    ]);
    expect(small().ofType('AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });

  it('22 is open to the addresses that were given, and to no others', () => {
    const desk = Synthesised.of({ ...SMALL, sshFrom: '203.0.113.7/32' });
    const rules = desk.ofType('AWS::EC2::SecurityGroup')[0]?.Properties['SecurityGroupIngress'] as object[];
    expect(rules.slice(2)).toEqual([
      expect.objectContaining({ CidrIp: '203.0.113.7/32', FromPort: 22, ToPort: 22 }),
    ]);
  });

  it('scale lets in the load balancer alone, and that lets in 443', () => {
    const open = scale()
      .ofType('AWS::EC2::SecurityGroup')
      .flatMap(({ Properties }) => (Properties['SecurityGroupIngress'] ?? []) as { FromPort: number }[]);
    expect(open).toEqual([expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })]);
    const chained = scale().ofType('AWS::EC2::SecurityGroupIngress');
    expect(
      chained
        .map(({ Properties }) => Properties['FromPort'])
        .map(textOfPort)
        .sort(),
    ).toEqual(['443', '5432', '6379']);
    for (const { Properties } of chained) expect(Properties).toHaveProperty('SourceSecurityGroupId');
  });

  it.each(PROFILES)('%s has no NAT gateway, and notes what it refuses', (_name, context) => {
    const { template } = Synthesised.of(context);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
  });
});

describe('machines that do not answer the load balancer', () => {
  const checkOf = (desk: Synthesised) =>
    desk.ofType('AWS::AutoScaling::AutoScalingGroup')[0]?.Properties['HealthCheckType'];

  it('are replaced, but not before the first release: until then none answers', () => {
    expect(checkOf(scale())).toMatch(/ELB/);
    expect(checkOf(Synthesised.of(NOT_LIVE))).toBe('EC2');
    expect(checkOf(small())).toBe('EC2');
  });
});

it('S3_KEY_PREFIX of the desk is that of the rights of its machine', () => {
  const desk = Synthesised.of({ ...SMALL, variables: { S3_KEY_PREFIX: 'acme/' } });
  const writes = desk.rightsOf('MachineRole').filter((right) => actionsOf(right).includes('s3:PutObject'));
  expect(writes.flatMap(({ Resource }) => [Resource].flat()).map(textOf)).toEqual([
    expect.stringMatching(/\.Arn>\/acme\/attachments\/\*$/),
    expect.stringMatching(/\.Arn>\/acme\/backups\/\*$/),
  ]);
});

it('the volume of the database is kept whatever becomes of the stack', () =>
  small().template.hasResource('AWS::EC2::Volume', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: { Encrypted: true },
  }));

describe('the data of scale', () => {
  it('is a PostgreSQL that is encrypted, speaks TLS alone, stands by in another zone, is backed up and not deleted', () => {
    const [database] = scale().ofType('AWS::RDS::DBInstance');
    expect(database?.Properties).toMatchObject({
      StorageEncrypted: true,
      MultiAZ: true,
      PubliclyAccessible: false,
      BackupRetentionPeriod: 7,
      DeletionProtection: true,
    });
    expect(database?.DeletionPolicy).toBe('Snapshot');
    const [untouched] = Synthesised.of(NOT_LIVE).ofType('AWS::RDS::DBInstance');
    expect(untouched?.Properties['DeletionProtection']).toBe(false);
    scale().template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Parameters: { 'rds.force_ssl': '1' },
    });
  });

  it('is a Redis that is encrypted, asks for a password, fails over, and drops what expires first', () => {
    scale().template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      AuthToken: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
    });
    scale().template.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      Properties: { 'maxmemory-policy': 'volatile-ttl' },
    });
  });

  it('is in subnets that have no way out', () => {
    const routes = scale().ofType('AWS::EC2::Route');
    for (const { Properties } of routes) expect(textOf(Properties['RouteTableId'])).toContain('public');
    const used = [
      ...scale().ofType('AWS::RDS::DBSubnetGroup'),
      ...scale().ofType('AWS::ElastiCache::SubnetGroup'),
    ].flatMap(({ Properties }) => Properties['SubnetIds'] as unknown[]);
    expect(used).toHaveLength(4);
    for (const subnet of used) expect(textOf(subnet)).toContain('data');
  });

  it('reaches the desk by references in its secret', () => {
    const own = scale()
      .ofType('AWS::SecretsManager::Secret')
      .find(({ Properties }) => textOf(Properties['Name'] ?? '') === 'prod/support-ticket/api');
    const { SecretStringTemplate } = own?.Properties['GenerateSecretString'] as {
      SecretStringTemplate: unknown;
    };
    const values = JSON.parse(textOf(SecretStringTemplate)) as Record<string, string>;
    expect(values['DATABASE_URL']).toMatch(
      /^postgres:\/\/liftdesk:\{\{resolve:secretsmanager:<\w+>:SecretString:password::\}\}@<\w+\.Endpoint\.Address>:<\w+\.Endpoint\.Port>\/liftdesk$/,
    );
    expect(values['REDIS_PASSWORD']).toMatch(
      /^\{\{resolve:secretsmanager:<RedisPassword\w+>:SecretString:::\}\}$/,
    );
  });

  it('the password of PostgreSQL has no character that an address would have to write otherwise', () => {
    const secret = scale()
      .ofType('AWS::SecretsManager::Secret')
      .find(({ Properties }) => JSON.stringify(Properties).includes('"GenerateStringKey":"password"'));
    const { ExcludeCharacters } = secret?.Properties['GenerateSecretString'] as { ExcludeCharacters: string };
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const left = printable.filter((character) => !ExcludeCharacters.includes(character));
    for (const character of left) expect(encodeURIComponent(character)).toBe(character);
  });
});

describe('PostgreSQL beside a small desk', () => {
  const desk = () => Synthesised.of({ ...SMALL, database: 'beside' });

  it('is reached by the machine, and the desk stays where it is', () => {
    expect(desk().ofType('AWS::EC2::SecurityGroupIngress')).toHaveLength(1);
    expect(desk().userData).toMatch(/^ENGINE=sqlite$/m);
    expect(desk().userData).toMatch(/^DATABASE_CA_FILE=/m);
    expect(JSON.stringify(desk().resources)).not.toContain('DATABASE_URL');
  });
});

describe('cdk-nag', () => {
  it.each([
    ['a desk that is tried', TRIED],
    ['scale without a domain', { ...TRIED, profile: 'scale' }],
    ['a small desk with PostgreSQL', { ...SMALL, database: true }],
    [
      'staging beside production',
      { ...SMALL, environment: 'staging', senderIsVerified: true, githubProviderArn: PROVIDER },
    ],
  ])('accepts %s', (_what, context) =>
    expect(Synthesised.of(context).ofType('AWS::S3::Bucket')).toHaveLength(5),
  );

  it('finds what nobody has accepted', () => {
    const { Bucket } = jest.requireActual<typeof import('aws-cdk-lib/aws-s3')>('aws-cdk-lib/aws-s3');
    const stack = Synthesised.unsynthesised(TRIED);
    new Bucket(stack, 'Careless');
    expect(() => (stack.node.root as App).synth()).toThrow(/AwsSolutions-S10/);
  });
});

const textOfPort = (port: unknown): string => (typeof port === 'object' ? '5432' : String(port));
