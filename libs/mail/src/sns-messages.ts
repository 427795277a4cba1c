import { X509Certificate, createVerify } from 'node:crypto';

/** What SNS posts. `Message` is a text, for mail a JSON one. */
export interface SnsMessage {
  type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  topicArn: string;
  message: string;
  /** Of a confirmation only. */
  subscribeUrl: string | null;
}

export interface SnsOptions {
  /** Topics that are believed; others are refused, however well they are signed. */
  topicArns: readonly string[];
  fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Not from a topic that we know, or not signed by SNS. */
export class SnsRefusedError extends Error {}
/** Whether it is from SNS cannot be told now: let it come again. */
export class SnsUnavailableError extends Error {}

/** SNS tries for hours to hand a message over; what is older is no retry of its. */
const MAX_AGE_MS = 24 * 3_600_000;
const MAX_AHEAD_MS = 15 * 60_000;
const FETCH_TIMEOUT_MS = 5_000;
const MAX_CERTIFICATE = 20_000;
const MAX_CERTIFICATES = 20;

const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** By SignatureVersion. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

type Fields = Readonly<Record<string, unknown>>;

/** Tells SNS's messages from whatever else is posted, by topic, age and signature. */
export class SnsMessages {
  private readonly certificates = new Map<string, Promise<X509Certificate>>();
  private readonly fetch: typeof fetch;
  private readonly now: () => number;

  constructor(private readonly options: SnsOptions) {
    this.fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.now = options.now ?? Date.now;
  }

  /**
   * @param body as it was posted
   * @throws SnsRefusedError, SnsUnavailableError
   */
  async verify(body: string): Promise<SnsMessage> {
    const fields = parse(body);
    const type = fields['Type'];
    if (type !== 'Notification' && type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation')
      throw new SnsRefusedError('not a message of SNS');
    const topicArn = textOf(fields, 'TopicArn');
    if (!this.options.topicArns.includes(topicArn)) throw new SnsRefusedError('another topic');
    this.assertRecent(textOf(fields, 'Timestamp'));
    const hash = HASHES.get(textOf(fields, 'SignatureVersion'));
    if (hash === undefined) throw new SnsRefusedError('an unknown kind of signature');
    const certificate = await this.certificateAt(textOf(fields, 'SigningCertURL'), topicArn);
    const verifier = createVerify(hash).update(signedText(fields, SIGNED[type]));
    if (!verifier.verify(certificate.publicKey, textOf(fields, 'Signature'), 'base64'))
      throw new SnsRefusedError('a wrong signature');
    const subscribeUrl = type === 'Notification' ? null : textOf(fields, 'SubscribeURL');
    return { type, topicArn, message: textOf(fields, 'Message'), subscribeUrl };
  }

  /** Tells SNS that we want what the topic has. Only for a message that was verified. @throws as verify() */
  async confirm({ subscribeUrl, topicArn }: SnsMessage): Promise<void> {
    if (subscribeUrl === null || !isOfSns(subscribeUrl, topicArn))
      throw new SnsRefusedError('a confirmation that leads elsewhere');
    await this.get(subscribeUrl);
  }

  private assertRecent(timestamp: string): void {
    const age = this.now() - Date.parse(timestamp);
    if (!(age < MAX_AGE_MS && age > -MAX_AHEAD_MS)) throw new SnsRefusedError('too old, or not of now');
  }

  private async certificateAt(url: string, topicArn: string): Promise<X509Certificate> {
    const { href, pathname } = URL.canParse(url) ? new URL(url) : { href: '', pathname: '' };
    // The path is all there is of it: by other spellings a stranger could make us ask again and again.
    if (
      !isOfSns(href, topicArn) ||
      !/^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/.test(pathname) ||
      !href.endsWith(pathname)
    )
      throw new SnsRefusedError('a certificate from elsewhere');
    const known = this.certificates.get(href);
    if (known) return known;
    // Those that are asked for count, for each may be a stranger's invention; those that we have stay.
    if (this.certificates.size >= MAX_CERTIFICATES) throw new SnsUnavailableError('Too many certificates at once'); // prettier-ignore
    const certificate = this.get(href).then((pem) => certificateOf(pem, this.now()));
    this.certificates.set(href, certificate);
    certificate.catch(() => this.certificates.delete(href));
    return certificate;
  }

  private async get(url: string): Promise<string> {
    try {
      const answer = await this.fetch(url, {
        redirect: 'error',
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      const text = await answer.text();
      if (!answer.ok || text.length > MAX_CERTIFICATE) throw new Error(`SNS answered ${answer.status}`);
      return text;
    } catch (error) {
      throw new SnsUnavailableError('SNS cannot be asked', { cause: error });
    }
  }
}

function parse(body: string): Fields {
  try {
    const fields: unknown = JSON.parse(body);
    if (typeof fields === 'object' && fields !== null) return fields as Fields;
  } catch {
    // What is no JSON is nothing of SNS's, as below.
  }
  throw new SnsRefusedError('not a message of SNS');
}

function textOf(fields: Fields, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === 'string') return value;
  throw new SnsRefusedError(`without ${name}`);
}

/** `Subject` is there for some notifications only. */
const signedText = (fields: Fields, names: readonly string[]): string =>
  names
    .filter((name) => name !== 'Subject' || typeof fields['Subject'] === 'string')
    .map((name) => `${name}\n${textOf(fields, name)}\n`)
    .join('');

/** An https address of SNS, in the region of the topic: nobody makes us ask somebody else. */
function isOfSns(url: string, topicArn: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port, username, password } = new URL(url);
  const [, partition, , region] = topicArn.split(':');
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return protocol === 'https:' && hostname === `sns.${region}.${suffix}` && port + username + password === '';
}

function certificateOf(pem: string, now: number): X509Certificate {
  try {
    const certificate = new X509Certificate(pem);
    if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
      throw new Error('expired');
    return certificate;
  } catch (error) {
    throw new SnsRefusedError('no certificate that holds', { cause: error });
  }
}
