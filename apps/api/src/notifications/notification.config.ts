/** The notifications' slice of the configuration. A class, so that it is its own injection token. */
export class NotificationConfig {
  constructor(
    readonly settings: {
      /** What the desk calls itself. */
      appName: string;
      /** Where links in mail lead, without a slash at the end. */
      publicUrl: string;
      /** Sender of all mail. */
      fromEmail: string;
      /** Domain that answers come to; FROM_EMAIL with a `+` when null. */
      replyDomain: string | null;
      /** This process sends what is queued. */
      worker: boolean;
      /** Mails in an hour to one customer, beyond which no more are sent. */
      perRecipientAnHour: number;
      /** SNS topics whose bounces and complaints are believed; none for none. */
      topicArns: readonly string[];
      /** Mail that was put aside can be read by anybody: on a developer's machine. */
      openOutbox: boolean;
    },
  ) {}
}

/** Secrets for one purpose each, the newest first: it makes, and all of them verify. Read anew at each use. */
export abstract class NotificationKeys {
  abstract forReplies(): readonly Uint8Array[];
  abstract forOutbox(): readonly Uint8Array[];
}
