import { PubSub } from '@liftdesk/pubsub';
import type { Response } from 'supertest';
import type { AttachmentDto } from '../attachments/attachment.dto';
import { retryCollisions } from '../database/retrying-transactions';
import { aFile, openTicket, upload } from '../testing/builders';
import type { Person } from '../testing/caller';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';

const WRITES_A_TICKET = /^\s*(insert into|update) ticket\b/;

describe('live updates of a transaction', () => {
  let desk: TestDesk;
  let agent: Person;
  let ticket: TicketDto;
  let file: AttachmentDto;
  let listener: Listener;
  /** What the next commits of a ticket fail with. */
  let refusals: Error[];
  let refused: number;

  beforeEach(async () => {
    desk = await TestDesk.start();
    // On PostgreSQL it is so already.
    retryCollisions(desk.database, { conflicts: 3, duplicates: 3, pauseMs: 1 });
    refusals = [];
    refused = 0;
    refuseCommits();
    agent = await desk.signIn('agent');
    ticket = await openTicket(desk, await desk.signIn('customer'));
    [file] = (await upload(desk, agent, ticket)) as [AttachmentDto];
    listener = await Listener.follow(desk, agent);
  });
  afterEach(() => desk.close());

  function refuseCommits(): void {
    const { driver } = desk.database;
    const create = driver.createQueryRunner.bind(driver);
    driver.createQueryRunner = (mode) => {
      const runner = create(mode);
      const [query, commit] = [runner.query.bind(runner), runner.commitTransaction.bind(runner)];
      let writesTicket = false;
      runner.query = ((sql: string, ...rest: [unknown[]]) => {
        writesTicket ||= WRITES_A_TICKET.test(sql);
        return query(sql, ...rest);
      }) as typeof runner.query;
      runner.commitTransaction = async () => {
        const refusal = writesTicket ? refusals.shift() : undefined;
        if (refusal === undefined) return commit();
        refused += 1;
        throw refusal;
      };
      return runner;
    };
  }

  /** What the desk was told, when all that was published so far has come. */
  async function told(): Promise<string[]> {
    desk.app.get(PubSub, { strict: false }).publish({ type: 'message.mail', ticketId: '', messageId: '' });
    await listener.until(() => listener.of('message.mail').some(({ data }) => data['messageId'] === ''));
    return listener.news.map(({ event }) => event).filter((event) => event !== 'message.mail');
  }

  const VERBS: [string, () => PromiseLike<Response>, string[]][] = [
    ['opens a ticket', () => desk.as(agent).post('/tickets', { subject: 's', body: 'b' }), ['ticket.opened']],
    [
      'writes a message',
      () => desk.as(agent).post(`/tickets/${ticket.id}/messages`, { body: 'b' }),
      ['message.added', 'ticket.changed'],
    ],
    [
      'changes a ticket',
      () => desk.as(agent).patch(`/tickets/${ticket.id}`, { priority: 'urgent' }),
      ['ticket.changed'],
    ],
    [
      'adds a file',
      () => {
        const { content, filename } = aFile();
        return desk
          .as(agent)
          .post(`/tickets/${ticket.id}/attachments`)
          .attach('attachments', content, filename);
      },
      ['ticket.changed'],
    ],
    ['removes a file', () => desk.as(agent).delete(`/attachments/${file.id}`), ['ticket.changed']],
  ];

  it.each(VERBS)('that %s and is rolled back are not sent', async (_, act) => {
    refusals = [new Error('The disk is gone')];
    expect((await act()).status).toBe(500);
    expect(refused).toBe(1);
    expect(await told()).toEqual([]);
  });

  it.each(VERBS)('that %s and had to run three times are sent once', async (_, act, events) => {
    const collision = () => Object.assign(new Error('could not serialize access'), { code: '40001' });
    refusals = [collision(), collision()];
    expect((await act()).status).toBeLessThan(300);
    expect(refused).toBe(2);
    expect(await told()).toEqual(events);
  });
});
