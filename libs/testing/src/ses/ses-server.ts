import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the next call meets, or all of them until it is taken back. */
export type SesFault =
  'throttle' | 'daily-quota' | 'unverified' | 'unverified-sender' | 'reject' | 'bad-address' | 'denied' | 'paused' | '500' | 'cut' | 'hang' | 'hang-after-taking'; // prettier-ignore

/** A mail that was taken. */
export interface SesMail {
  messageId: string;
  source: string;
  destinations: string[];
  raw: Buffer;
  configurationSet: string | null;
}

interface Refusal {
  status: number;
  code: string;
  message: string;
}

const REFUSALS: Partial<Record<SesFault, Refusal>> = {
  throttle: { status: 400, code: 'Throttling', message: 'Maximum sending rate exceeded.' },
  'daily-quota': { status: 400, code: 'Throttling', message: 'Daily message quota exceeded.' },
  unverified: {
    status: 400,
    code: 'MessageRejected',
    message:
      'Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: someone@example.com',
  },
  'unverified-sender': {
    status: 400,
    code: 'MessageRejected',
    message:
      'Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: $SOURCE',
  },
  reject: { status: 400, code: 'MessageRejected', message: 'Transaction failed: Bad content' },
  'bad-address': { status: 400, code: 'InvalidParameterValue', message: 'Local address contains control' },
  denied: { status: 403, code: 'AccessDenied', message: 'not authorized to perform: ses:SendRawEmail' },
  paused: { status: 400, code: 'AccountSendingPausedException', message: 'Email sending is disabled' },
  '500': { status: 500, code: 'InternalFailure', message: 'Internal' },
};

/** The query protocol of Amazon SES (version 1) as far as mail needs it, on the loopback, with faults on demand. */
export class SesServer {
  readonly mails: SesMail[] = [];
  /** Names of the calls, as they came. */
  readonly calls: string[] = [];
  quota = { max: 50_000, used: 10, perSecond: 14 };
  sendingEnabled = true;
  readonly verified = new Set<string>();
  private readonly faults: SesFault[] = [];
  private standing: SesFault | null = null;
  private readonly server: Server = createServer((request, response) => void this.serve(request, response));

  static async start(): Promise<SesServer> {
    const ses = new SesServer();
    await new Promise<void>((listening) => ses.server.listen(0, '127.0.0.1', listening));
    return ses;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next calls meet these, one each; asking for quota and identity meets none. */
  failNext(...faults: SesFault[]): void {
    this.faults.push(...faults);
  }

  /** Every call meets it, until null is given. */
  failAlways(fault: SesFault | null): void {
    this.standing = fault;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString('latin1'));
    const action = form.get('Action') ?? '';
    this.calls.push(action);
    if (!/^AWS4-HMAC-SHA256 Credential=/.test(request.headers.authorization ?? ''))
      return refuse(response, { status: 403, code: 'MissingAuthenticationToken', message: 'unsigned' });
    const fault = this.standing ?? (action === 'SendRawEmail' ? (this.faults.shift() ?? null) : null);
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
    const refusal = fault && REFUSALS[fault];
    if (refusal)
      return refuse(response, {
        ...refusal,
        message: refusal.message.replace('$SOURCE', form.get('Source') ?? ''),
      });
    const result = this.resultOf(action, form);
    if (result === null)
      return refuse(response, { status: 400, code: 'InvalidAction', message: `no such action ${action}` });
    if (fault === 'hang-after-taking') return;
    response.writeHead(200, { 'Content-Type': 'text/xml' });
    response.end(
      `<${action}Response xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
    );
  }

  private resultOf(action: string, form: URLSearchParams): string | null {
    switch (action) {
      case 'SendRawEmail':
        return `<MessageId>${this.take(form).messageId}</MessageId>`;
      case 'GetSendQuota':
        return `<Max24HourSend>${this.quota.max}</Max24HourSend><SentLast24Hours>${this.quota.used}</SentLast24Hours><MaxSendRate>${this.quota.perSecond}</MaxSendRate>`;
      case 'GetAccountSendingEnabled':
        return `<Enabled>${this.sendingEnabled}</Enabled>`;
      case 'GetIdentityVerificationAttributes':
        return `<VerificationAttributes>${members(form, 'Identities')
          .map((identity) => entry(identity, this.verified.has(identity) ? 'Success' : 'Pending'))
          .join('')}</VerificationAttributes>`;
      default:
        return null;
    }
  }

  private take(form: URLSearchParams): SesMail {
    const mail: SesMail = {
      messageId: `0107${randomUUID()}-000000`,
      source: form.get('Source') ?? '',
      destinations: members(form, 'Destinations'),
      raw: Buffer.from(form.get('RawMessage.Data') ?? '', 'base64'),
      configurationSet: form.get('ConfigurationSetName'),
    };
    this.mails.push(mail);
    return mail;
  }
}

function members(form: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let n = 1; form.has(`${name}.member.${n}`); n++) found.push(form.get(`${name}.member.${n}`) ?? '');
  return found;
}

const entry = (key: string, status: string): string =>
  `<entry><key>${key}</key><value><VerificationStatus>${status}</VerificationStatus></value></entry>`;

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  response.writeHead(status, { 'Content-Type': 'text/xml' });
  response.end(
    `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}
