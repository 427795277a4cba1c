/** What a month is like: what depends on use and not on the template. */
export interface Usage {
  readonly what: string;
  /** GB in all buckets together: attachments, backups, artefacts, logs of access. */
  readonly storedGigabytes: number;
  /** Thousands of requests to S3. */
  readonly s3Puts: number;
  readonly s3Gets: number;
  /** GB that leave CloudFront for browsers. */
  readonly cdnGigabytes: number;
  /** Ten thousands of requests to CloudFront. */
  readonly cdnRequests: number;
  readonly logGigabytes: number;
  /** GB of notes of refused packets. */
  readonly flowLogGigabytes: number;
  /** Thousands of mails. */
  readonly mails: number;
  /** Of the CloudWatch agent, told over all machines: two of processors, memory, and one for each mount. */
  readonly agentMetrics: number;
  /** Units of the load balancer, on average. */
  readonly loadBalancerUnits: number;
}

export const SMALL_USAGE: Usage = {
  what: '5 agents, 1,000 tickets a month, 5 GB of attachments',
  storedGigabytes: 10,
  s3Puts: 10,
  s3Gets: 50,
  cdnGigabytes: 5,
  cdnRequests: 30,
  logGigabytes: 0.5,
  flowLogGigabytes: 0.05,
  mails: 2,
  agentMetrics: 5,
  loadBalancerUnits: 0,
};

export const SCALE_USAGE: Usage = {
  what: '50 agents, 20,000 tickets a month, 100 GB of attachments',
  storedGigabytes: 250,
  s3Puts: 200,
  s3Gets: 1_000,
  cdnGigabytes: 100,
  cdnRequests: 600,
  logGigabytes: 10,
  flowLogGigabytes: 0.5,
  mails: 40,
  agentMetrics: 4,
  loadBalancerUnits: 0.5,
};
