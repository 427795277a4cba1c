import Database from 'better-sqlite3';
import { openSqlite } from '../database/sqlite';
import { mergeStep, optimizeInSteps } from './fts5-engine';
import { NEWEST, type SqlSource } from './search-document';
import type { TransactionSource } from './search-engine';
import { checkConsistency, rebuild } from './search-maintenance';
import { newestHits, scoredHits } from './search-sql';
import { CREATE_SEARCH_INDEX, indexTicket } from './ticket-search-index';
import { walkHits } from './walk-hits';

const TICKETS = 1200;

describe('the search index on SQLite', () => {
  let database: Database.Database;
  let source: TransactionSource;

  beforeEach(async () => {
    database = new Database(':memory:');
    const query = async <T>(sql: string, values: unknown[] = []) => {
      const statement = database.prepare(sql);
      return (statement.reader ? statement.all(...values) : statement.run(...values)) as T;
    };
    const transaction = async <T>(work: (manager: SqlSource) => Promise<T>) => {
      database.exec('begin');
      const result = await work({ query });
      database.exec('commit');
      return result;
    };
    source = { query, transaction };
    for (const statement of CREATE_SEARCH_INDEX) await query(statement);
    database.exec(`create table "user"(rid integer primary key, name text, email text);
      create table ticket(rid integer primary key, subject text, requester_rid integer, status text, updated_at integer);
      create table message(rid integer primary key, ticket_rid integer, kind text, body text);
      create index message_ticket on message(ticket_rid, rid);
      insert into "user" values (1, 'Ana Müller', 'ana@example.com');
      with recursive n(rid) as (select 1 union all select rid + 1 from n where rid < ${TICKETS})
        insert into ticket select rid, 'Ticket ' || rid, 1, iif(rid % 100, 'closed', 'open'), -rid from n;
      insert into message select rid, rid, 'reply', 'Common Größe ' || iif(rid % 3, '', 'third') from ticket;
      insert into message select rid + ${TICKETS}, rid, 'note', 'hidden' from ticket where rid = 7;`);
  });
  afterEach(() => database.close());

  const hits = (match: string) =>
    source.query<{ rid: number }[]>(
      'select rowid as rid from ticket_fts where ticket_fts match ? order by rowid',
      [match],
    );

  it('is rebuilt from the tables, telling how far it got', async () => {
    const progress: number[] = [];
    expect(await rebuild(source, (done) => progress.push(done))).toBe(TICKETS);
    expect(progress).toEqual([200, 400, 600, 800, 1000, 1200]);
    expect(await hits('(subject : ticket) AND (body : grosse) AND (requester : "example com")')).toHaveLength(
      TICKETS,
    );
    expect(await hits('note : hidden')).toEqual([{ rid: 7 }]);
    expect(await checkConsistency(source)).toEqual({
      tickets: TICKETS,
      documents: TICKETS,
      missing: [],
      orphaned: [],
    });
  });

  it('rebuilds an empty desk', async () => {
    database.exec('delete from message; delete from ticket');
    expect(await rebuild(source)).toBe(0);
  });

  it('replaces a document and forgets its old words', async () => {
    const document = { subject: 'first', requesterRid: 1, requester: 'Ana', bodies: ['one'], notes: [] };
    await indexTicket(source, 5, document);
    await indexTicket(source, 5, { ...document, bodies: ['one', 'two'] });
    expect([await hits('first'), await hits('two')]).toEqual([[{ rid: 5 }], [{ rid: 5 }]]);
    await indexTicket(source, 5, { ...document, subject: 'second' });
    expect([await hits('first'), await hits('two'), await hits('second')]).toEqual([[], [], [{ rid: 5 }]]);
  });

  it('names tickets without a document and documents without a ticket', async () => {
    await rebuild(source);
    await source.query('delete from ticket_fts where rowid = 3');
    database.exec('delete from ticket where rid = 9');
    expect(await checkConsistency(source)).toEqual({
      tickets: TICKETS - 1,
      documents: TICKETS - 1,
      missing: [3],
      orphaned: [9],
    });
  });

  const segments = () => {
    const structure = database
      .prepare('select block from ticket_fts_data where id = 10')
      .pluck()
      .get() as Buffer;
    return structure.length;
  };

  it.each([
    [
      'in small steps',
      async () => {
        while (await mergeStep(source, 4));
      },
    ],
    ['all of it in steps', () => optimizeInSteps(source, 2)],
  ])('merges what single writes left behind %s and comes to an end', async (_way, work) => {
    for (let rid = 1; rid <= 40; rid++) {
      await indexTicket(source, rid, {
        subject: `s${rid}`,
        requesterRid: 1,
        requester: '',
        bodies: ['common'],
        notes: [],
      });
    }
    const before = segments();
    await work();
    expect(segments()).toBeLessThan(before);
    expect(await hits('common')).toHaveLength(40);
    expect(await mergeStep(source)).toBe(false);
  });

  describe('walked by the list query', () => {
    beforeEach(() => rebuild(source));
    const common = (filter = 'true', ...values: unknown[]) => ({ match: 'common', filter, values });
    const open = common('t.status = ?', 'open');

    it('gives the newest hits that pass the filter, and from where to go on', async () => {
      const first = await walkHits(source, open, NEWEST, 3);
      expect(first).toMatchObject({ rids: [1200, 1100, 1000], goOnBelow: 1000 });
      const second = await walkHits(source, open, 1000, 3);
      expect(second).toMatchObject({ rids: [900, 800, 700], goOnBelow: 700 });
      const last = await walkHits(source, { ...open, match: 'third' }, 400, 3);
      expect(last).toMatchObject({ rids: [300], goOnBelow: null });
      expect(await walkHits(source, common(), NEWEST, 2)).toMatchObject({ rids: [1200, 1199] });
    });

    it.each([1, 7, 100, 1199, 1200, 1201])('finds all of them in steps of %i', async (stepHits) => {
      const { rids, goOnBelow } = await walkHits(source, open, NEWEST, 100, { stepHits, maxSteps: 2000 });
      expect(rids).toEqual(Array.from({ length: 12 }, (_, n) => 1200 - 100 * n));
      expect(goOnBelow).toBeNull();
    });

    it('lets others have their turn between two steps', async () => {
      const turns: string[] = [];
      setImmediate(() => turns.push('another request'));
      await walkHits(source, open, NEWEST, 100, { stepHits: 600, maxSteps: 20 });
      expect(turns).toEqual(['another request']);
    });

    it('ends after its last step and says where to go on, though nothing was found', async () => {
      const walk = await walkHits(source, common('t.status = ?', 'gone'), NEWEST, 5, {
        stepHits: 100,
        maxSteps: 3,
      });
      expect(walk).toEqual({
        rids: [],
        goOnBelow: 901,
        stretches: [
          [NEWEST, 1101],
          [1101, 1001],
          [1001, 901],
        ],
      });
    });

    it('streams: no sorting, the index outermost', async () => {
      const plan = await source.query<{ detail: string }[]>(
        `explain query plan ${newestHits('t.status = ?', 100)}`,
        ['a', NEWEST, 'open', 3],
      );
      const steps = plan.map((step) => step.detail).filter((detail) => !detail.startsWith('CO-ROUTINE'));
      expect(steps).toEqual([
        expect.stringMatching(/^SCAN ticket_fts VIRTUAL TABLE INDEX .*</),
        'SCAN hit',
        expect.stringMatching(/^SEARCH t USING INTEGER PRIMARY KEY/),
        expect.stringMatching(/^SCAN /),
      ]);
    });

    it('scores a word of the subject above one of a reply', async () => {
      await indexTicket(source, 600, {
        subject: 'third',
        requesterRid: 1,
        requester: '',
        bodies: [],
        notes: [],
      });
      const scored = await source.query<{ rid: number; score: number }[]>(scoredHits('true'), [
        'third',
        1000,
        300,
      ]);
      expect(scored.map(({ rid }) => rid)).toEqual(everyThird(999, 300));
      expect(scored.sort((a, b) => a.score - b.score)[0]?.rid).toBe(600);
    });
  });
});

