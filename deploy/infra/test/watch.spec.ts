import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DEPLOY } from '../lib/paths';
import { PROFILES, SCALE, SMALL, Synthesised, textOf } from './desk';

interface Alarm {
  AlarmName: string;
  Namespace: string;
  MetricName: string;
  Statistic: string;
  Dimensions: { Name: string; Value: unknown }[];
  Period: number;
  EvaluationPeriods: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData: string;
  AlarmActions: unknown[];
  OKActions: unknown[];
}
const alarmsOf = (desk: Synthesised) =>
  desk.ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties as unknown as Alarm);

describe.each(PROFILES)('%s: the watch', (_name, context) => {
  const desk = () => Synthesised.of(context);

  it.each([
    ['CPUUtilization', 'GreaterThanThreshold', 80, 300, 2, 'notBreaching'],
    ['MEM_USED', 'GreaterThanThreshold', 85, 300, 2, 'breaching'],
    ['DISK_USED', 'GreaterThanThreshold', 80, 300, 1, 'notBreaching'],
    ['Errors', 'GreaterThanThreshold', 10, 300, 1, 'notBreaching'],
    ['Ready', 'LessThanThreshold', 1, 60, 3, 'breaching'],
    ['DeadMail', 'GreaterThanThreshold', 0, 300, 1, 'notBreaching'],
    ['BackupAge', 'GreaterThanThreshold', 93_600, 900, 2, 'breaching'],
  ])('%s %s %d in %d s, %d times; no news: %s', (metric, comparison, threshold, period, times, missing) => {
    const alarm = alarmsOf(desk()).find(({ MetricName }) => MetricName === metric);
    expect(alarm).toMatchObject({
      ComparisonOperator: comparison,
      Threshold: threshold,
      Period: period,
      EvaluationPeriods: times,
      TreatMissingData: missing,
    });
    expect(alarm?.Namespace).toBe(metric === 'CPUUtilization' ? 'AWS/EC2' : 'SupportTicketApp');
  });

  it('tells of each, and of its end, by e-mail', () => {
    expect(alarmsOf(desk())).toHaveLength(context === SMALL ? 8 : 7);
    for (const { AlarmActions, OKActions } of alarmsOf(desk()))
      expect([AlarmActions, OKActions].map((told) => told.map(textOf))).toEqual([
        [expect.stringMatching(/^<NoticesTopic/)],
        [expect.stringMatching(/^<NoticesTopic/)],
      ]);
    desk().template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  it('reads what the desk writes about itself', () => {
    const filters = desk()
      .ofType('AWS::Logs::MetricFilter')
      .map(({ Properties }) => [
        Properties['FilterPattern'],
        (Properties['MetricTransformations'] as { MetricName: string; MetricValue: string }[])[0],
      ]);
    expect(filters).toEqual([
      [
        '{ $.level = "error" || $.level = "fatal" }',
        expect.objectContaining({ MetricName: 'Errors', MetricValue: '1' }),
      ],
      ['{ $.ready >= 0 }', expect.objectContaining({ MetricName: 'Ready', MetricValue: '$.ready' })],
      ['{ $.deadMail >= 0 }', expect.objectContaining({ MetricName: 'DeadMail', MetricValue: '$.deadMail' })],
      [
        '{ $.backupAgeSeconds >= 0 }',
        expect.objectContaining({ MetricName: 'BackupAge', MetricValue: '$.backupAgeSeconds' }),
      ],
    ]);
  });

  it('forgets logs after a month', () =>
    desk().template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/ec2/support-ticket-api',
      RetentionInDays: 30,
    }));

  it('tells when the month costs more than was meant', () =>
    desk().template.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: { BudgetLimit: { Amount: context === SMALL ? 20 : 200, Unit: 'USD' }, TimeUnit: 'MONTHLY' },
    }));
});

