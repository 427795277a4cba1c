import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Names } from './names';

/** The group that the files of logs of all machines are shipped to, a stream each; for a month. */
export class DeskLogs extends Construct {
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, { names }: { readonly names: Names }) {
    super(scope, id);
    this.logGroup = new logs.LogGroup(this, 'Group', {
      logGroupName: names.logGroup,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
