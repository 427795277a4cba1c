import { Annotations, Lazy, Stack, Tags } from 'aws-cdk-lib';
import type * as cdk from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { BootScript } from './boot-script';
import { Buckets } from './buckets';
import { Cdn } from './cdn';
import { Database } from './database';
import { DeskLogs } from './desk-logs';
import { Dns } from './dns';
import { Front } from './front';
import { Github } from './github';
import { Machine } from './machine';
import { MachineRole } from './machine-role';
import { APP_DIR, machineVariables } from './machine-variables';
import { Mail } from './mail';
import { namesOf, type Names } from './names';
import { Network } from './network';
import { Notices } from './notices';
import { tellOutputs } from './outputs';
import { Redis } from './redis';
import { Secrets } from './secrets';
import type { Settings } from './settings';
import { Watch } from './watch';

export interface DeskStackProps extends cdk.StackProps {
  readonly settings: Settings;
}

/** One desk. Small and scale are the same parts; scale has several machines, a load balancer, Redis, and a standby of PostgreSQL. */
export class DeskStack extends Stack {
  readonly names: Names;
  readonly settings: Settings;
  readonly buckets: Buckets;
  readonly secrets: Secrets;
  readonly front: Front;
  readonly cdn: Cdn;
  readonly mail: Mail;
  readonly machine: Machine;
  readonly github?: Github;
  private readonly vpc: ec2.IVpc;
  readonly database?: Database;
  private readonly redis?: Redis;
  private readonly notices: Notices;
  private readonly logs: DeskLogs;
  private readonly dns?: Dns;

  constructor(scope: Construct, id: string, { settings, ...props }: DeskStackProps) {
    super(scope, id, {
      description: `Liftdesk: ${settings.profile}, ${settings.environment}`,
      // A first deployment that failed can be removed and tried again.
      terminationProtection: settings.environment === 'production' && settings.live,
      ...props,
    });
    this.settings = settings;
    this.names = namesOf(settings);
    const isScale = settings.profile === 'scale';
    // Made before the distribution, whose name this may be.
    const clientOrigin = Lazy.string({ produce: () => this.url });
    this.buckets = new Buckets(this, 'Buckets', { names: this.names, clientOrigin });
    this.vpc = new Network(this, 'Network', { accessLogs: this.buckets.accessLogs }).vpc;
    if (settings.database !== 'none')
      this.database = new Database(this, 'Database', {
        vpc: this.vpc,
        multiAz: isScale,
        isProtected: settings.live,
      });
    if (isScale) this.redis = new Redis(this, 'Redis', { vpc: this.vpc });
    this.secrets = this.makeSecrets();
    this.front = this.makeFront();
    this.cdn = this.makeCdn();
    this.mail = this.makeMail();
    this.notices = new Notices(this, 'Notices', {
      names: this.names,
      email: settings.alarmEmail,
      budget: settings.budget,
    });
    this.logs = new DeskLogs(this, 'Logs', { names: this.names });
    this.dns = this.makeDns();
    this.machine = this.makeMachine();
    this.github = this.makeGithub();
    this.connect();
    tellOutputs(this);
    this.warn();
  }

  /** Where people find the desk. */
  get url(): string {
    return `https://${this.settings.domain ?? this.cdn.distribution.distributionDomainName}`;
  }

  private makeSecrets(): Secrets {
    return new Secrets(this, 'Secrets', {
      names: this.names,
      references: {
        ...(this.database && this.settings.database === 'used' && { DATABASE_URL: this.database.url }),
        ...(this.redis && { REDIS_PASSWORD: this.redis.password }),
      },
    });
  }

  private makeFront(): Front {
    return new Front(this, 'Front', {
      settings: this.settings,
      names: this.names,
      vpc: this.vpc,
      originSecret: this.secrets.origin.secretValue.unsafeUnwrap(),
    });
  }

  private makeCdn(): Cdn {
    const { domain: name, certificateArn, webAclArn } = this.settings;
    return new Cdn(this, 'Cdn', {
      client: this.buckets.client,
      filesOrigin: `https://${this.names.bucket('attachments')}.s3.${this.region}.amazonaws.com`,
      origin: this.front.origin,
      originSecret: this.secrets.origin.secretValue.unsafeUnwrap(),
      ...(name && certificateArn && { domain: { name, certificateArn } }),
      webAclArn,
    });
  }

