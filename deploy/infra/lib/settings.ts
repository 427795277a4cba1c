import type { Node } from 'constructs';
import * as expect from './expectations';

/** What a stack is made from: the context of the CDK (`-c name=value`, or `context` of cdk.json), checked. */
export interface Settings {
  readonly profile: 'small' | 'scale';
  /** Begins the names of what is made, so that an account can hold several desks. */
  readonly name: string;
  readonly environment: 'production' | 'staging';
  /** Sender of all mail. */
  readonly fromEmail: string;
  /** Who is told of alarms and costs; Let's Encrypt gets it too. */
  readonly alarmEmail: string;
  /** Undefined: the desk is found at the name that CloudFront gives it, for trying. */
  readonly domain?: string;
  /** For `domain`, in us-east-1, where CloudFront looks for it. */
  readonly certificateArn?: string;
  /** For `origin.<domain>`, in the stack's region: the load balancer's. */
  readonly originCertificateArn?: string;
  /** Where the records of `domain` are made; without it the outputs say which are wanted. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** Addresses that port 22 is open to; none: by Session Manager alone. */
  readonly sshFrom: readonly string[];
  /** PostgreSQL: none; beside the desk, which is still on SQLite and is to be moved there; or what the desk is on, as scale always is. */
  readonly database: 'none' | 'beside' | 'used';
  readonly instanceType: string;
  /** How many machines: exactly one with small. */
  readonly machines: { readonly min: number; readonly max: number };
  /** Gigabytes of the volume that a small desk keeps its database on. */
  readonly dataGigabytes: number;
  /** `owner/repository` whose workflows may release. */
  readonly github?: string;
  /** The account's provider for GitHub, where it has one already. */
  readonly githubProviderArn?: string;
  /** Dollars a month from which somebody is told. */
  readonly budget: number;
  /** A web ACL of WAF, in us-east-1, for the distribution. */
  readonly webAclArn?: string;
  /** Verified in this account already, as by another desk: the stack makes no identity of SES. */
  readonly senderIsVerified: boolean;
  /** The first release is running: bounces of mail are told to the desk. */
  readonly live: boolean;
  /** More variables of the desk, such as APP_NAME. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Everything that is wrong with the context, a line each. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings of the stack are not right:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

export const NAMES = [
  'profile',
  'name',
  'environment',
  'fromEmail',
  'alarmEmail',
  'domain',
  'certificateArn',
  'originCertificateArn',
  'hostedZoneId',
  'hostedZoneName',
  'sshFrom',
  'database',
  'instanceType',
  'minInstances',
  'maxInstances',
  'dataGigabytes',
  'github',
  'githubProviderArn',
  'budget',
  'webAclArn',
  'senderIsVerified',
  'live',
  'variables',
] as const;

export type SettingName = (typeof NAMES)[number];

/** @throws SettingsError that names every setting which is missing or wrong, and what was expected */
export function readSettings(node: Pick<Node, 'tryGetContext' | 'getAllContext'>): Settings {
  const problems: string[] = [...misspelt(Object.keys(node.getAllContext()))];
  const read: expect.Reader = <T>(name: SettingName, expectation: expect.Expectation<T>, byDefault?: T) => {
    const value: unknown = node.tryGetContext(name);
    if (value === undefined || value === '') return byDefault as T;
    const result = expectation(value);
    if ('value' in result) return result.value;
    problems.push(`${name}: ${result.problem}`);
    return byDefault as T;
  };
  const settings = settingsOf(read);
  // What follows from a wrong value would only bury it.
  if (problems.length === 0) problems.push(...contradictions(settings));
  problems.push(
    ...missing(settings).filter((problem) => !problems.some((known) => startAlike(known, problem))),
  );
  if (problems.length > 0) throw new SettingsError(problems);
  return settings as Settings;
}

/** More would want a larger PostgreSQL: each of their processes keeps three connections. */
const MOST_MACHINES = 8;

type Draft = Omit<Settings, 'fromEmail' | 'alarmEmail'> & { fromEmail?: string; alarmEmail?: string };

function settingsOf(read: expect.Reader): Draft {
  const profile = read('profile', expect.oneOf('small', 'scale'), 'small');
  const isSmall = profile === 'small';
  const min = isSmall ? 1 : read('minInstances', expect.number(2, MOST_MACHINES), 2);
  const max = isSmall ? 1 : read('maxInstances', expect.number(2, MOST_MACHINES), Math.max(4, min));
  return {
    profile,
    name: read('name', expect.name, 'liftdesk'),
    environment: read('environment', expect.oneOf('production', 'staging'), 'production'),
    fromEmail: read('fromEmail', expect.email),
    alarmEmail: read('alarmEmail', expect.email),
    domain: read('domain', expect.domain),
    certificateArn: read('certificateArn', expect.certificate('us-east-1')),
    originCertificateArn: read('originCertificateArn', expect.certificate()),
    hostedZone: hostedZoneOf(read('hostedZoneId', expect.zoneId), read('hostedZoneName', expect.domain)),
    sshFrom: read('sshFrom', expect.addresses, []),
    database: isSmall ? read('database', expect.database, 'none') : 'used',
    instanceType: read('instanceType', expect.instanceType, isSmall ? 't3.micro' : 't3.small'),
    machines: { min, max },
    dataGigabytes: read('dataGigabytes', expect.number(5, 1_000), 10),
    github: read('github', expect.repository),
    githubProviderArn: read('githubProviderArn', expect.oidcProvider),
    budget: read('budget', expect.number(1, 1_000_000), isSmall ? 20 : 200),
    webAclArn: read('webAclArn', expect.webAcl),
    senderIsVerified: read('senderIsVerified', expect.flag, false),
    live: read('live', expect.flag, false),
    variables: read('variables', expect.variables, {}),
  };
}

function hostedZoneOf(id: string | undefined, name: string | undefined): Settings['hostedZone'] {
  return id === undefined && name === undefined ? undefined : { id: id ?? '', name: name ?? '' };
}

const startAlike = (one: string, other: string): boolean => one.split(':')[0] === other.split(':')[0];

function missing({ fromEmail, alarmEmail }: Draft): string[] {
  return [
    ...(fromEmail === undefined
      ? ['fromEmail: expected the sender of all mail, such as support@example.com']
      : []),
    ...(alarmEmail === undefined ? ['alarmEmail: expected the address that alarms go to'] : []),
  ];
}

function contradictions(settings: Draft): string[] {
  const { profile, domain, certificateArn, originCertificateArn, hostedZone, machines, github } = settings;
  const rules: [wrong: boolean, problem: string][] = [
    [
      domain !== undefined && certificateArn === undefined,
      'certificateArn: expected with domain: a certificate of ACM for it, in us-east-1',
    ],
    [domain === undefined && certificateArn !== undefined, 'certificateArn: expected only with domain'],
    [
      profile === 'scale' && domain !== undefined && originCertificateArn === undefined,
      'originCertificateArn: expected with profile=scale and domain: a certificate of ACM for origin.<domain>, in the region of the stack',
    ],
    [
      hostedZone !== undefined && (hostedZone.id === '' || hostedZone.name === ''),
      'hostedZoneId, hostedZoneName: expected both or neither',
    ],
    [hostedZone !== undefined && domain === undefined, 'hostedZoneId: expected only with domain'],
    [
      hostedZone?.name && domain !== undefined ? !isWithin(domain, hostedZone.name) : false,
      'domain: expected a name of the zone hostedZoneName',
    ],
    [machines.max < machines.min, 'maxInstances: expected no less than minInstances'],
    [
      github === undefined && settings.githubProviderArn !== undefined,
      'githubProviderArn: expected only with github',
    ],
  ];
  return rules.filter(([wrong]) => wrong).map(([, problem]) => problem);
}

/** Whether a name is that of the zone or one under it. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** A setting that nobody reads would be found out about by a bill. The CDK's own have `:` or `@` in them. */
function misspelt(given: readonly string[]): string[] {
  return given
    .filter((name) => !/[:@]/.test(name) && !NAMES.includes(name as SettingName))
    .map((name) => `${name}: there is no such setting; there are ${NAMES.join(', ')}`);
}
