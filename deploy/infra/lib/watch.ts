import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Names } from './names';

export interface WatchProps {
  readonly names: Names;
  readonly logGroup: logs.LogGroup;
  /** The name of the group of machines: what each measures is told over the group, for machines come and go. */
  readonly machines: string;
  /** Mounts whose disks may fill. */
  readonly mounts: readonly string[];
  /** Over several machines the busiest one counts; over one, the mean of the time. */
  readonly isOne: boolean;
  readonly told: sns.ITopic;
}

interface Alarm {
  readonly metric: cloudwatch.Metric;
  readonly says: string;
  readonly threshold: number;
  readonly below?: boolean;
  /** How many periods in a row. */
  readonly periods: number;
  /** No news is bad news. */
  readonly missingIsBad?: boolean;
}

/** The alarms of the document, and of the desk: whether it is ready, mail that is given up, backups that stopped. */
export class Watch extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: WatchProps,
  ) {
    super(scope, id);
    this.machineAlarms();
    this.deskAlarms();
  }

  private machineAlarms(): void {
    const statistic = this.props.isOne ? 'Average' : 'Maximum';
    const of = (namespace: string, metricName: string, more = {}) =>
      new cloudwatch.Metric({
        namespace,
        metricName,
        dimensionsMap: { AutoScalingGroupName: this.props.machines, ...more },
        statistic,
        period: Duration.minutes(5),
      });
    const own = this.props.names.metrics;
    this.alarm('Cpu', {
      metric: of('AWS/EC2', 'CPUUtilization'),
      threshold: 80,
      periods: 2,
      says: 'A processor is busy beyond 80 %',
    });
    this.alarm('Memory', {
      metric: of(own, 'MEM_USED'),
      threshold: 85,
      periods: 2,
      missingIsBad: true,
      says: 'Memory is used beyond 85 %, or the machine no longer tells',
    });
    this.props.mounts.forEach((path, index) =>
      this.alarm(index === 0 ? 'Disk' : 'DataDisk', {
        metric: of(own, 'DISK_USED', { path, fstype: 'xfs' }),
        threshold: 80,
        periods: 1,
        says: `The disk at ${path} is used beyond 80 %`,
      }),
    );
  }

  private deskAlarms(): void {
    const errors = this.fromLines('Errors', '{ $.level = "error" || $.level = "fatal" }', '1', {
      statistic: 'Sum',
      period: Duration.minutes(5),
    });
    this.alarm('Errors', {
      metric: errors,
      threshold: 10,
      periods: 1,
      says: 'More than 10 errors in 5 minutes',
    });
    const ready = this.fromLines('Ready', '{ $.ready >= 0 }', '$.ready', {
      statistic: 'Minimum',
      period: Duration.minutes(1),
    });
    this.alarm('NotReady', {
      metric: ready,
      threshold: 1,
      below: true,
      periods: 3,
      missingIsBad: true,
      says: 'A machine has not been ready for 3 minutes, or nobody tells',
    });
    const dead = this.fromLines('DeadMail', '{ $.deadMail >= 0 }', '$.deadMail', {
      statistic: 'Maximum',
      period: Duration.minutes(5),
    });
    this.alarm('DeadMail', {
      metric: dead,
      threshold: 0,
      periods: 1,
      says: 'Mail was given up: see its message',
    });
    const backup = this.fromLines('BackupAge', '{ $.backupAgeSeconds >= 0 }', '$.backupAgeSeconds', {
      statistic: 'Maximum',
      period: Duration.minutes(15),
    });
    this.alarm('BackupAge', {
      metric: backup,
      threshold: 26 * 3_600,
      periods: 2,
      missingIsBad: true,
      says: 'The last proven backup is older than 26 hours, or there is none',
    });
  }

  private fromLines(
    metricName: string,
    pattern: string,
    metricValue: string,
    props: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    const filter = new logs.MetricFilter(this, metricName, {
      logGroup: this.props.logGroup,
      filterPattern: logs.FilterPattern.literal(pattern),
      metricNamespace: this.props.names.metrics,
      metricName,
      metricValue,
    });
    return filter.metric(props);
  }

  private alarm(id: string, { metric, says, threshold, below, periods, missingIsBad }: Alarm): void {
    const { ComparisonOperator, TreatMissingData } = cloudwatch;
    const alarm = metric.createAlarm(this, `${id}Alarm`, {
      alarmName: `${this.props.names.tag}-${id}`,
      alarmDescription: says,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: missingIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    const tell = new actions.SnsAction(this.props.told);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  }
}
