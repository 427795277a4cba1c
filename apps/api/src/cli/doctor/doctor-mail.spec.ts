import { SesServer, SmtpInbox } from '@liftdesk/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentOf, findingsOf } from './findings';

const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const look = async (env: Record<string, string>) => {
  const own = {
    JWT_SECRET: 'Zk3-a secret for tests that is long enough for all',
    DATABASE_PATH: join(folder, 'desk.sqlite'),
    UPLOAD_DIR: join(folder, 'uploads'),
    LOG_DIR: join(folder, 'logs'),
  };
  const found = await findingsOf({ ...own, ...env }, { directory: folder, only: ['mail'] });
  return { ...found['mail'], text: found.text };
};

describe('the doctor of mail by SES', () => {
  let ses: SesServer;
  const before = SDK_VARIABLES.map((name) => process.env[name]);

  beforeEach(async () => {
    ses = await SesServer.start();
    ses.verified.add('example.com');
    for (const name of SDK_VARIABLES) process.env[name] = 'test';
  });
  afterEach(async () => {
    await ses.close();
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });
  const bySes = () =>
    look({
      MAIL_TRANSPORT: 'ses',
      SES_REGION: 'eu-central-1',
      FROM_EMAIL: 'support@example.com',
      AWS_ENDPOINT_URL_SES: ses.url,
    });

  it('finds it well, and sends nothing', async () => {
    expect(await bySes()).toMatchObject({ verdict: 'ok', message: 'SES in eu-central-1 takes mail' });
    expect(ses.calls).not.toContain('SendRawEmail');
    expect(ses.mails).toEqual([]);
  });

  it('finds the sandbox', async () => {
    ses.quota = { max: 200, used: 1, perSecond: 1 };
    expect(await bySes()).toMatchObject({
      verdict: 'warning',
      message: expect.stringContaining('sandbox'),
      fix: expect.stringContaining('production access'),
    });
  });

  it('finds a sender that SES does not know', async () => {
    ses.verified.clear();
    expect(await bySes()).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('verify support@example.com'),
    });
  });

  it('finds an account that is paused, and a quota that is nearly used up', async () => {
    ses.quota = { max: 1_000, used: 950, perSecond: 1 };
    expect(await bySes()).toMatchObject({
      verdict: 'warning',
      message: expect.stringContaining('950 of 1000'),
    });
    ses.sendingEnabled = false;
    expect(await bySes()).toMatchObject({ verdict: 'failure', message: expect.stringContaining('paused') });
  });

  it('names the permissions that the role lacks', async () => {
    ses.failAlways('denied');
    expect(await bySes()).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('ses:SendRawEmail'),
    });
  });
});

describe('the doctor of mail by SMTP', () => {
  let inbox: SmtpInbox;
  let env: Record<string, string>;

  beforeEach(async () => {
    inbox = await SmtpInbox.start({ password: 'right' });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, inbox.identity.certificate);
    env = {
      MAIL_TRANSPORT: 'smtp',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(inbox.port),
      SMTP_USER: 'desk',
      SMTP_PASSWORD: 'right',
      SMTP_CA_FILE: ca,
      FROM_EMAIL: 'support@example.com',
    };
  });
  afterEach(() => inbox.close());

  it('finds it well, and sends nothing', async () => {
    expect(await look(env)).toMatchObject({ verdict: 'ok', message: expect.stringContaining('takes mail') });
    expect(inbox.mails).toEqual([]);
  });

  it('finds a wrong password, without telling it', async () => {
    const found = await look({ ...env, SMTP_PASSWORD: 'entirely-wrong' });
    expect(found).toMatchObject({ verdict: 'failure', cause: expect.stringContaining('user and password') });
    expect(found.text).not.toContain('entirely-wrong');
  });

  it('finds a certificate of no authority that is trusted, and nobody there', async () => {
    const { SMTP_CA_FILE: _, ...without } = env;
    expect(await look(without)).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('SMTP_CA_FILE'),
    });
    expect(await look({ ...env, SMTP_PORT: '9' })).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('nothing listens'),
    });
  });
});

describe('the doctor of mail that is put aside', () => {
  const env = () => ({ MAIL_TRANSPORT: 'log', MAIL_DIR: join(folder, 'mail') });

  it('is content while developing, and makes no folder', async () => {
    expect(await look(env())).toMatchObject({ verdict: 'ok' });
    expect(contentOf(folder)).toEqual({});
  });

  it('warns in production: it reaches nobody', async () => {
    expect(
      await look({ ...env(), NODE_ENV: 'production', FRONTEND_URL: 'https://desk.example.com' }),
    ).toMatchObject({
      verdict: 'warning',
      fix: expect.stringContaining('MAIL_TRANSPORT=ses'),
    });
  });
});
