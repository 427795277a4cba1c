import { PostgresServer, SesServer, readMail } from '@liftdesk/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation } from './harness/built-api';
import { Client, Message, Ticket } from './harness/client';

const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };
const DATABASE = 'desk';
const TICKETS = 30;
const PATIENCE_MS = 60_000;

/** An installation whose rows are in PostgreSQL, for any number of processes. */
class SharedInstallation extends Installation {
  constructor(private readonly shared: Record<string, string>) {
    super();
  }

  override env(given: Record<string, string> = {}): Record<string, string> {
    return super.env({ ...this.shared, ...given });
  }
}

describe('mail by two processes on one database', () => {
  let postgres: PostgresServer;
  let ses: SesServer;
  let installation: SharedInstallation;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    await postgres.query(`create database ${DATABASE}`);
    ses = await SesServer.start();
    ses.quota.perSecond = 200;
    installation = new SharedInstallation({
      DATABASE_URL: postgres.url(DATABASE),
      MAIL_TRANSPORT: 'ses',
      SES_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_SES: ses.url,
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      FROM_EMAIL: 'help@acme.example',
    });
    installation.command('migration:run');
    installation.addUser('agent', AGENT.email, AGENT.password);
  });
  afterAll(async () => {
    installation.remove();
    await ses.close();
    await postgres.stop();
  });

  const ids = () => ses.mails.map(({ raw }) => readMail(raw).headers['message-id'] ?? '');
  const left = async (): Promise<number> => {
    const sql = `select count(*)::int as n from outbox_mail where status <> 'sent' and lease is null`;
    const [row] = await postgres.query<{ n: number }>(sql, [], DATABASE);
    return row?.n ?? 0;
  };

  async function answerTicket(agent: Client, name: string): Promise<void> {
    const requesterEmail = `${name}@people.example`;
    const ticket = await agent.post<Ticket>('/tickets', {
      subject: name,
      body: 'As you said.',
      requesterEmail,
    });
    await agent.post<Message>(`/tickets/${ticket.id}/messages`, { body: `Answer to ${name}` });
  }

  it('is sent once, and goes on when one of them is killed', async () => {
    const [one, two] = [await installation.start(), await installation.start()];
    const agents = await Promise.all(
      [one, two].map((api) => new Client(api.origin).signIn(AGENT.email, AGENT.password)),
    );
    const work = (round: string, all: readonly Client[]) =>
      Promise.all(
        Array.from({ length: TICKETS }, (_, n) =>
          answerTicket(all[n % all.length] as Client, `${round}-${n}`),
        ),
      );
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      const end = Date.now() + PATIENCE_MS;
      while (!(await holds()) && Date.now() < end) await sleep(50);
    };

    await work('first', agents);
    await until(async () => ses.mails.length >= TICKETS * 2);
    expect(ids()).toHaveLength(TICKETS * 2);
    expect(new Set(ids()).size).toBe(TICKETS * 2);

    await work('second', agents);
    await one.signal('SIGKILL');
    // One may be in the hand of the dead until its lease ends; the last one is for a moment in the hand of the living.
    const atLeast = TICKETS * 4 - 1;
    await until(async () => (await left()) === 0 && new Set(ids()).size >= atLeast);
    expect(await left()).toBe(0);
    expect(new Set(ids()).size).toBeGreaterThanOrEqual(atLeast);
    expect(ids().length - new Set(ids()).size).toBeLessThanOrEqual(1);
    await two.stop();
  });
});
