import { SnsTopic, aBounce, aComplaint, aDelivery, type SnsMessage as Posted } from '@liftdesk/testing';
import { parseSesEvent } from './ses-event';
import { SnsMessages, SnsRefusedError, SnsUnavailableError } from './sns-messages';

const HOUR = 3_600_000;

describe('messages of SNS', () => {
  const topic = new SnsTopic();
  let asked: string[];
  let answer: () => Response;
  let messages: SnsMessages;
  beforeEach(() => {
    asked = [];
    answer = () => new Response(topic.certificate);
    messages = new SnsMessages({
      topicArns: [topic.arn],
      fetch: async (url) => {
        asked.push(String(url));
        return answer();
      },
    });
  });

  const verify = (posted: Posted) => messages.verify(JSON.stringify(posted));

  it.each(['1', '2'])('are believed with a signature of version %s', async (SignatureVersion) => {
    await expect(verify(topic.notification({ a: 1 }, { SignatureVersion }))).resolves.toEqual({
      type: 'Notification',
      topicArn: topic.arn,
      message: '{"a":1}',
      subscribeUrl: null,
    });
    await verify(topic.notification({ a: 1 }, { SignatureVersion, Subject: 'Amazon SES' }));
  });

  it('are verified by a certificate that is fetched once', async () => {
    for (let n = 0; n < 3; n++) await verify(topic.notification({ n }));
    expect(asked).toEqual([topic.certificateUrl]);
  });

  it('are verified by the certificate at hand however its address is spelt', async () => {
    await verify(topic.notification({}));
    const spelt = topic.certificateUrl.replace('https://sns', 'HTTPS://SNS').replace('.com/', '.com:443/');
    await verify(topic.notification({}, { SigningCertURL: spelt }));
    for (const more of ['?n=1', '#n'])
      await expect(
        verify(topic.notification({}, { SigningCertURL: topic.certificateUrl + more })),
      ).rejects.toBeInstanceOf(SnsRefusedError);
    expect(asked).toEqual([topic.certificateUrl]);
  });

  it('that strangers make up do not push out the certificate at hand, nor ask for any number of others', async () => {
    await verify(topic.notification({}));
    let fail = (): void => undefined;
    const away = new Promise<void>((end) => (fail = end));
    answer = () => new Response(new ReadableStream({ start: (stream) => void away.then(() => stream.error()) })); // prettier-ignore
    const madeUp = Array.from({ length: 100 }, (_, n) => {
      const SigningCertURL = topic.certificateUrl.replace(/[0-9a-f]{32}/, String(n).padStart(32, '0'));
      return verify(topic.notification({}, { SigningCertURL }));
    });
    const answers = Promise.allSettled(madeUp);
    await verify(topic.notification({}));
    fail();
    for (const { status } of await answers) expect(status).toBe('rejected');
    expect(asked).toHaveLength(20);
  });

  it.each<[string, (posted: Posted) => Posted]>([
    ['another text', (posted) => ({ ...posted, Message: '{"a":2}' })],
    ['another id', (posted) => ({ ...posted, MessageId: 'x' })],
    ['a subject that was not signed', (posted) => ({ ...posted, Subject: 'x' })],
    [
      'another type',
      (posted) => ({ ...posted, Type: 'UnsubscribeConfirmation', Token: 't', SubscribeURL: 'u' }),
    ],
    ['a type of its own', (posted) => ({ ...posted, Type: 'Other' })],
    ['no signature', ({ Signature: _, ...posted }) => posted],
    ['an empty signature', (posted) => ({ ...posted, Signature: '' })],
    ['a signature of no known version', (posted) => ({ ...posted, SignatureVersion: '3' })],
    ['a version from the prototype', (posted) => ({ ...posted, SignatureVersion: 'constructor' })],
    [
      'the signature of another topic',
      (posted) => ({ ...posted, Signature: new SnsTopic().notification({ a: 1 })['Signature'] ?? '' }),
    ],
  ])('are refused with %s', async (_, change) => {
    await expect(verify(change(topic.notification({ a: 1 })))).rejects.toBeInstanceOf(SnsRefusedError);
  });

  it.each([
    'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com/other.pem',
    'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem/../x',
    'not an address',
  ])('are refused with a certificate from elsewhere, which nobody asks for: %s', async (SigningCertURL) => {
    await expect(verify(topic.notification({}, { SigningCertURL }))).rejects.toBeInstanceOf(SnsRefusedError);
    expect(asked).toEqual([]);
  });

  it('are refused from a topic that is not ours, before anything is fetched', async () => {
    const other = new SnsTopic('arn:aws:sns:eu-central-1:999999999999:mail-events');
    await expect(verify(other.notification({}))).rejects.toBeInstanceOf(SnsRefusedError);
    expect(asked).toEqual([]);
  });

  it.each([
    ['older than a day', -25 * HOUR],
    ['of tomorrow', 20 * HOUR],
  ])('are refused when they are %s', async (_, offset) => {
    const Timestamp = new Date(Date.now() + offset).toISOString();
    await expect(verify(topic.notification({}, { Timestamp }))).rejects.toBeInstanceOf(SnsRefusedError);
    await expect(verify(topic.notification({}, { Timestamp: 'now' }))).rejects.toBeInstanceOf(
      SnsRefusedError,
    );
  });

  it('are believed some hours later: SNS tries again', async () => {
    await verify(topic.notification({}, { Timestamp: new Date(Date.now() - 6 * HOUR).toISOString() }));
  });

  it.each(['', 'null', '[]', '"text"', '{', '{"Type":"Notification"}'])('are not %j', async (body) => {
    await expect(messages.verify(body)).rejects.toBeInstanceOf(SnsRefusedError);
  });

  it.each<[string, () => Response]>([
    [
      'cannot be reached',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
    ['fails', () => new Response('', { status: 503 })],
    ['answers without end', () => new Response('x'.repeat(100_000))],
  ])('may come again when the certificate’s host %s', async (_, failing) => {
    answer = failing;
    await expect(verify(topic.notification({}))).rejects.toBeInstanceOf(SnsUnavailableError);
    answer = () => new Response(topic.certificate);
    await verify(topic.notification({}));
  });

  it('are refused with what is no certificate, or one of another time', async () => {
    answer = () => new Response('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----');
    await expect(verify(topic.notification({}))).rejects.toBeInstanceOf(SnsRefusedError);
    const later = Date.now() + 40 * 24 * HOUR;
    const future = new SnsMessages({
      topicArns: [topic.arn],
      now: () => later,
      fetch: async () => new Response(topic.certificate),
    });
    const posted = topic.notification({}, { Timestamp: new Date(later).toISOString() });
    await expect(future.verify(JSON.stringify(posted))).rejects.toBeInstanceOf(SnsRefusedError);
  });

  it('that confirm a subscription are answered at SNS', async () => {
    const message = await verify(topic.subscription());
    await messages.confirm(message);
    expect(asked[1]).toBe(message.subscribeUrl);
  });

  it.each([
    'http://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription',
    'https://evil.example/?Action=ConfirmSubscription',
    'https://sns.eu-central-1.amazonaws.com.evil.example/',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('that confirm a subscription lead nowhere else: %s', async (SubscribeURL) => {
    const message = await verify(topic.subscription({ SubscribeURL }));
    await expect(messages.confirm(message)).rejects.toBeInstanceOf(SnsRefusedError);
    expect(asked).toEqual([topic.certificateUrl]);
  });
});

describe('an event of SES', () => {
  const parse = (event: object) => parseSesEvent(JSON.stringify(event));

  it('is a bounce for good, which blocks the address', () => {
    expect(parse(aBounce('id', 'ana@example.com'))).toEqual({
      outcome: 'bounced',
      providerId: 'id',
      messageId: null,
      block: true,
      reason: 'The address does not take mail (550 5.1.1)',
    });
  });

  it('is a bounce for now, which blocks nothing', () => {
    expect(
      parse(aBounce('id', 'ana@example.com', { type: 'Transient', diagnostic: 'smtp; 452 4.2.2 full' })),
    ).toMatchObject({
      outcome: 'bounced',
      block: false,
      reason: 'The mail came back for now (452 4.2.2)',
    });
  });

  it('is a complaint, which blocks the address', () => {
    expect(parse(aComplaint('id', 'ana@example.com'))).toMatchObject({ outcome: 'complained', block: true });
  });

  it('is no complaint where the recipient took the mail out of the junk', () => {
    const event = {
      ...aComplaint('id', 'ana@example.com'),
      complaint: { complaintFeedbackType: 'not-spam' },
    };
    expect(parse(event)).toBeNull();
  });

  it('is a delivery, in the form of a configuration set, with our own id', () => {
    const event = aDelivery('id', 'ana@example.com') as { mail: object };
    const mail = { ...event.mail, commonHeaders: { messageId: '<1@desk.example>' } };
    expect(parse({ ...event, mail })).toMatchObject({ outcome: 'delivered', messageId: '<1@desk.example>' });
  });

  it('has a reason without any address', () => {
    const diagnostic = 'smtp; 550 <ana@example.com>: user unknown';
    expect(parse(aBounce('id', 'ana@example.com', { diagnostic }))?.reason).not.toContain('@');
    const complaint = {
      ...aComplaint('id', 'x'),
      complaint: { complaintFeedbackType: 'by ana@example.com' },
    };
    expect(parse(complaint)?.reason).not.toContain('@');
  });

  it.each([
    'Successfully validated SNS topic',
    'null',
    '{}',
    '{"mail":{"messageId":1}}',
    '{"notificationType":"Open","mail":{"messageId":"x"}}',
  ])('is not %s', (text) => expect(parseSesEvent(text)).toBeNull());
});
