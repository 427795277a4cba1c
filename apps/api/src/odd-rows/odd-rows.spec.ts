import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { openSqlite } from '../database/sqlite';
import { fillDesk } from '../testing/filled-desk';
import { type TestDatabase, describeOnPostgres, testDatabase } from '../testing/test-database';
import { connectTo } from '../transfer/connect-postgres';
import { differingTables, digestDesk } from '../transfer/digest';
import { openRowSource } from '../transfer/open-row-source';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { type TableShape, quoted, tablesOf } from '../transfer/tables';
import { describeOddRows } from './odd-rows';
import { recordRepairs } from './repair-record';
import { RepairedRowSource } from './repaired.row-source';
import { scanOddRows } from './scan';

let folder: string;
let path: string;
let tables: TableShape[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-odd-'));
  path = join(folder, 'desk.sqlite');
  const desk = await openSqlite(path);
  await migrate(desk);
  await fillDesk(desk);
  tables = tablesOf(desk);
  await desk.destroy();
});
afterEach(() => rmSync(folder, { recursive: true }));

const table = (name: string): TableShape => tables.find((one) => one.name === name) as TableShape;

/** As somebody does it who has the file and a shell of SQLite, which keeps to no rule. */
function damage(sql: string): void {
  const connection = new Database(path);
  connection.pragma('foreign_keys = off');
  connection.pragma('ignore_check_constraints = on');
  connection.exec(sql).close();
}

/** With columns of another type for as long as it takes, which no rule of SQLite's could keep anybody from. */
function damageUntyped(name: string, sql: string): void {
  const connection = new Database(path);
  connection.unsafeMode(true);
  const schema = connection
    .prepare('select sql from sqlite_master where name = ?')
    .pluck()
    .get(name) as string;
  const set = (text: string) => {
    connection.pragma('writable_schema = on');
    connection.prepare(`update sqlite_master set sql = ? where name = ? and type = 'table'`).run(text, name);
    connection.pragma('writable_schema = reset');
  };
  set(
    schema
      .replace(/ (varchar\(\d+\)|text|bigint|smallint|integer) NOT NULL/g, ' blob')
      .replace('"rid" blob PRIMARY', '"rid" integer PRIMARY'),
  );
  connection.exec(sql);
  set(schema);
  connection.close();
}

const found = async () => {
  const { groups } = await scanOddRows(path, tables);
  return groups.map((one) => [`${one.table}.${one.column}`, one.problem, one.rule, one.keys]);
};

const rowsOf = async (source: SqliteRowSource, name: string, after?: [number]) => {
  const rows = [];
  for await (const batch of source.rows(table(name), after)) rows.push(...batch);
  return rows;
};

