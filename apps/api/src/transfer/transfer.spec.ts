import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { openSqlite } from '../database/sqlite';
import { fillDesk } from '../testing/filled-desk';
import { type TestDatabase, describeOnPostgres, testDatabase } from '../testing/test-database';
import { differingTables, digestDesk } from './digest';
import { firstDifferences } from './differences';
import { openRowSource } from './open-row-source';
import { SqliteRowSource } from './sqlite.row-source';
import { type TableShape, tablesOf } from './tables';

let folder: string;
let path: string;
let sqlite: DataSource;
let tables: TableShape[];

const table = (name: string): TableShape => tables.find((one) => one.name === name) as TableShape;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-transfer-'));
  path = join(folder, 'desk.sqlite');
  sqlite = await openSqlite(path);
  await migrate(sqlite);
  await fillDesk(sqlite);
  tables = tablesOf(sqlite);
});
afterEach(async () => {
  await sqlite.destroy();
  rmSync(folder, { recursive: true });
});

describe('the tables of a desk', () => {
  it('come each behind those that they refer to, and the place’s own are not among them', () => {
    const names = tables.map(({ name }) => name);
    for (const { name, foreignKeys } of tables)
      for (const key of foreignKeys)
        expect(names.indexOf(key.table)).toBeLessThanOrEqual(names.indexOf(name));
    expect(names).not.toContain('maintenance');
    expect(names).toHaveLength(16);
  });

  it('know what both engines know of a column', () => {
    expect(table('attachment').columns).toContainEqual(
      expect.objectContaining({ name: 'size', kind: 'integer', bits: 64, isInstant: false, nullable: false }),
    );
    expect(table('ticket').columns).toContainEqual(
      expect.objectContaining({ name: 'waiting_since', bits: 64, isInstant: true, nullable: true }),
    );
    expect(table('ticket_tag').key).toEqual(['tag_rid', 'ticket_rid']);
  });
});

describe('a desk in SQLite, read', () => {
  it('is as it was when reading began, whatever is written meanwhile', async () => {
    const source = SqliteRowSource.open(path);
    const before = await digestDesk(source, tables);
    await sqlite.query(`update ticket set subject = 'changed' where rid = 1`);
    expect(await digestDesk(source, tables)).toEqual(before);
    await source.close();
    const later = SqliteRowSource.open(path);
    expect(differingTables(before, await digestDesk(later, tables))).toEqual(['ticket']);
    await later.close();
  });

  it('goes on behind a key, and knows how far numbering has come', async () => {
    const source = SqliteRowSource.open(path);
    const rows = [];
    for await (const batch of source.rows(table('ticket'), [28])) rows.push(...batch);
    expect(rows.map(([rid]) => rid)).toEqual([29, 30]);
    const keys = [];
    for await (const { lastKey } of source.lines(table('ticket_tag'), [0, 5])) keys.push(lastKey);
    expect(keys).toEqual([[1, 1]]);
    expect(await source.lastKeyGiven(table('user'))).toBe(6);
    expect(await source.count(table('user'))).toBe(5);
    await source.close();
  });

  it('is refused where there is none, or something else', async () => {
    expect(() => SqliteRowSource.open(join(folder, 'nothing'))).toThrow(/Cannot read the database/);
    const other = join(folder, 'other');
    new Database(other).exec('create table t (a)').close();
    const source = SqliteRowSource.open(other);
    expect(await source.migrations()).toEqual([]);
    await source.close();
  });

  it('differs from another at the rows that differ, named by key and column', async () => {
    const changed = join(folder, 'changed.sqlite');
    await sqlite.query('vacuum into ?', [changed]);
    const connection = new Database(changed);
    connection.exec(`update message set body = body || '!' where rid = 7; delete from message where rid = 10;
      insert into message (rid, id, ticket_rid, author_rid, kind, body, created_at) values (99, 'm', 1, 4, 'note', '', 1)`);
    connection.close();
    const [one, other] = [SqliteRowSource.open(path), SqliteRowSource.open(changed)];
    expect(await firstDifferences(table('message'), one, other, 10)).toEqual([
      { key: [7], differs: { columns: ['body'] } },
      { key: [10], differs: 'only in the source' },
      { key: [99], differs: 'only in the target' },
    ]);
    expect(await firstDifferences(table('message'), one, other, 1)).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });
});

describeOnPostgres('the same desk in PostgreSQL', () => {
  let database: TestDatabase;
  let desk: DataSource;

  beforeEach(async () => {
    database = await testDatabase();
    desk = await openDatabase(databaseSchema.parse(database.env));
    await fillDesk(desk);
  });
  afterEach(async () => {
    await desk.destroy();
    await database.drop();
  });

  it('has the same digest, rows and numbers', async () => {
    const [one, other] = [
      SqliteRowSource.open(path),
      await openRowSource(databaseSchema.parse(database.env)),
    ];
    expect(await digestDesk(other, tables)).toEqual(await digestDesk(one, tables));
    for (const each of tables) {
      expect(await firstDifferences(each, one, other, 1)).toEqual([]);
      expect(await other.lastKeyGiven(each)).toBe(await one.lastKeyGiven(each));
      expect(await other.count(each)).toBe(await one.count(each));
    }
    const after = [];
    for await (const batch of other.rows(table('idempotency_key'), [1, 'z'])) after.push(...batch);
    expect(after.map(([, key]) => key)).toEqual(['k']);
    expect(await other.migrations()).toEqual(await one.migrations());
    await Promise.all([one.close(), other.close()]);
  });

  it('numbers on behind a key that was set and not given yet', async () => {
    await desk.query('alter table tag alter column rid restart with 41');
    const source = await openRowSource(databaseSchema.parse(database.env));
    expect(await source.lastKeyGiven(table('tag'))).toBe(40);
    await source.close();
  });

  it('is read on behind any key, whatever the database takes a backslash for', async () => {
    const set = (value: string) =>
      desk.query(
        `do $$ begin execute format('alter database %I set standard_conforming_strings = ${value}', current_database()); end $$`,
      );
    await set('off');
    try {
      const source = await openRowSource(databaseSchema.parse(database.env));
      const after = [];
      for await (const batch of source.rows(table('idempotency_key'), [2, "z\\' or true --"]))
        after.push(...batch);
      expect(after).toEqual([]);
      await source.close();
    } finally {
      // Another test gets this database.
      await set('on');
    }
  });

  it('is as it was when reading began', async () => {
    const source = await openRowSource(databaseSchema.parse(database.env));
    const before = await digestDesk(source, tables);
    await desk.query(`update ticket set subject = 'changed' where rid = 1`);
    expect(await digestDesk(source, tables)).toEqual(before);
    await source.close();
  });
});
