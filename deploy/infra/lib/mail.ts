import * as route53 from 'aws-cdk-lib/aws-route53';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { isWithin, type Settings } from './settings';

export interface MailProps {
  readonly fromEmail: string;
  readonly hostedZone?: Settings['hostedZone'];
  readonly senderIsVerified: boolean;
  /** Where the desk takes what became of its mail; undefined as long as it does not run. */
  readonly events?: string;
}

/**
 * SES: the sender, and two topics that tell the desk of bounces and complaints. In a zone of ours the whole domain is verified, by
 * records that the stack makes; else the address alone, by a link that AWS mails to it.
 */
export class Mail extends Construct {
  readonly configurationSet: ses.ConfigurationSet;
  readonly topics: readonly sns.Topic[];

  constructor(scope: Construct, id: string, props: MailProps) {
    super(scope, id);
    this.configurationSet = new ses.ConfigurationSet(this, 'Configuration', {
      reputationMetrics: false,
      suppressionReasons: ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    if (!props.senderIsVerified) this.sender(props);
    this.topics = [
      this.topic('Bounces', ses.EmailSendingEvent.BOUNCE, props.events),
      this.topic('Complaints', ses.EmailSendingEvent.COMPLAINT, props.events),
    ];
  }

  get topicArns(): string {
    return this.topics.map(({ topicArn }) => topicArn).join(',');
  }

  private sender({ fromEmail, hostedZone, events }: MailProps): void {
    const domain = fromEmail.slice(fromEmail.lastIndexOf('@') + 1).toLowerCase();
    const isOurs = hostedZone !== undefined && isWithin(domain, hostedZone.name);
    const identity = new ses.EmailIdentity(this, 'Sender', {
      identity: isOurs ? ses.Identity.domain(domain) : ses.Identity.email(fromEmail),
      // Until the desk is told, whoever reads that address is.
      feedbackForwarding: events === undefined,
    });
    if (!isOurs) return;
    identity.dkimRecords.forEach(({ name, value }, index) => {
      new route53.CfnRecordSet(this, `Dkim${index + 1}`, {
        hostedZoneId: hostedZone.id,
        type: 'CNAME',
        name,
        resourceRecords: [value],
        ttl: '1800',
      });
    });
  }

  /** CDK lets SES publish to it, for this set alone. */
  private topic(id: string, event: ses.EmailSendingEvent, told?: string): sns.Topic {
    const topic = new sns.Topic(this, id, { displayName: `Liftdesk: ${id.toLowerCase()}`, enforceSSL: true });
    this.configurationSet.addEventDestination(id, {
      destination: ses.EventDestination.snsTopic(topic),
      events: [event],
    });
    if (told !== undefined) topic.addSubscription(new subscriptions.UrlSubscription(told));
    return topic;
  }
}
