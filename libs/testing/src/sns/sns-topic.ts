import { createSign, randomUUID } from 'node:crypto';
import { type SelfSigned, selfSigned } from '../tls/self-signed';

/** A message of SNS over HTTP, as it is sent. */
export type SnsMessage = Record<string, string>;

const ORDER = ['Message', 'MessageId', 'SubscribeURL', 'Subject', 'Timestamp', 'Token', 'TopicArn', 'Type'];

/** Signs messages as an SNS topic does, by a certificate of its own. */
export class SnsTopic {
  private readonly identity: SelfSigned = selfSigned(['sns.amazonaws.com'], []);
  readonly certificateUrl: string;

  constructor(
    readonly arn = 'arn:aws:sns:eu-central-1:123456789012:mail-events',
    region = 'eu-central-1',
  ) {
    this.certificateUrl = `https://sns.${region}.amazonaws.com/SimpleNotificationService-${'0123456789abcdef'.repeat(2)}.pem`;
  }

  get certificate(): string {
    return this.identity.certificate;
  }

  notification(message: unknown, given: SnsMessage = {}): SnsMessage {
    return this.sign({ Type: 'Notification', Message: JSON.stringify(message), ...given });
  }

  subscription(given: SnsMessage = {}): SnsMessage {
    return this.sign({
      Type: 'SubscriptionConfirmation',
      Message: 'You have chosen to subscribe to the topic',
      Token: 'token',
      SubscribeURL: `https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${this.arn}&Token=token`,
      ...given,
    });
  }

  private sign(given: SnsMessage): SnsMessage {
    const message: SnsMessage = {
      MessageId: randomUUID(),
      TopicArn: this.arn,
      Timestamp: new Date().toISOString(),
      SignatureVersion: '2',
      SigningCertURL: this.certificateUrl,
      ...given,
    };
    const text = ORDER.filter((name) => message[name] !== undefined)
      .map((name) => `${name}\n${message[name]}\n`)
      .join('');
    const algorithm = message['SignatureVersion'] === '1' ? 'sha1' : 'sha256';
    return {
      ...message,
      Signature: createSign(algorithm).update(text).sign(this.identity.privateKey, 'base64'),
    };
  }
}
