import { SesServer, SmtpInbox, type SesFault } from '@liftdesk/testing';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogMailTransport } from './log.mail-transport';
import { mailConfig } from './mail.config';
import { MailRejectedError, MailTemporaryError, MailUnavailableError } from './mail.errors';
import { createMailTransport } from './mail.module';
import { type TransportUnderTest, aMail, describeMailTransport } from './mail-transport.contract';
import { SesMailTransport } from './ses.mail-transport';
import { SmtpMailTransport } from './smtp.mail-transport';

/** Long enough for a busy machine: only what hangs takes that long. */
const TIMEOUT_MS = 3_000;
const FROM = 'support@desk.example';

async function log(): Promise<TransportUnderTest & { dir: string; transport: LogMailTransport }> {
  const parent = await mkdtemp(join(tmpdir(), 'mail-'));
  const dir = join(parent, 'outbox');
  const transport = new LogMailTransport({ dir, keep: 1_000 });
  return {
    transport,
    dir,
    async delivered() {
      const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
      return Promise.all(
        names.map(async (name) => {
          const raw = await readFile(join(dir, name));
          const kept = await transport.read(name.replace('.eml', ''));
          return { raw, from: kept?.from ?? '', to: [kept?.to ?? ''] };
        }),
      );
    },
    faults: {
      async down() {
        await rename(dir, `${dir}-away`);
        await writeFile(dir, 'a file where the folder was');
      },
    },
    async repair() {
      await rm(dir);
      await rename(`${dir}-away`, dir);
    },
    async close() {
      await rm(parent, { recursive: true });
    },
  };
}

