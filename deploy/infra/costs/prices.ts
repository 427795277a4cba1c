/**
 * What AWS asks for one unit, in dollars, in us-east-1, without taxes and discounts; from memory: nobody has read them off the page
 * that each names. Whoever does says so here and in `report.ts`.
 */
export interface Price {
  readonly dollars: number;
  readonly per: string;
  /** Below https://aws.amazon.com/. */
  readonly page: string;
  /** So many units a month are free for every account, for ever. */
  readonly alwaysFree?: number;
}

/** When the table was written. */
export const AS_OF = 'November 2026';
export const HOURS_A_MONTH = 730;

const hour = (dollars: number, page: string): Price => ({ dollars, per: 'hour', page });

/** By type of machine, class of database, kind of node: what has no price here cannot be costed. */
export const MACHINES: Readonly<Record<string, Price>> = {
  't3.micro': hour(0.0104, 'ec2/pricing/on-demand/'),
  't3.small': hour(0.0208, 'ec2/pricing/on-demand/'),
  't3.medium': hour(0.0416, 'ec2/pricing/on-demand/'),
};
export const DATABASES: Readonly<Record<string, Price>> = {
  'db.t4g.micro': hour(0.016, 'rds/postgresql/pricing/'),
};
export const NODES: Readonly<Record<string, Price>> = {
  'cache.t4g.micro': hour(0.016, 'elasticache/pricing/'),
};

export const PRICES = {
  publicIpv4: hour(0.005, 'vpc/pricing/'),
  gp3: { dollars: 0.08, per: 'GB', page: 'ebs/pricing/' },
  databaseStorage: { dollars: 0.115, per: 'GB', page: 'rds/postgresql/pricing/' },
  loadBalancer: hour(0.0225, 'elasticloadbalancing/pricing/'),
  loadBalancerUnit: hour(0.008, 'elasticloadbalancing/pricing/'),
  s3: { dollars: 0.023, per: 'GB', page: 's3/pricing/' },
  s3Puts: { dollars: 0.005, per: '1,000 requests', page: 's3/pricing/' },
  s3Gets: { dollars: 0.0004, per: '1,000 requests', page: 's3/pricing/' },
  cdnBytes: { dollars: 0.085, per: 'GB', page: 'cloudfront/pricing/', alwaysFree: 1_024 },
  cdnRequests: { dollars: 0.01, per: '10,000 requests', page: 'cloudfront/pricing/', alwaysFree: 1_000 },
  cdnFunction: { dollars: 0.1, per: '1,000,000 runs', page: 'cloudfront/pricing/', alwaysFree: 2 },
  secret: { dollars: 0.4, per: 'secret', page: 'secrets-manager/pricing/' },
  alarm: { dollars: 0.1, per: 'alarm', page: 'cloudwatch/pricing/', alwaysFree: 10 },
  metric: { dollars: 0.3, per: 'metric', page: 'cloudwatch/pricing/', alwaysFree: 10 },
  logsIngested: { dollars: 0.5, per: 'GB', page: 'cloudwatch/pricing/', alwaysFree: 5 },
  flowLogs: { dollars: 0.25, per: 'GB', page: 'cloudwatch/pricing/' },
  mail: { dollars: 0.1, per: '1,000 mails', page: 'ses/pricing/' },
  hostedZone: { dollars: 0.5, per: 'zone', page: 'route53/pricing/' },
} as const satisfies Readonly<Record<string, Price>>;