describe('what a machine tells', () => {
  let desk: Server;
  const ANSWERS: Record<string, string> = {
    '/health/ready': '{"status":"ready"}',
    '/health': '{"status":"healthy","version":"1.2.3","checks":{}}',
    '/metrics': 'liftdesk_outbox_mails{state="dead"} 2\nliftdesk_backup_age_seconds 3600\n',
  };
  beforeAll(
    () =>
      new Promise<void>((listens) => {
        desk = createServer(({ url = '' }, answer) => answer.end(ANSWERS[url])).listen(
          0,
          '127.0.0.1',
          listens,
        );
      }),
  );
  afterAll(() => new Promise((closed) => desk.close(closed)));

  it('has each number that a metric is made of', async () => {
    const { port } = desk.address() as AddressInfo;
    const watch = join(DEPLOY, 'machine/watch.mjs');
    const { stdout } = await promisify(execFile)('node', [watch, '--url', `http://127.0.0.1:${port}`]);
    const line = JSON.parse(stdout) as Record<string, unknown>;
    const values = Synthesised.of(SMALL)
      .ofType('AWS::Logs::MetricFilter')
      .map(
        ({ Properties }) =>
          (Properties['MetricTransformations'] as { MetricValue: string }[])[0]?.MetricValue,
      )
      .filter((value) => value?.startsWith('$.'))
      .map((value) => line[value?.slice(2) ?? '']);
    expect(values).toEqual([1, 2, 3_600]);
  });

  it('has each measure of the agent, by the dimensions that its alarm has', () => {
    const file = join(DEPLOY, 'machine/templates/etc/liftdesk/cloudwatch-agent.json');
    const { metrics } = JSON.parse(readFileSync(file, 'utf8')) as {
      metrics: {
        metrics_collected: Record<string, { measurement: { rename: string }[]; drop_device?: true }>;
      };
    };
    const { mem, disk } = metrics.metrics_collected;
    expect([mem, disk].map((plugin) => plugin?.measurement.map(({ rename }) => rename))).toEqual([
      ['MEM_USED'],
      ['DISK_USED'],
    ]);
    // Else each alarm would have to name the device, which nobody knows before the machine is there.
    expect(disk?.drop_device).toBe(true);
  });
});

it('measures over the group of machines, and each disk', () => {
  const measured = alarmsOf(Synthesised.of(SMALL))
    .filter(({ MetricName }) => /_USED$/.test(MetricName))
    .map(({ Dimensions }) => Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, textOf(Value)])));
  const AutoScalingGroupName = expect.stringMatching(/^<MachineMachines/);
  expect(measured).toEqual([
    { AutoScalingGroupName },
    { AutoScalingGroupName, path: '/', fstype: 'xfs' },
    { AutoScalingGroupName, path: '/home/ec2-user/app', fstype: 'xfs' },
  ]);
});

it('over several machines the busiest one counts', () => {
  const statisticOf = (desk: Synthesised, metric: string) =>
    alarmsOf(desk).find(({ MetricName }) => MetricName === metric)?.Statistic;
  expect(statisticOf(Synthesised.of(SMALL), 'MEM_USED')).toBe('Average');
  expect(statisticOf(Synthesised.of(SCALE), 'MEM_USED')).toBe('Maximum');
  expect(statisticOf(Synthesised.of(SCALE), 'Ready')).toBe('Minimum');
});

describe('mail', () => {
  const small = () => Synthesised.of(SMALL);

  it('comes from a domain that is verified by records in its zone', () => {
    small().template.hasResourceProperties('AWS::SES::EmailIdentity', { EmailIdentity: 'example.com' });
    const records = small()
      .ofType('AWS::Route53::RecordSet')
      .filter(({ Properties }) => Properties['Type'] === 'CNAME');
    expect(records).toHaveLength(3);
  });

  it('bounces and complaints have a topic each, which tells the running desk', () => {
    const events = small()
      .ofType('AWS::SES::ConfigurationSetEventDestination')
      .map(
        ({ Properties }) =>
          (Properties['EventDestination'] as { MatchingEventTypes: string[] }).MatchingEventTypes,
      );
    expect(events).toEqual([['bounce'], ['complaint']]);
    const told = small()
      .ofType('AWS::SNS::Subscription')
      .filter(({ Properties }) => Properties['Protocol'] === 'https');
    expect(told.map(({ Properties }) => Properties['Endpoint'])).toEqual([
      'https://desk.example.com/api/mail/ses-events',
      'https://desk.example.com/api/mail/ses-events',
    ]);
    expect(small().userData).toMatch(/^SES_TOPIC_ARN=<MailBounces\w+>,<MailComplaints\w+>$/m);
  });
});
