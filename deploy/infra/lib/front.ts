import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { LoadBalancer } from './load-balancer';
import { Mainstay } from './mainstay';
import type { Names } from './names';
import type { Settings } from './settings';

export interface FrontProps {
  readonly settings: Settings;
  readonly names: Names;
  readonly vpc: ec2.IVpc;
  /** What only the distribution says: a reference that CloudFormation fills in. */
  readonly originSecret: string;
}

/** What the distribution meets: the one machine at its own address, or the load balancer of several. */
export class Front extends Construct {
  /** With the small profile. */
  readonly mainstay?: Mainstay;
  /** With scale. */
  readonly balancer?: LoadBalancer;
  readonly origin: { readonly name: string; readonly isHttps: boolean };
  /** Where `origin.<domain>` leads. */
  readonly target: route53.RecordTarget;

  constructor(scope: Construct, id: string, { settings, names, vpc, originSecret }: FrontProps) {
    super(scope, id);
    const { domain, originCertificateArn: certificateArn, dataGigabytes: gigabytes } = settings;
    const named = domain === undefined ? undefined : `origin.${domain}`;
    const isHttps = named !== undefined;
    if (settings.profile === 'small') {
      const [subnet] = vpc.publicSubnets;
      if (subnet === undefined) throw new Error('The network has no public subnet');
      this.mainstay = new Mainstay(this, 'Mainstay', { names, subnet, gigabytes });
      this.origin = { name: named ?? this.mainstay.publicName, isHttps };
      this.target = route53.RecordTarget.fromIpAddresses(this.mainstay.address.attrPublicIp);
    } else {
      this.balancer = new LoadBalancer(this, 'LoadBalancer', { vpc, certificateArn, originSecret });
      this.origin = { name: named ?? this.balancer.balancer.loadBalancerDnsName, isHttps };
      this.target = route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(this.balancer.balancer));
    }
  }
}