const everyThird = (from: number, to: number): number[] =>
  Array.from({ length: (from - to) / 3 + 1 }, (_, n) => from - 3 * n);

describe('the search index of a migrated desk', () => {
  it('lives in the transactions of the write gate', async () => {
    const desk = await openSqlite(':memory:');
    await desk.runMigrations();
    await desk.query(`insert into "user"(rid, id, email, email_norm, name, role, created_at)
      values (1, 'u', 'ana@example.com', 'ana@example.com', 'Ana', 'customer', 1)`);
    await desk.query(`insert into ticket(rid, id, subject, status, priority, channel, requester_rid, created_at, updated_at)
      values (1, 't1', 'Hello', 'new', 1, 'web', 1, 1, 1), (2, 't2', 'Hello', 'new', 1, 'web', 1, 1, 1)`);
    const found = (match: string) =>
      desk.query('select rowid as rid from ticket_fts where ticket_fts match ? order by rowid', [match]);
    const document = (subject: string) => ({
      subject,
      requesterRid: 1,
      requester: 'Ana',
      bodies: [],
      notes: [],
    });

    expect(await rebuild(desk)).toBe(2);
    await desk.transaction((manager) => indexTicket(manager, 1, document('kept')));
    const undone = desk.transaction(async (manager) => {
      await indexTicket(manager, 2, document('lost'));
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    while (await desk.transaction((manager) => mergeStep(manager)));

    expect([await found('kept'), await found('lost'), await found('hello')]).toEqual([
      [{ rid: 1 }],
      [],
      [{ rid: 2 }],
    ]);
    expect(await checkConsistency(desk)).toEqual({ tickets: 2, documents: 2, missing: [], orphaned: [] });
    await desk.destroy();
  });
});
