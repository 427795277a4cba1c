import { Aws, Fn } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { join } from 'node:path';
import { DEPLOY, INFRA } from './paths';

/** Values may be references that CloudFormation fills in. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface BootVariables {
  /** What the machine is rendered from: deploy/machine/variables.mjs. */
  readonly machine: Variables;
  /** What the desk reads: docs/configuration.md. No secret. */
  readonly settings: Variables;
  /** What `boot` reads. */
  readonly boot: Variables;
}

/** What a machine fetches when it boots, and the user data that makes it do so. */
export class BootScript extends Construct {
  readonly assets: assets.Asset[];
  private readonly program: assets.Asset;
  private readonly machine: assets.Asset;
  private readonly install: assets.Asset;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.program = new assets.Asset(this, 'Program', { path: join(INFRA, 'boot/boot') });
    this.machine = new assets.Asset(this, 'Machine', {
      path: join(DEPLOY, 'machine'),
      exclude: ['node_modules', 'test', 'project.json', 'tsconfig.json', 'jest*', '*.md'],
    });
    this.install = new assets.Asset(this, 'Install', {
      path: join(DEPLOY, 'scripts/on-machine/install-current'),
    });
    this.assets = [this.program, this.machine, this.install];
  }

  /** @param signalled the logical id of the group that waits for the machine, a token */
  userData({ machine, settings, boot }: BootVariables, signalled: string): ec2.UserData {
    const data = ec2.UserData.forLinux({ shebang: '#!/bin/bash' });
    data.addCommands(
      'set -euo pipefail',
      `trap '/opt/aws/bin/cfn-signal --exit-code $? --stack ${Aws.STACK_NAME} --resource ${signalled} --region ${Aws.REGION}' EXIT`,
      'mkdir -p /etc/liftdesk /opt/liftdesk',
      ...file('/etc/liftdesk/machine.env', machine),
      ...file('/etc/liftdesk/settings.env', settings),
      ...file('/etc/liftdesk/boot.env', {
        ...boot,
        REGION: Aws.REGION,
        MACHINE_ARCHIVE: this.machine.s3ObjectUrl,
        INSTALL_PROGRAM: this.install.s3ObjectUrl,
      }),
      `aws s3 cp --only-show-errors ${this.program.s3ObjectUrl} /opt/liftdesk/boot`,
      'bash /opt/liftdesk/boot',
    );
    return data;
  }
}

/** The shell reads no value: the end mark is quoted. */
function file(path: string, variables: Variables): string[] {
  const lines = Object.entries(variables)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => Fn.join('', [name, '=', value]));
  return [`cat > ${path} <<'END-OF-VARIABLES'`, ...lines, 'END-OF-VARIABLES'];
}
