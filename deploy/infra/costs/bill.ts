import { DATABASES, HOURS_A_MONTH, MACHINES, NODES, PRICES, type Price } from './prices';
import type { Usage } from './usage';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export type Resources = Readonly<Record<string, Resource>>;

export interface Line {
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
}

/** A resource that nobody has said the price of: the bill would be wrong. */
export class UnknownCostError extends Error {
  constructor(what: string) {
    super(`Nobody has said what ${what} costs: see costs/bill.ts`);
    this.name = 'UnknownCostError';
  }
}

type Pricing = (properties: Readonly<Record<string, unknown>>, context: Context) => Line[];
interface Context {
  readonly resources: Resources;
  readonly usage: Usage;
}

/** What costs nothing, at least with what this stack does with it. */
const FREE = new Set([
  'AWS::Budgets::Budget', // The first two.
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::LaunchTemplate',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ElastiCache::ParameterGroup',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::OIDCProvider',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::Route53::RecordSet', // Those of an alias; of others 40 cents for a million questions.
  'AWS::S3::BucketPolicy',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SNS::Subscription', // Less than a cent: 2 dollars for 100,000 mails.
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SecretsManager::SecretTargetAttachment',
]);

const PRICED: Readonly<Record<string, Pricing>> = {
  'AWS::AutoScaling::AutoScalingGroup': machines,
  // Counted with the machine that has it.
  'AWS::EC2::EIP': () => [],
  'AWS::EC2::Volume': ({ Size }) => [
    { what: 'Volume of the data', quantity: Number(Size), price: PRICES.gp3 },
  ],
  'AWS::EC2::FlowLog': (_, { usage }) => [
    { what: 'Notes of refused packets', quantity: usage.flowLogGigabytes, price: PRICES.flowLogs },
  ],
  // Of all buckets together: outsideTheTemplate().
  'AWS::S3::Bucket': () => [],
  'AWS::CloudFront::Distribution': (_, { usage }) => [
    { what: 'CloudFront, bytes', quantity: usage.cdnGigabytes, price: PRICES.cdnBytes },
    { what: 'CloudFront, requests', quantity: usage.cdnRequests, price: PRICES.cdnRequests },
  ],
  'AWS::CloudFront::Function': (_, { usage }) => [
    { what: 'CloudFront, function', quantity: usage.cdnRequests / 100, price: PRICES.cdnFunction },
  ],
  'AWS::SecretsManager::Secret': () => [{ what: 'Secrets', quantity: 1, price: PRICES.secret }],
  'AWS::CloudWatch::Alarm': () => [{ what: 'Alarms', quantity: 1, price: PRICES.alarm }],
  'AWS::Logs::MetricFilter': () => [{ what: 'Metrics', quantity: 1, price: PRICES.metric }],
  'AWS::Logs::LogGroup': (_, { usage }) => [
    { what: 'Logs', quantity: usage.logGigabytes, price: PRICES.logsIngested },
  ],
  'AWS::SES::EmailIdentity': (_, { usage }) => [{ what: 'Mail', quantity: usage.mails, price: PRICES.mail }],
  'AWS::RDS::DBInstance': database,
  'AWS::ElastiCache::ReplicationGroup': ({ CacheNodeType, NumCacheClusters }) => [
    hours('Redis', Number(NumCacheClusters), priceIn(NODES, CacheNodeType)),
  ],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ Subnets }, { usage }) => [
    hours('Load balancer', 1, PRICES.loadBalancer),
    hours('Load balancer, units', usage.loadBalancerUnits, PRICES.loadBalancerUnit),
    hours('Public addresses', (Subnets as unknown[]).length, PRICES.publicIpv4),
  ],
};

/**
 * What a month costs by the list, a line for each kind of thing.
 * @throws UnknownCostError for a resource, or a type of machine, that has no price here
 */
export function billOf(resources: Resources, usage: Usage): Line[] {
  const context = { resources, usage };
  const lines = Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    const pricing = PRICED[Type];
    if (pricing) return pricing(Properties, context);
    if (FREE.has(Type)) return [];
    throw new UnknownCostError(Type);
  });
  return merged([...lines, ...outsideTheTemplate(usage)]);
}

/** @param allowance what every account has free for ever is taken off */
export function dollarsOf({ quantity, price }: Line, allowance: 'none' | 'always-free'): number {
  const free = allowance === 'none' ? 0 : (price.alwaysFree ?? 0);
  return Math.max(0, quantity - free) * price.dollars;
}

export function totalOf(lines: readonly Line[], allowance: 'none' | 'always-free'): number {
  return lines.reduce((sum, line) => sum + dollarsOf(line, allowance), 0);
}

/** The least number of machines, their disks, and an address each: an elastic one takes the place of the other. */
function machines({ MinSize }: Readonly<Record<string, unknown>>, { resources, usage }: Context): Line[] {
  const template = Object.values(resources).find(({ Type }) => Type === 'AWS::EC2::LaunchTemplate');
  const { InstanceType, BlockDeviceMappings } = template?.Properties?.['LaunchTemplateData'] as {
    InstanceType: string;
    BlockDeviceMappings: { Ebs: { VolumeSize: number } }[];
  };
  const count = Number(MinSize);
  const gigabytes = BlockDeviceMappings.reduce((sum, { Ebs }) => sum + Ebs.VolumeSize, 0);
  return [
    hours(`Machines, ${InstanceType}`, count, priceIn(MACHINES, InstanceType)),
    { what: 'Disks of the machines', quantity: count * gigabytes, price: PRICES.gp3 },
    hours('Public addresses', count, PRICES.publicIpv4),
    { what: 'Metrics', quantity: usage.agentMetrics, price: PRICES.metric },
  ];
}

function database(properties: Readonly<Record<string, unknown>>): Line[] {
  const { DBInstanceClass, AllocatedStorage, MultiAZ } = properties;
  const copies = MultiAZ === true ? 2 : 1;
  return [
    hours(`PostgreSQL, ${String(DBInstanceClass)}`, copies, priceIn(DATABASES, DBInstanceClass)),
    {
      what: 'PostgreSQL, storage',
      quantity: copies * Number(AllocatedStorage),
      price: PRICES.databaseStorage,
    },
  ];
}

function outsideTheTemplate(usage: Usage): Line[] {
  return [
    { what: 'S3, storage', quantity: usage.storedGigabytes, price: PRICES.s3 },
    { what: 'S3, requests that write', quantity: usage.s3Puts, price: PRICES.s3Puts },
    { what: 'S3, requests that read', quantity: usage.s3Gets, price: PRICES.s3Gets },
    { what: 'Zone of the domain, which is not of the stack', quantity: 1, price: PRICES.hostedZone },
  ];
}

const hours = (what: string, count: number, price: Price): Line => ({
  what,
  quantity: count * HOURS_A_MONTH,
  price,
});

function priceIn(prices: Readonly<Record<string, Price>>, kind: unknown): Price {
  const price = prices[String(kind)];
  if (price === undefined) throw new UnknownCostError(String(kind));
  return price;
}

function merged(lines: readonly Line[]): Line[] {
  const byName = new Map<string, Line>();
  for (const line of lines) {
    const quantity = (byName.get(line.what)?.quantity ?? 0) + line.quantity;
    byName.set(line.what, { ...line, quantity });
  }
  return [...byName.values()];
}
