import { type Right, PROFILES, SMALL, Synthesised, actionsOf, textOf } from './desk';

describe.each(PROFILES)('%s:', (_name, context) => {
  const desk = () => Synthesised.of(context);

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

    it('writes to the log group of the desk, and reads from none', () => {
      const logs = rights().filter((right) => actionsOf(right).some((action) => action.startsWith('logs:')));
      expect(logs.map(({ Resource }) => textOf(Resource))).toEqual([
        expect.stringMatching(/^<LogsGroup\w+\.Arn>$/),
      ]);
    });

    it('names what it is about, but where AWS lets nobody name it', () => {
      const wide = rights().filter(({ Resource }) => [Resource].flat().includes('*'));
      expect(wide.flatMap(actionsOf).sort()).toEqual(
        [
          'cloudwatch:PutMetricData',
          'ec2:DescribeTags',
          ...(context === SMALL ? ['ec2:DescribeVolumes'] : []),
          'ses:GetAccountSendingEnabled',
          'ses:GetIdentityVerificationAttributes',
          'ses:GetSendQuota',
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ].sort(),
      );
    });

    it('takes an address and a volume to machines of this desk alone', () => {
      const taken = rights()
        .filter((right) => actionsOf(right).some((action) => /AttachVolume|AssociateAddress/.test(action)))
        .map(({ Resource, Condition }) => ({ to: [Resource].flat().map(textOf), when: Condition }));
      expect(taken).toEqual(
        context === SMALL
          ? [
              {
                to: [expect.stringMatching(/:instance\/\*$/)],
                when: { StringEquals: { 'aws:ResourceTag/liftdesk': 'liftdesk-production' } },
              },
              { to: [expect.stringMatching(/:volume\/<FrontMainstayData\w+>$/)], when: undefined },
              {
                to: [
                  expect.stringMatching(/:elastic-ip\/<FrontMainstayAddress\w+\.AllocationId>$/),
                  expect.stringMatching(/:network-interface\/\*$/),
                ],
                when: undefined,
              },
            ]
          : [],
      );
    });

    it('has no policy of AWS, whose rights grow', () => {
      for (const { Properties } of desk().ofType('AWS::IAM::Role'))
        expect(JSON.stringify(Properties['ManagedPolicyArns'] ?? [])).not.toContain(':aws:policy');
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
        'ec2-instance-connect:SendSSHPublicKey',
        'ec2:DescribeInstances',
        's3:DeleteObject',
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
});

it('S3_KEY_PREFIX of the desk is that of the rights of its machine', () => {
  const desk = Synthesised.of({ ...SMALL, variables: { S3_KEY_PREFIX: 'acme/' } });
  const writes = desk.rightsOf('MachineRole').filter((right) => actionsOf(right).includes('s3:PutObject'));
  expect(writes.flatMap(({ Resource }) => [Resource].flat()).map(textOf)).toEqual([
    expect.stringMatching(/\.Arn>\/acme\/attachments\/\*$/),
    expect.stringMatching(/\.Arn>\/acme\/backups\/\*$/),
  ]);
});
