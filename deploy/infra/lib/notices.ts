import { Aws } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Names } from './names';

export interface NoticesProps {
  readonly names: Names;
  readonly email: string;
  /** Dollars a month. */
  readonly budget: number;
}

/** Where alarms, and what happens to machines, are told, and the budget; by e-mail, once its reader has said yes to AWS's letter. */
export class Notices extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { names, email, budget }: NoticesProps) {
    super(scope, id);
    this.topic = new sns.Topic(this, 'Topic', { displayName: `Liftdesk ${names.tag}`, enforceSSL: true });
    // A policy of its own takes the place of the one by which everything of the account may publish.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [
          new iam.ServicePrincipal('cloudwatch.amazonaws.com'),
          new iam.ServicePrincipal('autoscaling.amazonaws.com'),
        ],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    this.topic.addSubscription(new subscriptions.EmailSubscription(email));
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        budgetName: names.tag,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budget, unit: 'USD' },
      },
      notificationsWithSubscribers: [notice('ACTUAL', 100, email), notice('FORECASTED', 100, email)],
    });
  }
}

/** At so many percent of the budget: small costs nearly all of its own, and a letter each month is read by nobody. */
function notice(notificationType: 'ACTUAL' | 'FORECASTED', threshold: number, address: string) {
  return {
    notification: {
      notificationType,
      threshold,
      thresholdType: 'PERCENTAGE',
      comparisonOperator: 'GREATER_THAN',
    },
    subscribers: [{ subscriptionType: 'EMAIL', address }],
  };
}
