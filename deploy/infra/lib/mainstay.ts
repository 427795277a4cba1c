import { Aws, CfnCondition, Fn, RemovalPolicy, Size, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { TAG, type Names } from './names';

export interface MainstayProps {
  readonly names: Names;
  readonly subnet: ec2.ISubnet;
  readonly gigabytes: number;
}

/**
 * What of a small desk stays when its machine is replaced: the address, and the volume that holds the database. Whichever machine
 * boots takes both to itself, so a new image, a broken disk or another type of machine costs minutes and no row. The volume
 * is kept when the stack goes.
 */
export class Mainstay extends Construct {
  readonly volume: ec2.Volume;
  readonly address: ec2.CfnEIP;

  constructor(scope: Construct, id: string, { names, subnet, gigabytes }: MainstayProps) {
    super(scope, id);
    this.volume = new ec2.Volume(this, 'Data', {
      availabilityZone: subnet.availabilityZone,
      size: Size.gibibytes(gigabytes),
      volumeType: ec2.EbsDeviceVolumeType.GENERAL_PURPOSE_SSD_GP3,
      encrypted: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.address = new ec2.CfnEIP(this, 'Address', { domain: 'vpc' });
    Tags.of(this).add('Name', `${names.tag}-data`);
    Tags.of(this).add(TAG, names.tag);
  }

  get arns(): { volume: string; address: string } {
    const here = `arn:aws:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
    return {
      volume: `${here}:volume/${this.volume.volumeId}`,
      address: `${here}:elastic-ip/${this.address.attrAllocationId}`,
    };
  }

  /** The name that AWS gives the address: a distribution takes names only. */
  get publicName(): string {
    const isVirginia = new CfnCondition(this, 'Virginia', {
      expression: Fn.conditionEquals(Aws.REGION, 'us-east-1'),
    });
    const dashes = Fn.join('-', Fn.split('.', this.address.ref, 4));
    const zone = Fn.conditionIf(isVirginia.logicalId, 'compute-1', `${Aws.REGION}.compute`).toString();
    return Fn.join('', ['ec2-', dashes, '.', zone, '.amazonaws.com']);
  }
}
