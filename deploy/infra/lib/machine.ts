import { Duration, Lazy, Stack, Tags } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import { accept } from './accept';
import type { BootScript, BootVariables } from './boot-script';
import { TAG, type Names } from './names';

export interface MachineProps {
  readonly names: Names;
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
  readonly instanceType: string;
  readonly machines: { readonly min: number; readonly max: number };
  /** Open to everybody; none behind a load balancer. */
  readonly ports: readonly number[];
  /** Whom port 22 is open to. */
  readonly sshFrom: readonly string[];
  readonly role: iam.IRole;
  readonly bootScript: BootScript;
  readonly variables: BootVariables;
  /** Told when a machine comes or goes. */
  readonly told: sns.ITopic;
  /** Whether who does not answer the load balancer is replaced: before the first release nobody would. */
  readonly mustBeReady: boolean;
  /** What has to be there when a machine boots and what it is told does not name: its rights, a way out. */
  readonly after: readonly IDependable[];
}

/** The newest Amazon Linux when a machine is made: a deployment does not replace machines because an image is newer. */
const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
/** Packages, Node and a release take some minutes on a small machine. */
const BOOTS_WITHIN = Duration.minutes(20);

/**
 * The machines, in a group: one that dies is replaced, with the small profile too. A change of what a machine is made of
 * replaces them one after another, and is taken back where a new one does not say that it is up.
 */
export class Machine extends Construct {
  readonly group: autoscaling.AutoScalingGroup;
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: MachineProps) {
    super(scope, id);
    const { vpc, subnets, machines } = props;
    this.securityGroup = this.openTo(props);
    const template = this.template(props);
    const isOne = machines.max === 1;
    this.group = new autoscaling.AutoScalingGroup(this, 'Machines', {
      vpc,
      vpcSubnets: { subnets: [...subnets] },
      launchTemplate: template,
      minCapacity: machines.min,
      maxCapacity: machines.max,
      // One machine holds the volume and the address: the former one ends before the next begins.
      updatePolicy: autoscaling.UpdatePolicy.rollingUpdate({
        maxBatchSize: 1,
        minInstancesInService: isOne ? 0 : machines.min - 1,
        waitOnResourceSignals: true,
        pauseTime: BOOTS_WITHIN,
        suspendProcesses: [
          autoscaling.ScalingProcess.ALARM_NOTIFICATION,
          autoscaling.ScalingProcess.AZ_REBALANCE,
          autoscaling.ScalingProcess.REPLACE_UNHEALTHY,
          autoscaling.ScalingProcess.SCHEDULED_ACTIONS,
        ],
      }),
      signals: autoscaling.Signals.waitForAll({ timeout: BOOTS_WITHIN }),
      healthChecks: props.mustBeReady
        ? autoscaling.HealthChecks.withAdditionalChecks({
            additionalTypes: [autoscaling.AdditionalHealthCheckType.ELB],
            gracePeriod: BOOTS_WITHIN,
          })
        : autoscaling.HealthChecks.ec2({ gracePeriod: Duration.minutes(5) }),
      notifications: [{ topic: props.told }],
    });
    this.group.node.addDependency(...props.after);
    Tags.of(this.group).add('Name', props.names.tag);
    Tags.of(this.group).add(TAG, props.names.tag);
  }

  private openTo({ vpc, ports, sshFrom }: MachineProps): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'Group', {
      vpc,
      description: 'The machines of Liftdesk',
      allowAllOutbound: false,
    });
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS, packages, certificates');
    for (const port of ports) group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'nginx');
    for (const from of sshFrom) group.addIngressRule(ec2.Peer.ipv4(from), ec2.Port.tcp(22), 'An operator');
    if (ports.length > 0)
      accept(
        group,
        'AwsSolutions-EC23',
        'nginx serves the distribution, whose addresses change, and answers Let’s Encrypt.',
      );
    return group;
  }

  private template(props: MachineProps): ec2.LaunchTemplate {
    const template = new ec2.LaunchTemplate(this, 'Template', {
      instanceType: new ec2.InstanceType(props.instanceType),
      machineImage: ec2.MachineImage.resolveSsmParameterAtLaunch(IMAGE),
      role: props.role,
      securityGroup: this.securityGroup,
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      httpEndpoint: true,
      instanceMetadataTags: false,
      detailedMonitoring: false,
      userData: props.bootScript.userData(props.variables, this.groupId()),
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: ec2.BlockDeviceVolume.ebs(10, {
            encrypted: true,
            volumeType: ec2.EbsDeviceVolumeType.GP3,
            deleteOnTermination: true,
          }),
        },
      ],
    });
    Tags.of(template).add('Name', props.names.tag);
    Tags.of(template).add(TAG, props.names.tag);
    return template;
  }

  /** Known when the template is written, for the group is made after it. */
  private groupId(): string {
    return Lazy.string({
      produce: () =>
        Stack.of(this).getLogicalId(this.group.node.defaultChild as autoscaling.CfnAutoScalingGroup),
    });
  }
}
