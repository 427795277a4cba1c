import { type Resource, type Right, PROFILES, Synthesised, textOf } from './desk';

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
});
