import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface NetworkProps {
  /** Where it is noted which packets were refused. */
  readonly accessLogs: s3.IBucket;
}

/**
 * Two zones of a public and an isolated subnet each, and an internet gateway. Both profiles have all of it, so that a small
 * desk grows in place; subnets cost nothing. Nothing is behind a NAT gateway: it costs more than the machine, and what
 * has to reach AWS and package mirrors has an address of its own and lets in the ports that it serves, while what is isolated
 * (PostgreSQL, Redis) has no way out at all.
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc;

  constructor(scope: Construct, id: string, { accessLogs }: NetworkProps) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: true },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    this.vpc.addFlowLog('Refused', {
      destination: ec2.FlowLogDestination.toS3(accessLogs, 'refused-packets/'),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
  }

  get publicSubnets(): ec2.ISubnet[] {
    return this.vpc.publicSubnets;
  }
}
