import { type ReadMail, SesServer, readMail } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';
import { Installation } from './harness/built-api';
import { Client, Message, Ticket } from './harness/client';

const WRITERS = 4;
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };
const PATIENCE_MS = 60_000;

/**
 * Agents answer tickets; the process is killed with SIGKILL at a random moment while it sends, and started again. Each answer
 * that was acknowledged is mailed, none that is not in the database, and no more are mailed twice than there were kills.
 */
export function describeMailKills(rounds: number): void {
  describe(`mail survives kill -9, in ${rounds} rounds`, () => {
    const installation = new Installation();
    const answers = new Set<string>();
    let ses: SesServer;
    let words = 0;

    beforeAll(async () => {
      installation.migrate().addUser('agent', AGENT.email, AGENT.password);
      ses = await SesServer.start();
      // Slow enough that a kill finds something waiting.
      ses.quota.perSecond = 200;
    });
    afterAll(async () => {
      installation.remove();
      await ses.close();
    });

    const start = () =>
      installation.start({
        MAIL_TRANSPORT: 'ses',
        SES_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL_SES: ses.url,
        AWS_ACCESS_KEY_ID: 'AKIATEST',
        AWS_SECRET_ACCESS_KEY: 'secret',
        FROM_EMAIL: 'help@acme.example',
      });
    const read: ReadMail[] = [];
    /** Each is read once. */
    const mails = (): readonly ReadMail[] => {
      read.push(...ses.mails.slice(read.length).map(({ raw }) => readMail(raw)));
      return read;
    };
    const mailed = () => new Set(mails().flatMap(({ text }) => /^answer-\d+-\d+$/m.exec(text)?.[0] ?? []));

    it.each(Array.from({ length: rounds }, (_, n) => n + 1))('round %i', async (round) => {
      const api = await start();
      const agent = await new Client(api.origin).signIn(AGENT.email, AGENT.password);
      let killed = false;
      const isKilled = () => killed;
      const writers = Array.from({ length: WRITERS }, async () => {
        try {
          while (!isKilled()) await answerTicket(agent, `answer-${round}-${(words += 1)}`);
        } catch (error) {
          if (!isKilled()) throw error;
        }
      });
      const before = ses.mails.length;
      while (ses.mails.length === before) await sleep(2);
      await sleep(Math.random() * 500);
      killed = true;
      await api.signal('SIGKILL');
      await Promise.all(writers);

      const again = await start();
      const until = Date.now() + PATIENCE_MS;
      const missing = () => [...answers].filter((answer) => !mailed().has(answer));
      while (missing().length > 0 && Date.now() < until) await sleep(50);
      expect(missing()).toEqual([]);
      await again.stop();
    });

    it('mailed nothing that is not there, and at most one twice for each kill', () => {
      const database = new Database(installation.databasePath, { readonly: true });
      const known = new Set(database.prepare('select id from outbox_mail').pluck().all() as string[]);
      const lost = database
        .prepare(`select status from outbox_mail where status not in ('sent', 'queued')`)
        .all();
      database.close();
      const ids = mails().map(({ headers }) => (headers['message-id'] ?? '').slice(1, 37));
      expect(ids.filter((id) => !known.has(id))).toEqual([]);
      expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(rounds);
      expect(lost).toEqual([]);
    });

    async function answerTicket(agent: Client, answer: string): Promise<void> {
      const ticket = await agent.post<Ticket>('/tickets', {
        subject: answer,
        body: 'As you said on the phone.',
        requesterEmail: `${answer}@people.example`,
      });
      await agent.post<Message>(`/tickets/${ticket.id}/messages`, { body: answer });
      answers.add(answer);
    }
  });
}
