import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INFRA } from '../lib/paths';
import { NAMES, type SettingsError, readSettings } from '../lib/settings';
import { type Context, SCALE, SMALL, TRIED, anApp } from './desk';

const read = (context: Context) => readSettings(anApp(context).node);

function problemsOf(context: Context): readonly string[] {
  try {
    read(context);
    return [];
  } catch (error) {
    return (error as SettingsError).problems;
  }
}

describe('the settings of a stack', () => {
  it('want two addresses and no more', () =>
    expect(read(TRIED)).toMatchObject({
      profile: 'small',
      name: 'liftdesk',
      environment: 'production',
      instanceType: 't3.micro',
      machines: { min: 1, max: 1 },
      database: 'none',
      sshFrom: [],
      budget: 20,
      live: false,
    }));

  it('are those of the command line, which are text', () =>
    expect(
      read({
        ...TRIED,
        database: 'true',
        budget: '30',
        sshFrom: '203.0.113.7/32, 198.51.100.0/24',
        live: 'true',
      }),
    ).toMatchObject({
      database: 'used',
      budget: 30,
      sshFrom: ['203.0.113.7/32', '198.51.100.0/24'],
      live: true,
    }));

  it('scale has a database, and two machines at least', () =>
    expect(read({ ...SCALE, minInstances: 6 })).toMatchObject({
      database: 'used',
      instanceType: 't3.small',
      machines: { min: 6, max: 6 },
      budget: 200,
    }));

  it('everything that is wrong is said at once', () =>
    expect(problemsOf({ profile: 'medium', environment: 'test' })).toEqual([
      'profile: expected small or scale',
      'environment: expected production or staging',
      'fromEmail: expected the sender of all mail, such as support@example.com',
      'alarmEmail: expected the address that alarms go to',
    ]));

  it('stand in the README, each', () => {
    const table = readFileSync(join(INFRA, 'README.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('|'));
    for (const name of NAMES) expect(table.join('\n')).toContain(`\`${name}\``);
  });

  it('a name that is mistyped is no setting', () =>
    expect(problemsOf({ ...TRIED, sshfrom: '203.0.113.7/32' })[0]).toMatch(
      /^sshfrom: there is no such setting; there are profile, /,
    ));

  const WRONG: [what: Context, problem: RegExp][] = [
    [{ name: 'Acme Desk' }, /^name: expected 2 to 12 small letters/],
    [{ fromEmail: 'support' }, /^fromEmail: expected an address/],
    [{ domain: 'https://desk.example.com' }, /^domain: expected a name such as/],
    [
      { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b' },
      /^certificateArn: .* in us-east-1$/,
    ],
    [
      { domain: undefined, hostedZoneId: undefined, hostedZoneName: undefined },
      /^certificateArn: expected only with domain$/,
    ],
    [{ certificateArn: undefined }, /^certificateArn: expected with domain/],
    [{ hostedZoneName: undefined }, /^hostedZoneId, hostedZoneName: expected both or neither$/],
    [{ hostedZoneName: 'example.org' }, /^domain: expected a name of the zone/],
    [{ profile: 'scale' }, /^originCertificateArn: expected with profile=scale and domain/],
    [{ ...SCALE, minInstances: 1 }, /^minInstances: expected a whole number from 2 to 8$/],
    [{ ...SCALE, minInstances: 5, maxInstances: 3 }, /^maxInstances: expected no less than minInstances$/],
    [{ sshFrom: '0.0.0.0/0' }, /^sshFrom: .* none wider than \/16$/],
    [{ sshFrom: '203.0.113.700/32' }, /^sshFrom: /],
    [{ instanceType: 't4g.micro' }, /^instanceType: .* x86_64/],
    [{ instanceType: 't2.micro' }, /^instanceType: .* and Nitro/],
    [{ database: 'yes' }, /^database: expected true, false or beside$/],
    [{ github: 'https://github.com/acme/desk' }, /^github: expected owner\/repository$/],
    [{ github: undefined, githubProviderArn: PROVIDER() }, /^githubProviderArn: expected only with github$/],
    [{ budget: 0 }, /^budget: /],
    [
      { variables: '{"JWT_SECRET":"x"}' },
      /^variables: JWT_SECRET is a secret: it belongs into Secrets Manager/,
    ],
    [{ variables: { REDIS_PASSWORD: 'x' } }, /^variables: REDIS_PASSWORD is a secret/],
    [{ variables: { APP_NAME: 'two\nlines' } }, /^variables: expected an object such as/],
    [{ variables: 'APP_NAME=Acme' }, /^variables: expected an object such as/],
    [{ webAclArn: 'arn:aws:wafv2:eu-central-1:111122223333:global/webacl/a/b' }, /^webAclArn: .* us-east-1$/],
  ];
  it.each(WRONG)('%j is not taken', (change, problem) =>
    expect(problemsOf({ ...SMALL, ...change })).toEqual([expect.stringMatching(problem)]),
  );

  it('variables of the desk pass, as an object or as JSON', () => {
    expect(
      read({ ...TRIED, variables: { APP_NAME: 'Acme Care', JWT_EXPIRES_IN: '10m', S3_KEY_PREFIX: 'a/' } })
        .variables,
    ).toEqual({
      APP_NAME: 'Acme Care',
      JWT_EXPIRES_IN: '10m',
      S3_KEY_PREFIX: 'a/',
    });
    expect(read({ ...TRIED, variables: '{"REGISTRATION":"closed"}' }).variables).toEqual({
      REGISTRATION: 'closed',
    });
  });
});

function PROVIDER(): string {
  return 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
}
