import Database from 'better-sqlite3';
import { openSqlite } from '../database/sqlite';
import {
  HITS_CAP,
  NEWEST,
  allHits,
  cappedCount,
  newestHits,
  newestHitsAmong,
  rankedHits,
} from './search-sql';
import {
  TransactionSource,
  checkConsistency,
  mergeStep,
  optimize,
  optimizeInSteps,
  rebuild,
} from './search-maintenance';
import { CREATE_SEARCH_INDEX, SqlSource, indexTicket, unindexTicket } from './ticket-search-index';

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
    await unindexTicket(source, 5);
    expect(await hits('second')).toEqual([]);
  });

  it('names tickets without a document and documents without a ticket', async () => {
    await rebuild(source);
    await unindexTicket(source, 3);
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
    ['in one go', () => optimize(source)],
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

  describe('SQL for the list query', () => {
    beforeEach(() => rebuild(source));
    const rids = async (sql: string, values: unknown[]) =>
      (await source.query<{ rid: number }[]>(sql, values)).map((row) => row.rid);

    it('pages newest first through the hits that pass the filter', async () => {
      const sql = newestHits('t.status = ?');
      expect(await rids(sql, ['common', NEWEST, 'open', 3])).toEqual([1200, 1100, 1000]);
      expect(await rids(sql, ['common', 1000, 'open', 3])).toEqual([900, 800, 700]);
      expect(await rids(sql, ['third', 400, 'open', 3])).toEqual([300]);
    });

    it('streams: no sorting, the index outermost', async () => {
      const plan = await source.query<{ detail: string }[]>(
        `explain query plan ${newestHits('t.status = ?')}`,
        ['a', NEWEST, 'open', 3],
      );
      expect(plan.map((step) => step.detail)).toEqual([
        expect.stringMatching(/^SCAN ticket_fts VIRTUAL TABLE INDEX .*</),
        expect.stringMatching(/^SEARCH t USING INTEGER PRIMARY KEY/),
      ]);
    });

    it('pages the same way where few tickets pass the filter', async () => {
      const sql = newestHitsAmong('select rid from ticket where status = ?');
      expect(await rids(sql, ['open', 'common', NEWEST, 3])).toEqual([1200, 1100, 1000]);
      expect(await rids(sql, ['open', 'third', 600, 3])).toEqual([300]);
    });

    it('counts up to the cap', async () => {
      const count = async (...values: unknown[]) =>
        (await source.query<{ n: number }[]>(cappedCount('t.status = ?'), values))[0]?.n;
      expect(await count('third', 'open')).toBe(4);
      expect((await source.query<{ n: number }[]>(cappedCount('true'), ['common']))[0]?.n).toBe(HITS_CAP);
    });

    it('ranks a word of the subject above one of a reply, among the newest hits', async () => {
      await indexTicket(source, 600, {
        subject: 'third',
        requesterRid: 1,
        requester: '',
        bodies: [],
        notes: [],
      });
      expect(await rids(rankedHits('true'), ['third', 1, 0])).toEqual([600]);
      expect(await rids(rankedHits('true'), ['common', 2000, 0])).toHaveLength(HITS_CAP);
      expect(await rids(rankedHits('true'), ['common', 2000, 0])).not.toContain(TICKETS - HITS_CAP - 1);
    });

    it('hands all hits of a narrow search to any other order', async () => {
      const sql = `${allHits('t.status = ?')} select t.rid as rid from hits join ticket t on t.rid = hits.rid order by t.updated_at desc`;
      expect(await rids(sql, ['third', 'open'])).toEqual([300, 600, 900, 1200]);
    });
  });
});

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
