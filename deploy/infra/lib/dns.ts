import * as route53 from 'aws-cdk-lib/aws-route53';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';

export interface DnsProps {
  readonly zone: { readonly id: string; readonly name: string };
  readonly domain: string;
  readonly distribution: cloudfront.IDistribution;
  /** Where `origin.<domain>` leads. */
  readonly origin: route53.RecordTarget;
}

/** The desk's name leads to the distribution, `origin.` before it to what stands behind. */
export class Dns extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { zone: { id: hostedZoneId, name }, domain, distribution, origin }: DnsProps,
  ) {
    super(scope, id);
    const zone = route53.PublicHostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId,
      zoneName: name,
    });
    const target = route53.RecordTarget.fromAlias(new targets.CloudFrontTarget(distribution));
    new route53.ARecord(this, 'Desk', { zone, recordName: `${domain}.`, target });
    new route53.AaaaRecord(this, 'DeskV6', { zone, recordName: `${domain}.`, target });
    new route53.ARecord(this, 'Origin', { zone, recordName: `origin.${domain}.`, target: origin });
  }
}
