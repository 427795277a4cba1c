import { Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { accept } from './accept';

export interface DatabaseProps {
  readonly vpc: ec2.IVpc;
  /** A second one stands by in another zone. */
  readonly multiAz: boolean;
  /** Not deleted by mistake; nor with a first deployment that failed, so only once there is something to lose. */
  readonly isProtected: boolean;
}

const PORT = 5432;
const NAME = 'liftdesk';

/** PostgreSQL of RDS in the isolated subnets: encrypted on disk and on the way, backed up for 7 days, not deleted by mistake. */
export class Database extends Construct {
  /** For the desk's secret: holds references to the password, never the password. */
  readonly url: string;
  /** ARN of a secret: a JSON object with username and password, where the database is, and more. */
  readonly credentials: string;
  private readonly group: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, multiAz, isProtected }: DatabaseProps) {
    super(scope, id);
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc,
      description: 'PostgreSQL: the machines alone',
      allowAllOutbound: false,
    });
    const engine = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 });
    const instance = new rds.DatabaseInstance(this, 'Instance', {
      engine,
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [this.group],
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MICRO),
      databaseName: NAME,
      credentials: rds.Credentials.fromGeneratedSecret('liftdesk', { excludeCharacters: NOT_IN_A_URL }),
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        description: 'TLS or nothing',
        parameters: { 'rds.force_ssl': '1' },
      }),
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: rds.StorageType.GP3,
      storageEncrypted: true,
      multiAz,
      publiclyAccessible: false,
      backupRetention: Duration.days(7),
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      deletionProtection: isProtected,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    const { secret } = instance;
    if (secret === undefined) throw new Error('RDS made no secret for its user');
    this.credentials = secret.secretArn;
    const password = secret.secretValueFromJson('password').unsafeUnwrap();
    this.url = Fn.join('', [
      'postgres://liftdesk:',
      password,
      `@${instance.dbInstanceEndpointAddress}:${instance.dbInstanceEndpointPort}/${NAME}`,
    ]);
    this.acceptances(instance, multiAz, isProtected);
  }

  /** Lets a group of machines in, and lets them out to here. */
  allowFrom(machines: ec2.SecurityGroup): void {
    this.group.addIngressRule(machines, ec2.Port.tcp(PORT), 'The desk');
    machines.addEgressRule(this.group, ec2.Port.tcp(PORT), 'PostgreSQL');
  }

  private acceptances(instance: rds.DatabaseInstance, multiAz: boolean, isProtected: boolean): void {
    accept(
      instance,
      'AwsSolutions-RDS11',
      'The port is open to the group of the machines alone; another number would hide nothing.',
    );
    if (!multiAz)
      accept(
        instance,
        'AwsSolutions-RDS3',
        'The small profile is one machine: a standby would cost more than all of it.',
      );
    if (!isProtected)
      accept(
        instance,
        'AwsSolutions-RDS10',
        'Until the desk is live there is nothing to lose, and a deployment that failed has to be removable.',
      );
    for (const secret of instance.node.findAll().filter((child) => child.node.id === 'Secret'))
      accept(
        secret,
        'AwsSolutions-SMG4',
        'The password is part of DATABASE_URL in the desk’s secret: it is changed there as well, by hand (runbook).',
      );
  }
}

/** In DATABASE_URL these would have to be written otherwise. */
const NOT_IN_A_URL = ' !"#$%&\'()*+,/:;<=>?@[\\]^`{|}~';