async function smtp(over: Partial<ConstructorParameters<typeof SmtpMailTransport>[0]> = {}, tls = false) {
  const inbox = await SmtpInbox.start({ password: 'secret', tls });
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, inbox.identity.certificate);
  const transport = new SmtpMailTransport({
    host: '127.0.0.1',
    port: inbox.port,
    auth: { user: 'desk', password: 'secret' },
    secure: tls ? 'tls' : 'starttls',
    caFile,
    fromEmail: FROM,
    timeoutMs: TIMEOUT_MS,
    ...over,
  });
  return {
    transport,
    inbox,
    delivered: async () => inbox.mails,
    faults: {
      throttled: () => inbox.failNext({ at: 'to', code: 451, answer: '4.7.1 Greylisted <ana@example.com>' }),
      'time-out': () => inbox.failNext('hang'),
      cut: () => inbox.failNext('cut'),
      'refused-recipient': () =>
        inbox.failNext({ at: 'to', code: 550, answer: '5.1.1 No such user <ana@example.com>' }),
    },
    async close() {
      await transport.close();
      await inbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function ses(over: Partial<ConstructorParameters<typeof SesMailTransport>[0]> = {}) {
  const server = await SesServer.start();
  server.verified.add('desk.example');
  const transport = new SesMailTransport({
    region: 'eu-central-1',
    endpoint: server.url,
    configurationSet: 'desk',
    fromEmail: FROM,
    timeoutMs: TIMEOUT_MS,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    ...over,
  });
  const next = (fault: SesFault) => () => server.failNext(fault);
  return {
    transport,
    server,
    delivered: async () =>
      server.mails.map(({ source, destinations, raw }) => ({ from: source, to: destinations, raw })),
    faults: {
      throttled: next('throttle'),
      'time-out': next('hang'),
      cut: next('cut'),
      down: next('500'),
      'refused-recipient': next('unverified'),
    },
    async close() {
      await transport.close();
      await server.close();
    },
  };
}

describeMailTransport('a folder', log, ['down']);
const SMTP_FAULTS = ['throttled', 'time-out', 'cut', 'refused-recipient'] as const;
describeMailTransport('SMTP with STARTTLS', () => smtp(), SMTP_FAULTS);
describeMailTransport('SMTP with TLS from the start', () => smtp({}, true), SMTP_FAULTS);
describeMailTransport('SES', () => ses(), [...SMTP_FAULTS, 'down']);

describe('the folder', () => {
  let under: Awaited<ReturnType<typeof log>>;
  beforeEach(async () => {
    under = await log();
  });
  afterEach(() => under.close());

  /** What is put aside in the same millisecond has no order. */
  const nextMillisecond = (): Promise<void> => new Promise((later) => setTimeout(later, 2));

  it('lists the newest first, a page at a time, and reads each', async () => {
    for (const n of [1, 2, 3]) {
      await under.transport.send(aMail({ subject: `Mail ${n}` }));
      await nextMillisecond();
    }
    const first = await under.transport.list(2);
    expect(first.items.map(({ subject }) => subject).sort()).not.toContain('Mail 1');
    const second = await under.transport.list(2, first.nextCursor ?? '');
    expect(second.items.map(({ subject }) => subject)).toEqual(['Mail 1']);
    expect(second.nextCursor).toBeNull();
    const id = second.items[0]?.id ?? '';
    expect(await under.transport.read(id)).toMatchObject({
      id,
      to: 'ana@example.com',
      from: FROM,
      subject: 'Mail 1',
      text: 'Have you tried water?\n',
      html: '<p>Have you tried water?</p>',
      headers: { 'Message-ID': '<0190-1@desk.example>' },
    });
  });

  it('keeps no more than it is told to, the newest', async () => {
    const few = new LogMailTransport({ dir: under.dir, keep: 2 });
    for (const n of [1, 2, 3, 4]) {
      await few.send(aMail({ subject: `Mail ${n}` }));
      await nextMillisecond();
    }
    expect((await few.list(10)).items.map(({ subject }) => subject)).toEqual(['Mail 4', 'Mail 3']);
    expect(await readdir(under.dir)).toHaveLength(4);
  });

  it.each(['../../etc/passwd', 'x', '20261126T100000000Z-000000000000', ''])(
    'knows no mail called %j',
    async (id) => expect(await under.transport.read(id)).toBeNull(),
  );

  it('is empty before the first mail', async () => {
    expect(await under.transport.list(5)).toEqual({ items: [], nextCursor: null });
  });

  it('is for this user of the machine alone', async () => {
    await under.transport.send(aMail());
    for (const name of await readdir(under.dir))
      expect((await stat(join(under.dir, name))).mode & 0o077).toBe(0);
  });

  it('leaves files alone that are not its own', async () => {
    await mkdir(under.dir);
    await writeFile(join(under.dir, 'notes.json'), '{}');
    await chmod(join(under.dir, 'notes.json'), 0o600);
    await new LogMailTransport({ dir: under.dir, keep: 1 }).send(aMail());
    expect(await readdir(under.dir)).toContain('notes.json');
  });
});

describe('SMTP', () => {
  it('signs in over an encrypted connection', async () => {
    const under = await smtp();
    await under.transport.send(aMail());
    expect(under.inbox.mails[0]).toMatchObject({ user: 'desk', encrypted: true });
    await under.close();
  });

  it.each([
    ['a certificate that nobody vouches for', { caFile: null }],
    ['a wrong password', { auth: { user: 'desk', password: 'wrong' } }],
    ['nobody who listens', { port: 1 }],
  ])('sends nothing to %s', async (_, over) => {
    const under = await smtp(over);
    await expect(under.transport.send(aMail())).rejects.toBeInstanceOf(MailUnavailableError);
    await expect(under.transport.check()).rejects.toBeInstanceOf(MailUnavailableError);
    expect(under.inbox.mails).toEqual([]);
    await under.close();
  });

  it('sends nothing in the clear where encryption is asked for and not offered', async () => {
    const plain = createServer((socket) => {
      socket.write('220 plain\r\n');
      socket.on('error', () => undefined);
      socket.on('data', (line) =>
        socket.write(`${line}`.startsWith('EHLO') ? '250 plain\r\n' : '502 no\r\n'),
      );
    });
    await new Promise<void>((listening) => plain.listen(0, '127.0.0.1', listening));
    const under = await smtp({ port: (plain.address() as { port: number }).port });
    await expect(under.transport.send(aMail())).rejects.toBeInstanceOf(MailUnavailableError);
    await under.close();
    plain.close();
  });

  it.each([
    ['a mailbox that does not exist', { at: 'to', code: 550, answer: '5.1.1 Unknown' }, true],
    ['a domain without mail', { at: 'to', code: 556, answer: '5.1.10 Null MX' }, true],
    ['a policy', { at: 'to', code: 550, answer: '5.7.1 Not for you' }, false],
    ['a text', { at: 'data', code: 554, answer: '5.6.0 Spam' }, false],
  ] as const)(
    'tells whether an address is no good from a refusal because of %s',
    async (_, fault, undeliverable) => {
      const under = await smtp();
      under.inbox.failNext(fault);
      const failure: unknown = await under.transport.send(aMail()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MailRejectedError);
      expect(failure).toMatchObject({ undeliverable });
      await under.close();
    },
  );

  it('waits and tries again where the server is full or busy, or does not take our sender', async () => {
    const under = await smtp();
    under.inbox.failNext({ at: 'data', code: 452, answer: '4.3.1 Full' });
    await expect(under.transport.send(aMail())).rejects.toBeInstanceOf(MailTemporaryError);
    under.inbox.failNext({ at: 'from', code: 421, answer: '4.3.2 Go away' });
    await expect(under.transport.send(aMail())).rejects.toBeInstanceOf(MailUnavailableError);
    under.inbox.failNext({ at: 'from', code: 550, answer: '5.7.1 Not from you' });
    await expect(under.transport.send(aMail())).rejects.toMatchObject({
      detail: 'sender-refused',
      retry: true,
    });
    await under.close();
  });
});

describe('SES', () => {
  let under: Awaited<ReturnType<typeof ses>>;
  beforeEach(async () => {
    under = await ses();
  });
  afterEach(() => under.close());

  it('gives the id by which bounces are told, and names the configuration set', async () => {
    const { providerId } = await under.transport.send(aMail());
    expect(under.server.mails).toMatchObject([{ messageId: providerId, configurationSet: 'desk' }]);
  });

  it('is given domains in ASCII, as it asks for', async () => {
    await under.transport.send(aMail({ to: { address: 'ana@bücher.example' } }));
    expect(under.server.mails).toMatchObject([{ destinations: ['ana@xn--bcher-kva.example'] }]);
  });

  it('is given up in time where the SDK waits for credentials without end', async () => {
    const stuck = await ses({ timeoutMs: 100, credentials: () => new Promise(() => undefined) });
    await expect(stuck.transport.send(aMail())).rejects.toBeInstanceOf(MailUnavailableError);
    expect(stuck.server.calls).toEqual([]);
    await stuck.close();
  });

  it('knows the Message-ID that the recipient sees', () => {
    const ours = '<1@desk.example>';
    expect(under.transport.messageIdSeen(ours, '0107-1')).toBe('<0107-1@eu-central-1.amazonses.com>');
    expect(under.transport.messageIdSeen(ours, null)).toBe(ours);
  });

  it('asks once for each mail: the outbox tries again, not the SDK', async () => {
    under.server.failNext('500');
    await expect(under.transport.send(aMail())).rejects.toBeInstanceOf(MailUnavailableError);
    expect(under.server.calls).toEqual(['SendRawEmail']);
  });

  it.each<[SesFault, unknown, string]>([
    ['throttle', MailTemporaryError, 'throttled'],
    ['daily-quota', MailTemporaryError, 'quota'],
    ['unverified', MailRejectedError, 'unverified-identity'],
    ['unverified-sender', MailUnavailableError, 'sender-refused'],
    ['reject', MailRejectedError, 'message-refused'],
    ['bad-address', MailRejectedError, 'invalid-address'],
    ['denied', MailUnavailableError, 'AccessDenied'],
    ['paused', MailUnavailableError, 'AccountSendingPausedException'],
    ['500', MailUnavailableError, 'InternalFailure'],
  ])('makes of %s the error that callers know', async (fault, kind, detail) => {
    under.server.failNext(fault);
    const failure: unknown = await under.transport.send(aMail()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect(failure).toMatchObject({ detail });
  });

  it('says how many mails a second it takes, and asks SES for it once', async () => {
    expect(await under.transport.maxPerSecond()).toBe(14);
    expect(await under.transport.maxPerSecond()).toBe(14);
    expect(under.server.calls).toEqual(['GetSendQuota']);
  });

  it.each([
    ['nothing when all is well', {}, undefined],
    ['that the quota is nearly used', { used: 45_000 }, /45000 of 50000/],
    ['the sandbox', { max: 200, perSecond: 1 }, /sandbox/],
  ])('warns of %s', async (_, quota, warning) => {
    Object.assign(under.server.quota, quota);
    const found = await under.transport.check();
    if (warning === undefined) expect(found).toEqual({});
    else expect(found.warning).toMatch(warning);
  });

  it('warns of a paused account and of a sender that is not verified', async () => {
    under.server.sendingEnabled = false;
    under.server.verified.clear();
    expect((await under.transport.check()).warning).toMatch(/paused.*not verified \(Pending\)/);
  });

  it('fails its check when it cannot be asked', async () => {
    under.server.failAlways('denied');
    await expect(under.transport.check()).rejects.toBeInstanceOf(MailUnavailableError);
    under.server.failAlways(null);
    await expect(under.transport.check()).resolves.toEqual({});
  });
});

describe('mailConfig', () => {
  it('is a local folder when nothing is said', () => {
    expect(mailConfig.parse({ PATH: '/bin' })).toEqual({
      type: 'log',
      dir: './mail-outbox',
      keep: 500,
      fromEmail: 'support@liftdesk.example',
      replyDomain: null,
      timeoutMs: 20_000,
    });
  });

  it('reads what is said of SMTP', () => {
    const env = {
      MAIL_TRANSPORT: 'smtp',
      SMTP_HOST: 'mail.example.com',
      SMTP_USER: 'desk',
      SMTP_PASSWORD: 'secret',
      FROM_EMAIL: FROM,
      REPLY_DOMAIN: 'reply.example.com',
    };
    expect(mailConfig.parse(env)).toEqual({
      type: 'smtp',
      host: 'mail.example.com',
      port: 587,
      auth: { user: 'desk', password: 'secret' },
      secure: 'starttls',
      caFile: null,
      fromEmail: FROM,
      replyDomain: 'reply.example.com',
      timeoutMs: 20_000,
    });
  });

  it.each(['localhost', '127.0.0.1', '::1'])('lets a password go unencrypted to this machine: %s', (host) => {
    const env = { SMTP_HOST: host, SMTP_SECURE: 'none', SMTP_USER: 'desk', SMTP_PASSWORD: 'secret' };
    expect(mailConfig.parse({ MAIL_TRANSPORT: 'smtp', FROM_EMAIL: FROM, ...env })).toMatchObject({
      host,
      secure: 'none',
    });
  });

  it('reads what is said of SES', () => {
    const topic = 'arn:aws:sns:eu-central-1:123456789012:mail-events';
    expect(
      mailConfig.parse({
        MAIL_TRANSPORT: 'ses',
        SES_REGION: 'eu-central-1',
        SES_TOPIC_ARN: `${topic}, ${topic}-2`,
        AWS_ENDPOINT_URL_SES: 'http://127.0.0.1:4579',
        FROM_EMAIL: FROM,
      }),
    ).toMatchObject({
      type: 'ses',
      region: 'eu-central-1',
      topicArns: [topic, `${topic}-2`],
      endpoint: 'http://127.0.0.1:4579',
    });
  });

  const SMTP = { MAIL_TRANSPORT: 'smtp', SMTP_HOST: 'mail.example.com', FROM_EMAIL: FROM };
  const SES = { MAIL_TRANSPORT: 'ses', SES_REGION: 'eu-central-1', FROM_EMAIL: FROM };
  it.each([
    { MAIL_TRANSPORT: 'pigeon' },
    { MAIL_TRANSPORT: 'smtp', FROM_EMAIL: FROM },
    { MAIL_TRANSPORT: 'smtp', SMTP_HOST: 'mail.example.com' },
    { MAIL_TRANSPORT: 'ses', FROM_EMAIL: FROM },
    { ...SMTP, SMTP_USER: 'desk' },
    { ...SMTP, SMTP_SECURE: 'maybe' },
    { ...SMTP, SMTP_SECURE: 'none', SMTP_USER: 'desk', SMTP_PASSWORD: 'secret' },
    { ...SMTP, FROM_EMAIL: 'Desk <support@desk.example>' },
    { ...SMTP, FROM_EMAIL: 'a@b.example\r\nBcc: c@d.example' },
    { ...SMTP, REPLY_DOMAIN: 'not a domain' },
    { ...SMTP, MAIL_TIMEOUT: '0' },
    { ...SMTP, MAIL_TIMEOUT: '61' },
    { ...SES, SES_REGION: 'Frankfurt' },
    { ...SES, SES_TOPIC_ARN: 'my-topic' },
    { ...SES, AWS_ENDPOINT_URL_SES: 'nowhere' },
    { MAIL_KEEP: '0' },
  ])('refuses %j', (env) => expect(mailConfig.safeParse(env).success).toBe(false));

  it.each(['log', 'smtp', 'ses'] as const)('makes the transport that it names: %s', async (name) => {
    const config = mailConfig.parse({
      MAIL_TRANSPORT: name,
      SMTP_HOST: 'mail.example.com',
      SES_REGION: 'eu-central-1',
      FROM_EMAIL: FROM,
    });
    const transport = await createMailTransport(config);
    expect([transport.name, transport.reachesPeople]).toEqual([name, name !== 'log']);
    await transport.close();
  });
});
