import type { App } from 'aws-cdk-lib';
import { PROFILES, SMALL, Synthesised, TRIED } from './desk';

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';

describe.each(PROFILES)('%s:', (_name, context) => {
  const desk = () => Synthesised.of(context);

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
