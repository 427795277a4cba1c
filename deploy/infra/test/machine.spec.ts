import { PROFILES, SCALE, SMALL, Synthesised } from './desk';

const small = () => Synthesised.of(SMALL);
const scale = () => Synthesised.of(SCALE);
const NOT_LIVE = { ...SCALE, live: false };

describe.each(PROFILES)('%s:', (_name, context) => {
  const desk = () => Synthesised.of(context);

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

it('the volume of the database is kept whatever becomes of the stack', () =>
  small().template.hasResource('AWS::EC2::Volume', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: { Encrypted: true },
  }));
