import { Duration } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { accept } from './accept';

export interface LoadBalancerProps {
  readonly vpc: ec2.IVpc;
  /** For `origin.<domain>`, in this region; undefined: plain HTTP, for trying. */
  readonly certificateArn?: string;
  /** What only the distribution says: a reference that CloudFormation fills in. */
  readonly originSecret: string;
}

/**
 * Between both neighbours, on each side of it who asks is the first to close: longer than CloudFront keeps a connection (60 s), shorter
 * than nginx does (75 s), or a request would now and then meet a closed door. Streams of events speak every 15 s.
 */
const PATIENCE = Duration.seconds(70);

/**
 * Before several machines: sends requests to those that are ready, over TLS all the way. It serves the distribution alone: who does
 * not say what the distribution says is refused, so nobody goes round it and its limits.
 */
export class LoadBalancer extends Construct {
  readonly balancer: elb.ApplicationLoadBalancer;
  private readonly targets: elb.ApplicationTargetGroup;
  private readonly group: ec2.SecurityGroup;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    const { vpc } = props;
    this.group = new ec2.SecurityGroup(this, 'Group', {
      vpc,
      description: 'The load balancer of Liftdesk',
      allowAllOutbound: false,
    });
    this.balancer = new elb.ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: true,
      securityGroup: this.group,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      dropInvalidHeaderFields: true,
      deletionProtection: false,
      idleTimeout: PATIENCE,
    });
    this.targets = this.readyMachines();
    this.listener();
    this.acceptances();
  }

  /** Joins a group of machines, which let it in. */
  serve(machines: autoscaling.AutoScalingGroup, theirs: ec2.SecurityGroup): void {
    machines.attachToApplicationTargetGroup(this.targets);
    theirs.addIngressRule(this.group, ec2.Port.tcp(443), 'The load balancer');
    this.group.addEgressRule(theirs, ec2.Port.tcp(443), 'The machines');
  }

  private readyMachines(): elb.ApplicationTargetGroup {
    return new elb.ApplicationTargetGroup(this, 'Ready', {
      vpc: this.props.vpc,
      targetType: elb.TargetType.INSTANCE,
      protocol: elb.ApplicationProtocol.HTTPS,
      port: 443,
      deregistrationDelay: Duration.seconds(30),
      healthCheck: {
        path: '/health/ready',
        protocol: elb.Protocol.HTTPS,
        healthyHttpCodes: '200',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
    });
  }

  private listener(): void {
    const { certificateArn, originSecret } = this.props;
    const port = certificateArn === undefined ? 80 : 443;
    this.group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'CloudFront');
    const listener = this.balancer.addListener('Listener', {
      port,
      open: false,
      protocol: certificateArn === undefined ? elb.ApplicationProtocol.HTTP : elb.ApplicationProtocol.HTTPS,
      ...(certificateArn && {
        certificates: [elb.ListenerCertificate.fromArn(certificateArn)],
        sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      }),
      defaultAction: elb.ListenerAction.fixedResponse(403, {
        contentType: 'text/plain',
        messageBody: 'This address serves the distribution alone.',
      }),
    });
    listener.addAction('Distribution', {
      priority: 1,
      conditions: [elb.ListenerCondition.httpHeader('X-Origin-Secret', [originSecret])],
      action: elb.ListenerAction.forward([this.targets]),
    });
  }

  private acceptances(): void {
    accept(
      this.balancer,
      'AwsSolutions-ELB2',
      'nginx on the machines notes every request, with the visitor’s address and without what is secret in it.',
    );
    accept(
      this.group,
      'AwsSolutions-EC23',
      'Everybody may knock; who does not say what the distribution says gets 403.',
    );
  }
}