  private makeMail(): Mail {
    const { fromEmail, hostedZone, senderIsVerified, live } = this.settings;
    return new Mail(this, 'Mail', {
      fromEmail,
      hostedZone,
      senderIsVerified,
      ...(live && { events: `${this.url}/api/mail/ses-events` }),
    });
  }

  private makeMachine(): Machine {
    const { settings, names, buckets, secrets, mail, redis, front } = this;
    const bootScript = new BootScript(this, 'Boot');
    const machineRole = new MachineRole(this, 'MachineRole', {
      names,
      buckets,
      secrets: [secrets.desk, secrets.origin],
      logGroup: this.logs.logGroup,
      fromEmail: settings.fromEmail,
      keyPrefix: settings.variables['S3_KEY_PREFIX'],
      assets: bootScript.assets,
      takes: front.mainstay?.arns,
    });
    const ways = this.vpc.publicSubnets.map((subnet) => subnet.internetConnectivityEstablished);
    const { secretArn: desk } = secrets.desk;
    const { secretArn: origin } = secrets.origin;
    return new Machine(this, 'Machine', {
      names,
      vpc: this.vpc,
      subnets: front.mainstay ? this.vpc.publicSubnets.slice(0, 1) : this.vpc.publicSubnets,
      instanceType: settings.instanceType,
      machines: settings.machines,
      ports: front.mainstay ? [80, 443] : [],
      sshFrom: settings.sshFrom,
      role: machineRole.role,
      bootScript,
      variables: machineVariables({
        settings,
        names,
        buckets,
        mail,
        redis,
        mainstay: front.mainstay,
        deskUrl: this.url,
        origin: settings.domain ? `origin.${settings.domain}` : this.cdn.distribution.distributionDomainName,
        secretIds: { desk, origin },
      }),
      told: this.notices.topic,
      mustBeReady: settings.profile === 'scale' && settings.live,
      // Let's Encrypt asks for the name as soon as the machine is set up, and for hours not again.
      after: [machineRole, ...ways, ...(this.dns ? [this.dns] : [])],
    });
  }

  private makeDns(): Dns | undefined {
    const { domain, hostedZone: zone } = this.settings;
    if (domain === undefined || zone === undefined) return undefined;
    return new Dns(this, 'Dns', {
      zone,
      domain,
      distribution: this.cdn.distribution,
      origin: this.front.target,
    });
  }

  private makeGithub(): Github | undefined {
    const { github, githubProviderArn, environment } = this.settings;
    if (github === undefined) return undefined;
    return new Github(this, 'Github', {
      names: this.names,
      repository: github,
      environment,
      providerArn: githubProviderArn,
      buckets: this.buckets,
      distributionId: this.cdn.distribution.distributionId,
    });
  }

  private connect(): void {
    const { group, securityGroup } = this.machine;
    this.database?.allowFrom(securityGroup);
    this.redis?.allowFrom(securityGroup);
    this.front.balancer?.serve(group, securityGroup);
    new Watch(this, 'Watch', {
      names: this.names,
      logGroup: this.logs.logGroup,
      machines: group.autoScalingGroupName,
      mounts: this.front.mainstay ? ['/', APP_DIR] : ['/'],
      isOne: this.settings.machines.max === 1,
      told: this.notices.topic,
    });
    Tags.of(this).add('application', 'liftdesk');
    Tags.of(this).add('environment', this.settings.environment);
  }

  private warn(): void {
    const { domain, live } = this.settings;
    const say = (id: string, text: string) => Annotations.of(this).addWarningV2(`liftdesk:${id}`, text);
    if (domain === undefined)
      say(
        'origin-in-the-clear',
        'Without a domain CloudFront speaks plain HTTP to the origin: for trying, not for customers.',
      );
    if (!live)
      say(
        'not-live',
        'Nobody tells the desk of bounces yet: deploy again with live=true when the first release is running.',
      );
  }
}
