import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnknownCostError, billOf, dollarsOf, totalOf } from '../costs/bill';
import { costedDesks } from '../costs/desks';
import { PRICES } from '../costs/prices';
import { report } from '../costs/report';
import { SMALL_USAGE } from '../costs/usage';
import { DEPLOY } from '../lib/paths';

let desks: ReturnType<typeof costedDesks>;
beforeAll(() => (desks = costedDesks()));

describe('the costs', () => {
  it('of a small desk stay under 20 dollars a month, by the list and with nothing free', () =>
    expect(totalOf(desks[0]?.lines ?? [], 'none')).toBeLessThan(20));

  it('count a machine, its address, its disks, secrets, alarms and metrics', () => {
    const quantities = Object.fromEntries(
      (desks[0]?.lines ?? []).map(({ what, quantity }) => [what, quantity]),
    );
    expect(quantities).toMatchObject({
      'Machines, t3.micro': 730,
      'Public addresses': 730,
      'Disks of the machines': 10,
      'Volume of the data': 10,
      Secrets: 3,
      Alarms: 8,
      Metrics: 9,
    });
  });

  it('of scale count two machines, four addresses, both sides of PostgreSQL and of Redis', () => {
    const quantities = Object.fromEntries(
      (desks[2]?.lines ?? []).map(({ what, quantity }) => [what, quantity]),
    );
    expect(quantities).toMatchObject({
      'Machines, t3.small': 1_460,
      'Public addresses': 4 * 730,
      'PostgreSQL, db.t4g.micro': 1_460,
      'PostgreSQL, storage': 40,
      Redis: 1_460,
      'Load balancer': 730,
    });
  });

  it('are in docs/cost.md as they are: npm run costs', () =>
    expect(readFileSync(join(DEPLOY, '../docs/cost.md'), 'utf8')).toBe(report(desks)));

  it('are told to be prices that nobody has read off the pages of AWS', () =>
    expect(report(desks)).toContain("**The prices were not read off AWS's pages.**"));

  it('count the metrics that the agent of a machine sends', () => {
    const file = join(DEPLOY, 'machine/templates/etc/liftdesk/cloudwatch-agent.json');
    const { metrics } = JSON.parse(readFileSync(file, 'utf8')) as {
      metrics: { metrics_collected: Record<string, Plugin>; append_dimensions: object };
    };
    // Told over the group: more machines are no more metrics.
    expect(Object.keys(metrics.append_dimensions)).toEqual(['AutoScalingGroupName']);
    const sum = Object.values(metrics.metrics_collected).reduce(
      (total, { measurement, resources = [''] }) => total + measurement.length * resources.length,
      0,
    );
    expect(SMALL_USAGE.agentMetrics).toBe(sum);
  });

  it('of what nobody has priced are not guessed', () => {
    const bill = (Type: string) => () => billOf({ Thing: { Type, Properties: {} } }, SMALL_USAGE);
    expect(bill('AWS::EC2::NatGateway')).toThrow(UnknownCostError);
    expect(() =>
      billOf(
        {
          Redis: {
            Type: 'AWS::ElastiCache::ReplicationGroup',
            Properties: { CacheNodeType: 'cache.r7g.large', NumCacheClusters: 2 },
          },
        },
        SMALL_USAGE,
      ),
    ).toThrow('Nobody has said what cache.r7g.large costs');
  });

  it('take off what is always free, and no more than there is', () => {
    const alarms = (quantity: number) => ({ what: 'Alarms', quantity, price: PRICES.alarm });
    expect(
      [dollarsOf(alarms(12), 'none'), dollarsOf(alarms(12), 'always-free')].map((value) => value.toFixed(2)),
    ).toEqual(['1.20', '0.20']);
    expect(dollarsOf(alarms(7), 'always-free')).toBe(0);
  });
});

interface Plugin {
  measurement: object[];
  resources?: string[];
}
