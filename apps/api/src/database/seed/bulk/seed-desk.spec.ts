import 'reflect-metadata';
import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { tokenise } from '../../../search/tokenise';
import { checkConsistency } from '../../../search/search-maintenance';
import { openSqlite } from '../../sqlite';
import { COMMON_WORD, DeskAccount, RARE_WORD } from './plan-desk';
import { assertNobodyThere, seedDesk } from './seed-desk';

const UNTIL = Date.parse('2026-11-01');
const ACCOUNTS: DeskAccount[] = [
  { name: 'Maja Lindqvist', email: 'maja@demo.example', role: 'agent', passwordHash: 'hash of maja' },
  { name: 'Katrin Hofmann', email: 'katrin@demo.example', role: 'customer', passwordHash: 'hash of katrin' },
];
const TICKETS = 2_000;

jest.setTimeout(120_000);

let folder: string;
let database: DataSource;

const seed = (name: string, tickets: number, number = 1, signal?: AbortSignal) =>
  seedDesk(join(folder, name), { tickets, seed: number, until: UNTIL }, ACCOUNTS, () => undefined, signal);
const one = async (sql: string, values: unknown[] = []): Promise<number> => {
  const rows: { n: number }[] = await database.query(sql, values);
  return rows[0]?.n ?? 0;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-seed-'));
  await seed('desk.sqlite', TICKETS);
  database = await openSqlite(join(folder, 'desk.sqlite'));
});
afterAll(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

describe('a seeded desk', () => {
  it('has as many tickets as were asked for, numbered from 1 in the order in which they came', async () => {
    expect(await one('select count(*) as n from ticket')).toBe(TICKETS);
    expect(await one('select max(rid) as n from ticket')).toBe(TICKETS);
    expect(
      await one(
        'select count(*) as n from ticket a join ticket b on b.rid = a.rid + 1 where b.created_at < a.created_at',
      ),
    ).toBe(0);
  });

  it('breaks no foreign key and passes SQLite’s own check', async () => {
    expect(await database.query('pragma foreign_key_check')).toEqual([]);
    expect(await database.query('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('has the schema of a migrated database, every index included', async () => {
    const schemaOf = async (source: DataSource): Promise<unknown[]> =>
      source.query(
        'select type, name, tbl_name, sql from sqlite_master where tbl_name not like ? order by type, name',
        ['sqlite_stat%'],
      );
    const migrated = await openSqlite(':memory:');
    await migrated.runMigrations();
    expect(await schemaOf(database)).toEqual(await schemaOf(migrated));
    await migrated.destroy();
  });

  it('counts the tickets of each tag', async () => {
    const wrong = await database.query(
      'select name from tag where ticket_count <> (select count(*) from ticket_tag where tag_rid = tag.rid)',
    );
    expect(wrong).toEqual([]);
  });

  it('knows the newest message and the newest reply of each ticket', async () => {
    const wrong = `select count(*) as n from ticket t
      where last_message_rid <> (select max(rid) from message m where m.ticket_rid = t.rid)
        or last_reply_rid <> (select max(rid) from message m where m.ticket_rid = t.rid and kind = 'reply')`;
    expect(await one(wrong)).toBe(0);
  });

  it('agrees with itself about times and status', async () => {
    const wrong = `select count(*) as n from ticket t
      where updated_at < created_at or updated_at > ${UNTIL}
        or updated_at <> (select max(created_at) from ticket_event e where e.ticket_rid = t.rid)
        or customer_updated_at <> (select max(created_at) from ticket_event e where e.ticket_rid = t.rid and type <> 'note')
        or hidden_changes <> (select count(*) from ticket_event e where e.ticket_rid = t.rid and type = 'note')
        or (status = 'solved') <> (solved_at is not null and closed_at is null)
        or (status = 'closed') <> (closed_at is not null)
        or (status in ('pending', 'solved', 'closed') and waiting_since is not null)`;
    expect(await one(wrong)).toBe(0);
  });

  it('has a document in the search index for each ticket, and nothing else', async () => {
    expect(await checkConsistency(database)).toEqual({
      tickets: TICKETS,
      documents: TICKETS,
      missing: [],
      orphaned: [],
    });
  });

  it('finds by search exactly the tickets whose text holds the word', async () => {
    for (const word of [COMMON_WORD, RARE_WORD]) {
      const token = tokenise(word)[0] ?? '';
      const found = await one('select count(*) as n from ticket_fts where ticket_fts match ?', [token]);
      const meant = await one(
        `select count(distinct ticket_rid) as n from message where body like '%' || ? || '%'`,
        [word],
      );
      expect(found).toBe(meant);
    }
  });

  it('holds one word in about half of its tickets and one in about a hundredth', async () => {
    const share = async (word: string) =>
      (await one('select count(*) as n from ticket_fts where ticket_fts match ?', [word])) / TICKETS;
    expect(await share('kattegat')).toBeCloseTo(0.5, 1);
    expect(await share('skagerrak')).toBeGreaterThan(0.005);
    expect(await share('skagerrak')).toBeLessThan(0.015);
  });

  it('is skewed like a real desk: a few busy customers, common and rare tags, most tickets closed', async () => {
    expect(await one(`select count(*) as n from ticket where status = 'closed'`)).toBeGreaterThan(
      TICKETS / 2,
    );
    expect(await one(`select count(*) as n from ticket where status = 'open'`)).toBeGreaterThan(25);
    const busiest = await one(
      'select max(c) as n from (select count(*) as c from ticket group by requester_rid)',
    );
    expect(busiest).toBeGreaterThan(30);
    const tags: { n: number }[] = await database.query(
      'select ticket_count as n from tag order by ticket_count desc',
    );
    expect(tags[0]?.n ?? 0).toBeGreaterThan(10 * (tags.at(-1)?.n ?? 0));
  });

  it('holds no half characters', async () => {
    const bodies: { body: string }[] = await database.query('select body from message');
    expect(bodies.some(({ body }) => /\p{Cs}/u.test(body))).toBe(false);
  });

  it('gives the accounts the first places among agents and customers', async () => {
    const people = await database.query(
      `select email, role, password_hash as hash from "user" where password_hash is not null order by rid`,
    );
    expect(people).toEqual([
      { email: 'maja@demo.example', role: 'agent', hash: 'hash of maja' },
      { email: 'katrin@demo.example', role: 'customer', hash: 'hash of katrin' },
    ]);
  });

  it('gives the search index its usual memory back', async () => {
    expect(await one(`select v as n from ticket_fts_config where k = 'hashsize'`)).toBe(1 << 20);
    expect(await one(`select v as n from ticket_fts_config where k = 'automerge'`)).toBe(0);
  });

  it('writes ahead, as the API expects', async () => {
    expect(await database.query('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });
});

describe('seedDesk', () => {
  const contentOf = (name: string): unknown[] => {
    const connection = new Database(join(folder, name));
    const tables = ['user', 'ticket', 'message', 'ticket_event', 'tag', 'ticket_tag', 'ticket_read'];
    const rows = tables.flatMap((table) => connection.prepare(`select * from "${table}"`).all());
    connection.close();
    return rows;
  };

  it('makes the same desk from the same seed, and another one from another', async () => {
    await seed('a.sqlite', 100);
    await seed('b.sqlite', 100);
    await seed('c.sqlite', 100, 2);
    expect(contentOf('b.sqlite')).toEqual(contentOf('a.sqlite'));
    expect(contentOf('c.sqlite')).not.toEqual(contentOf('a.sqlite'));
  });

  it('leaves what was there as it was when it is interrupted', async () => {
    await seed('kept.sqlite', 20);
    const before = contentOf('kept.sqlite');
    await expect(seed('kept.sqlite', 100, 2, AbortSignal.abort())).rejects.toThrow(/interrupted/);
    expect(contentOf('kept.sqlite')).toEqual(before);
    expect(existsSync(join(folder, 'kept.sqlite.seeding'))).toBe(false);
  });

  it('is not for a database that holds anybody', async () => {
    const path = join(folder, 'empty.sqlite');
    await assertNobodyThere(path);
    const migrated = await openSqlite(path);
    await migrated.runMigrations();
    await migrated.destroy();
    await assertNobodyThere(path);
    await expect(assertNobodyThere(join(folder, 'desk.sqlite'))).rejects.toThrow(/left alone/);
  });
});
