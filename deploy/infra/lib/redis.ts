import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { accept } from './accept';

const PORT = 6379;

/**
 * Redis of ElastiCache: counters of requests and live events of all machines. A primary and a replica in two zones, cluster
 * mode disabled, TLS and a password. It holds nothing that cannot be lost, so it is not backed up; what is old goes first.
 */
export class Redis extends Construct {
  readonly host: string;
  readonly port: string;
  /** A reference that CloudFormation fills in, for the desk's secret. */
  readonly password: string;
  private readonly group: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { vpc }: { readonly vpc: ec2.IVpc }) {
    super(scope, id);
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc,
      description: 'Redis: the machines alone',
      allowAllOutbound: false,
    });
    const secret = new secretsmanager.Secret(this, 'Password', {
      description: 'The password of Redis; the desk has it in its own secret',
      removalPolicy: RemovalPolicy.DESTROY,
      generateSecretString: { excludePunctuation: true, passwordLength: 64 },
    });
    accept(
      secret,
      'AwsSolutions-SMG4',
      'It is in the desk’s secret too: both are changed together, by hand (runbook).',
    );
    this.password = secret.secretValue.unsafeUnwrap();
    const replication = new elasticache.CfnReplicationGroup(this, 'Replication', {
      replicationGroupDescription: 'Liftdesk: counters and live events',
      engine: 'redis',
      engineVersion: '7.1',
      cacheNodeType: 'cache.t4g.micro',
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      authToken: this.password,
      port: PORT,
      autoMinorVersionUpgrade: true,
      securityGroupIds: [this.group.securityGroupId],
      cacheSubnetGroupName: this.subnets(vpc).ref,
      cacheParameterGroupName: this.parameters().ref,
    });
    this.host = replication.attrPrimaryEndPointAddress;
    this.port = String(PORT);
    accept(
      replication,
      'AwsSolutions-AEC5',
      'The port is open to the group of the machines alone; another number would hide nothing.',
    );
  }

  /** Lets a group of machines in, and lets them out to here. */
  allowFrom(machines: ec2.SecurityGroup): void {
    this.group.addIngressRule(machines, ec2.Port.tcp(PORT), 'The desk');
    machines.addEgressRule(this.group, ec2.Port.tcp(PORT), 'Redis');
  }

  private subnets(vpc: ec2.IVpc): elasticache.CfnSubnetGroup {
    return new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'Without a way to the internet',
      subnetIds: vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED }).subnetIds,
    });
  }

  private parameters(): elasticache.CfnParameterGroup {
    return new elasticache.CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'redis7',
      description: 'Full: what expires goes, the nearest first; never live events',
      properties: { 'maxmemory-policy': 'volatile-ttl' },
    });
  }
}
