import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Why a rule of cdk-nag is not followed here: every exception has its reason, beside what it is about. */
export function accept(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: rule, reason });
}

/** What may be done to which resources; `why` where they are not named one by one. */
export interface Right extends PolicyStatementProps {
  readonly why?: string;
}

/** Accepts the resources with a `*` of each right that says why, one by one, and no others. */
export function acceptWide(policy: IConstruct, rights: readonly Right[]): void {
  for (const { resources = [], why } of rights) {
    if (why === undefined) continue;
    for (const resource of resources) {
      const text = flattened(Stack.of(policy).resolve(resource));
      if (text.includes('*')) accept(policy, `AwsSolutions-IAM5[Resource::${text}]`, why);
    }
  }
}

/** As cdk-nag writes references: `<Bucket.Arn>/attachments/*`. */
function flattened(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\$\{([^}]+)\}/g, '<$1>');
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(flattened).join(String(join[0]));
  throw new Error(`No name for ${JSON.stringify(value)}`);
}