describe('a scan for odd rows', () => {
  it('finds none in texts of any script, JSON with a key twice, or 10 MB, nor in an empty desk', async () => {
    damage(`update message set body = cast(zeroblob(0) as text) || replace(hex(zeroblob(2621440)), '0', 'ab') where rid = 1;
      update ticket set subject = replace(hex(zeroblob(100)), '0', '😀') where rid = 1`);
    expect(await scanOddRows(path, tables)).toEqual({ groups: [], total: 0, obstacles: 0, leftOut: {} });
    damage(tables.map(({ name }) => `delete from ${quoted(name)}`).join(';'));
    expect((await scanOddRows(path, tables)).total).toBe(0);
  });

  it('names table, column, key and cure of each', async () => {
    damage(`
      update message set body = cast(x'61006200' as text) where rid in (3, 7);
      update message set body = cast(x'61eda0bd62' as text) where rid = 8;
      update message set body = x'c3a9' where rid = 9;
      update ticket set subject = replace(hex(zeroblob(101)), '0', 'ü') where rid = 2;
      update ticket set solved_at = '2026-11-26 04:00:00', closed_at = 9e18, due_at = 1.5 where rid = 3;
      update ticket set version = 3000000000 where rid = 4;
      update ticket set priority = 7, status = 'lost' where rid = 5;
      update ticket set follow_up_of_rid = 999, requester_rid = 998 where rid = 6;
      update user set name = x'ff', email_norm = email_norm || char(0) where rid = 5`);
    expect(await found()).toEqual([
      ['user.email_norm', 'nul', 'replace', [[5]]],
      ['user.name', 'bytes', 'decode', [[5]]],
      ['ticket.subject', 'too-long', 'cut', [[2]]],
      ['ticket.due_at', 'fraction', 'truncate', [[3]]],
      ['ticket.solved_at', 'not-a-number', 'to-number', [[3]]],
      ['ticket.closed_at', 'instant', 'nearest', [[3]]],
      ['ticket.version', 'too-big', null, [[4]]],
      ['ticket.priority', 'check', null, [[5]]],
      ['ticket.status', 'check', null, [[5]]],
      ['ticket.requester_rid', 'reference', null, [[6]]],
      ['ticket.follow_up_of_rid', 'reference', 'clear', [[6]]],
      ['message.body', 'nul', 'replace', [[3], [7]]],
      ['message.body', 'not-utf8', 'replace', [[8]]],
      ['message.body', 'bytes', 'decode', [[9]]],
    ]);
  });

  it('takes with a row that goes what cascades from it, and clears what only names it', async () => {
    damage(`
      update message set ticket_rid = 777 where rid = 5;
      delete from user where rid = 2;
      update attachment set message_rid = 5, uploaded_by_rid = 3 where rid = 1;
      update ticket_event set actor_rid = null;
      update ticket set assignee_rid = null`);
    expect(await found()).toEqual([
      ['ticket_read.user_rid', 'reference', 'leave-out', [[2, 1]]],
      ['message.ticket_rid', 'reference', 'leave-out', [[5]]],
      ['attachment.message_rid', 'reference', 'clear', [[1], [3]]],
      ['session.user_rid', 'reference', 'leave-out', [[2]]],
      ['refresh_token.session_rid', 'reference', 'leave-out', [['has… (6 characters)']]],
    ]);
  });

  it('leaves keys as they are: a row goes, or stays an obstacle', async () => {
    damage(`
      update refresh_token set hash = cast(x'ff' as text) where session_rid = 1;
      update mail_block set email_norm = x'616263';
      update user set rid = 5000000000 where rid = 3;
      update session set user_rid = 5000000000 where user_rid = 3`);
    expect(await found()).toEqual([
      ['user.rid', 'key', null, [[5_000_000_000]]],
      ['session.user_rid', 'too-big', null, [[3]]],
      ['refresh_token.hash', 'key', 'leave-out', [["x'f… (5 characters)"]]],
      ['mail_block.email_norm', 'key', null, [["x'6… (9 characters)"]]],
    ]);
  });

  it('finds what a damaged or changed schema let in: null, a number for a text, one value twice', async () => {
    damageUntyped(
      'message',
      `update message set body = 5 where rid = 1; update message set created_at = null where rid = 2`,
    );
    const connection = new Database(path);
    connection.unsafeMode(true);
    connection.pragma('writable_schema = on');
    connection
      .prepare(`update sqlite_master set sql = replace(sql, 'UNIQUE ', '') where name = 'ticket_id'`)
      .run();
    connection.pragma('writable_schema = reset');
    connection.exec(`update ticket set id = 't-00000001' where rid = 2`).close();
    expect(await found()).toEqual([
      ['ticket.id', 'duplicate', null, [[1], [2]]],
      ['message.body', 'number', 'to-text', [[1]]],
      ['message.created_at', 'null', null, [[2]]],
    ]);
  });

  it('mends nothing into a value that another row has', async () => {
    damage(
      `update tag set name = 'a' || char(65533); insert into tag (name) values ('a' || char(0)), (x'61ff')`,
    );
    expect(await found()).toEqual([
      ['tag.name', 'nul', 'replace', [[2]]],
      ['tag.name', 'duplicate', null, [[2], [3]]],
      ['tag.name', 'bytes', 'decode', [[3]]],
    ]);
  });

  it('counts all, names some, and tells how far it is', async () => {
    damage(`update message set body = char(0)`);
    const rows: Record<string, number> = {};
    const scan = await scanOddRows(path, tables, {
      listed: 2,
      onRows: ({ name }, count) => (rows[name] = (rows[name] ?? 0) + count),
    });
    expect(scan).toMatchObject({ total: 60, obstacles: 0, leftOut: { message: 0 } });
    expect(describeOddRows(scan, tables)).toEqual([
      'message.body: NUL in a text (--repair: it becomes U+FFFD) at rid 1; rid 2; and 58 more',
    ]);
    expect(rows).toMatchObject({ message: 60, ticket: 30, idempotency_key: 1 });
  });

  it('is refused for what it cannot read', async () => {
    await expect(scanOddRows(join(folder, 'nothing'), tables)).rejects.toThrow(/Cannot read the database/);
    const other = join(folder, 'other.sqlite');
    new Database(other).exec(`pragma encoding = 'UTF-16'; create table t (a)`).close();
    await expect(scanOddRows(other, tables)).rejects.toThrow(/UTF-16le.*only UTF-8 is carried/);
    new Database(join(folder, 'empty.sqlite')).exec('create table t (a)').close();
    await expect(scanOddRows(join(folder, 'empty.sqlite'), tables)).rejects.toThrow(/no such table: user/);
    await expect(scanOddRows(path, tables, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

const MENDABLE = `
  update message set body = cast(x'61006200' as text) where rid in (3, 7);
  update message set body = cast(x'61eda0bdedb88062ff' as text) where rid = 8;
  update message set ticket_rid = 777 where rid in (10, 60);
  update ticket set subject = replace(hex(zeroblob(101)), '0', 'ü') where rid = 2;
  update ticket set solved_at = '2026-11-26 04:00:00', closed_at = 9223372036854775807, follow_up_of_rid = 999 where rid = 3;
  update refresh_token set hash = cast(x'ff' as text) where session_rid = 1`;

describe('a desk that is mended as it is read', () => {
  let source: RepairedRowSource;

  beforeEach(async () => {
    damage(MENDABLE);
    source = RepairedRowSource.openRepaired(path, tables, await scanOddRows(path, tables));
  });
  afterEach(() => source.close());

  it('has its rows mended in their order, and counts those that stay', async () => {
    const bodies = (await rowsOf(source, 'message')).map(([rid, , , , , body]) => [rid, body]);
    expect(bodies).toHaveLength(58);
    expect(bodies).toContainEqual([3, 'a\ufffdb\ufffd']);
    expect(bodies).toContainEqual([8, 'a😀b\ufffd']);
    expect(bodies.map(([rid]) => rid)).not.toContain(10);
    expect(await source.count(table('message'))).toBe(58);
    expect(await source.count(table('ticket'))).toBe(30);
    const [ticket] = await rowsOf(source, 'ticket', [2]);
    expect(ticket?.slice(0, 3)).toEqual([3, 't-00000003', expect.stringContaining('Subject 3')]);
    expect(ticket).toEqual(expect.arrayContaining([1_795_665_600_000, 8.64e15]));
    expect((await rowsOf(source, 'message', [7])).slice(0, 3).map(([rid]) => rid)).toEqual([8, 9, 11]);
  });

  it('reads the same each time, and leaves what is sound as it is', async () => {
    const plain = SqliteRowSource.open(path);
    const [first, second] = [await digestDesk(source, tables), await digestDesk(source, tables)];
    expect(second).toEqual(first);
    const differing = differingTables(first, await digestDesk(plain, tables));
    expect(differing.sort()).toEqual(['message', 'refresh_token', 'ticket']);
    await plain.close();
  });

  it('has every change written down, exactly as it was', async () => {
    const record = join(folder, 'repairs.jsonl');
    expect(await recordRepairs(source, tables, record)).toEqual({
      ...{ replace: 3, 'leave-out': 3, cut: 1, 'to-number': 1, nearest: 1, clear: 1 },
    });
    expect(statSync(record).mode & 0o777).toBe(0o600);
    const lines = readFileSync(record, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(10);
    expect(lines).toEqual(
      expect.arrayContaining([
        {
          ...{ table: 'message', key: [3], column: 'body', rules: ['replace'] },
          ...{ before: { text: 'a\0b\0' }, after: 'a\ufffdb\ufffd' },
        },
        {
          ...{ table: 'message', key: [8], column: 'body', rules: ['replace'] },
          ...{ before: { textInBase64: 'Ye2gve24gGL/' }, after: 'a😀b\ufffd' },
        },
        expect.objectContaining({ column: 'closed_at', before: { integer: '9223372036854775807' } }),
        expect.objectContaining({ column: 'follow_up_of_rid', before: { integer: '999' }, after: null }),
        {
          ...{ table: 'refresh_token', key: ["x'ff'"], because: ['hash'] },
          leftOut: expect.objectContaining({ hash: { textInBase64: '/w==' }, used_at: null }),
        },
        expect.objectContaining({ table: 'message', key: [10], because: ['ticket_rid'] }),
      ]),
    );
  });

  it('has nothing written down of what stood there where it is masked', async () => {
    const record = join(folder, 'repairs.jsonl');
    await recordRepairs(source, tables, record, undefined, false);
    const lines = readFileSync(record, 'utf8');
    expect(lines).toContain('{"table":"message","key":[8],"column":"body","rules":["replace"]}');
    expect(lines).toContain('{"table":"refresh_token","key":[null],"leftOut":true,"because":["hash"]}');
    expect(lines).not.toMatch(/Subject|before|after|text/);
  });
});

describeOnPostgres('a mended desk', () => {
  let database: TestDatabase;
  let target: DataSource;

  beforeEach(async () => {
    database = await testDatabase();
    target = await openDatabase(databaseSchema.parse(database.env));
  });
  afterEach(async () => {
    await target.destroy();
    await database.drop();
  });

  const copy = async (source: SqliteRowSource): Promise<void> => {
    const { from } = await import('pg-copy-streams');
    const config = databaseSchema.parse(database.env);
    if (config.type !== 'postgres') throw new Error('This is about PostgreSQL');
    const client = await connectTo(config);
    try {
      for (const each of tables) {
        const stream = client.query(
          from(
            `copy ${quoted(each.name)} (${each.columns.map(({ name }) => quoted(name)).join()}) from stdin`,
          ),
        );
        const done = new Promise((resolve, reject) => stream.on('finish', resolve).on('error', reject));
        for await (const { bytes } of source.lines(each)) stream.write(bytes);
        stream.end();
        await done;
      }
    } finally {
      await client.end();
    }
  };

  it('is taken by PostgreSQL, with all its constraints, which refuses it unmended', async () => {
    damage(`${MENDABLE}; update user set name = x'c3a9', disabled_at = 1.5 where rid = 4;
      update user set created_at = -9e18, email_norm = 'a' || char(0) where rid = 5`);
    const found = await scanOddRows(path, tables);
    expect(found.obstacles).toBe(0);
    const plain = SqliteRowSource.open(path);
    await expect(copy(plain)).rejects.toThrow(/^invalid/);
    await plain.close();
    await target.query(`truncate ${tables.map(({ name }) => quoted(name)).join(', ')} cascade`);

    const source = RepairedRowSource.openRepaired(path, tables, found);
    await copy(source);
    const arrived = await openRowSource(databaseSchema.parse(database.env));
    expect(await digestDesk(arrived, tables)).toEqual(await digestDesk(source, tables));
    await Promise.all([arrived.close(), source.close()]);
  });
});
