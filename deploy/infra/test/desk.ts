import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDesk } from '../lib/app';
import type { DeskStack } from '../lib/desk-stack';
import { INFRA } from '../lib/paths';

const { context: flags } = JSON.parse(readFileSync(join(INFRA, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

const folder = mkdtempSync(join(tmpdir(), 'liftdesk-infra-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Its folder goes with this file of tests: one of the CDK's own would stay among the temporary files for ever. */
export const anApp = (context: Context): App =>
  new App({ context: { ...context }, outdir: mkdtempSync(join(folder, 'app-')) });

export type Context = Readonly<Record<string, unknown>>;

/** A desk that somebody tries: no domain. */
export const TRIED: Context = { fromEmail: 'support@example.com', alarmEmail: 'ops@example.com' };

/** A small desk as it should be. */
export const SMALL: Context = {
  ...TRIED,
  domain: 'desk.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.com',
  github: 'acme/desk',
  live: true,
};

export const SCALE: Context = {
  ...SMALL,
  profile: 'scale',
  originCertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0c1d',
};

export const PROFILES: readonly [name: string, context: Context][] = [
  ['small', SMALL],
  ['scale', SCALE],
];

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  DependsOn?: string[];
  CreationPolicy?: Record<string, unknown>;
  UpdatePolicy?: Record<string, unknown>;
}

/** A synthesised desk, and short ways to what is in it. */
export class Synthesised {
  private static readonly made = new Map<Context, Synthesised>();

  private constructor(
    readonly stack: DeskStack,
    readonly template: Template,
  ) {}

  /** cdk-nag looks it over on the way: what it finds throws. */
  static of(context: Context): Synthesised {
    const known = Synthesised.made.get(context);
    if (known) return known;
    const stack = Synthesised.unsynthesised(context);
    const made = new Synthesised(stack, Template.fromStack(stack));
    Synthesised.made.set(context, made);
    return made;
  }

  static unsynthesised(context: Context): DeskStack {
    return addDesk(anApp({ ...flags, ...context }));
  }

  get resources(): Record<string, Resource> {
    return (this.template.toJSON() as { Resources: Record<string, Resource> }).Resources;
  }

  ofType(type: string): Resource[] {
    return Object.values(this.resources).filter(({ Type }) => Type === type);
  }

  /** Every statement of every policy of an identity whose path begins so. */
  rightsOf(construct: string): Right[] {
    return Object.entries(this.resources)
      .filter(([id, { Type }]) => id.startsWith(construct) && /^AWS::IAM::(Managed)?Policy$/.test(Type))
      .flatMap(([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Right[] }).Statement);
  }

  get userData(): string {
    const [template] = this.ofType('AWS::EC2::LaunchTemplate');
    return textOf((template?.Properties['LaunchTemplateData'] as { UserData: unknown }).UserData);
  }
}

export interface Right {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export const actionsOf = (right: Right): string[] => [right.Action].flat();

/** A value with its references written as `<Name>`: for tests that look for words. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
    'Fn::Sub': sub,
    'Fn::Base64': base64,
  } = value as Record<string, unknown>;
  if (Ref !== undefined) return `<${String(Ref)}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(String(join[0]));
  return base64 === undefined ? String(sub) : textOf(base64);
}
