import {
  GetAccountSendingEnabledCommand,
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  SESClient,
  type SESClientConfig,
  SendRawEmailCommand,
} from '@aws-sdk/client-ses';
import { domainToASCII } from 'node:url';
import { composeMail } from './compose-mail';
import type { Mail } from './mail';
import type { SesMailConfig } from './mail.config';
import { type Accepted, type MailFinding, MailTransport } from './mail-transport';
import { toMailError } from './ses.errors';
import { within } from './within';

/** Quota and rate change by AWS's hand only, and seldom. */
const QUOTA_TTL_MS = 60_000;
const QUOTA_WARNING = 0.8;
/** Outside the sandbox nobody has so little. */
const SANDBOX_QUOTA = 200;

/** So that the signal comes first. */
const SPARE_MS = 500;

interface Quota {
  /** Mails in 24 hours; -1 for without limit. */
  max: number;
  used: number;
  perSecond: number;
}

export interface SesMailOptions extends Omit<SesMailConfig, 'type' | 'replyDomain' | 'topicArns'> {
  /** The SDK's own chain finds them unless given. */
  credentials?: SESClientConfig['credentials'];
}

/** Hands mail to Amazon SES as it was composed. SES puts a Message-ID of its own over ours. */
export class SesMailTransport extends MailTransport {
  readonly name = 'ses';
  readonly reachesPeople = true;
  private readonly client: SESClient;
  private quota: { readAt: number; value: Promise<Quota> } | undefined;

  constructor(private readonly options: SesMailOptions) {
    super();
    this.client = new SESClient({
      region: options.region,
      ...(options.endpoint && { endpoint: options.endpoint }),
      ...(options.credentials && { credentials: options.credentials }),
      // The outbox tries again, later and spread: another try at once would only meet the same throttle.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: options.timeoutMs, requestTimeout: options.timeoutMs },
    });
  }

  async send(mail: Mail): Promise<Accepted> {
    const Data = await composeMail(mail);
    const { configurationSet } = this.options;
    const answer = await this.ask((abortSignal) =>
      this.client.send(
        new SendRawEmailCommand({
          RawMessage: { Data },
          Source: mail.from.address,
          Destinations: [withAsciiDomain(mail.to.address)],
          ...(configurationSet && { ConfigurationSetName: configurationSet }),
        }),
        { abortSignal },
      ),
    );
    return { providerId: answer.MessageId ?? null };
  }

  async check(): Promise<MailFinding> {
    this.quota = undefined;
    const [quota, enabled, identity] = await Promise.all([
      this.readQuota(),
      this.sendingEnabled(),
      this.identityState(),
    ]);
    const warnings = [
      ...(enabled ? [] : ['sending is paused for this account']),
      ...(identity === 'Success' ? [] : [`the sender is not verified (${identity})`]),
      ...(quota.max > 0 && quota.max <= SANDBOX_QUOTA
        ? ['the account is in the sandbox: only verified people get mail']
        : []),
      ...(quota.max > 0 && quota.used > quota.max * QUOTA_WARNING
        ? [`${quota.used} of ${quota.max} mails of 24 hours are used`]
        : []),
    ];
    return warnings.length > 0 ? { warning: `SES: ${warnings.join('; ')}` } : {};
  }

  async maxPerSecond(): Promise<number | null> {
    const { perSecond } = await this.readQuota();
    return perSecond > 0 ? perSecond : null;
  }

  override messageIdSeen(ours: string, providerId: string | null): string {
    const { region } = this.options;
    return providerId === null
      ? ours
      : `<${providerId}@${region === 'us-east-1' ? 'email' : region}.amazonses.com>`;
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  private readQuota(): Promise<Quota> {
    const now = performance.now();
    if (this.quota && now - this.quota.readAt < QUOTA_TTL_MS) return this.quota.value;
    const value = this.ask((abortSignal) =>
      this.client.send(new GetSendQuotaCommand({}), { abortSignal }),
    ).then(({ Max24HourSend, SentLast24Hours, MaxSendRate }) => ({
      max: Max24HourSend ?? -1,
      used: SentLast24Hours ?? 0,
      perSecond: MaxSendRate ?? 0,
    }));
    this.quota = { readAt: now, value };
    value.catch(() => (this.quota = undefined));
    return value;
  }

  private async sendingEnabled(): Promise<boolean> {
    const { Enabled } = await this.ask((abortSignal) =>
      this.client.send(new GetAccountSendingEnabledCommand({}), { abortSignal }),
    );
    return Enabled ?? true;
  }

  /** Of the sender's address, or of its domain: one of them is enough. */
  private async identityState(): Promise<string> {
    const { fromEmail } = this.options;
    const identities = [fromEmail, fromEmail.slice(fromEmail.lastIndexOf('@') + 1)];
    const { VerificationAttributes = {} } = await this.ask((abortSignal) =>
      this.client.send(new GetIdentityVerificationAttributesCommand({ Identities: identities }), {
        abortSignal,
      }),
    );
    const states = identities.map((identity) => VerificationAttributes[identity]?.VerificationStatus);
    return states.find((state) => state === 'Success') ?? states.find(Boolean) ?? 'unknown to SES';
  }

  private async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      const { timeoutMs } = this.options;
      // What the SDK does before it asks SES, such as looking for credentials, heeds no signal.
      return await within(timeoutMs + SPARE_MS, question(AbortSignal.timeout(timeoutMs)));
    } catch (error) {
      throw toMailError(error, this.options.fromEmail);
    }
  }
}

/** SES takes no other; what is before the @ stays as it is. */
function withAsciiDomain(address: string): string {
  const domainAt = address.lastIndexOf('@') + 1;
  return address.slice(0, domainAt) + domainToASCII(address.slice(domainAt));
}
