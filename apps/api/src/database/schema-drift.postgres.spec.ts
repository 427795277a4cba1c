import type { DataSource } from 'typeorm';
import { type DatabaseConfig, databaseSchema } from '../config/database.schema';
import { bareTestDatabase, describeOnPostgres, type TestDatabase } from '../testing/test-database';
import { migrate } from './migrate';
import { openDatabase } from './open-database';
import { driftOf, schemaDrift } from './schema-drift';

const NONE = { statements: [], checks: [] };

describeOnPostgres('the check for drift between entities and schema, on PostgreSQL', () => {
  let database: TestDatabase;
  let config: DatabaseConfig;
  let desk: DataSource;

  beforeAll(async () => {
    database = await bareTestDatabase();
    config = databaseSchema.parse(database.env);
    desk = await openDatabase(config);
    await migrate(desk);
  });
  afterAll(async () => {
    await desk.destroy();
    await database.drop();
  });

  const drift = () => driftOf(desk, config);
  const run = async (...statements: string[]) => {
    for (const statement of statements) await desk.query(statement);
  };

  it('finds none in what the migrations bring an empty database to, the search index left aside', async () => {
    expect(await schemaDrift(config)).toEqual(NONE);
    expect(await drift()).toEqual(NONE);
  });

  it('leaves nothing of its own behind', async () => {
    const schemas = await desk.query<{ name: string }[]>(
      `select nspname as name from pg_namespace where nspname like 'liftdesk_check%'`,
    );
    expect(schemas).toEqual([]);
  });

  const check = (statuses: string) => `check ("status" in (${statuses}))`;
  it.each([
    ['a sixth status', `'new', 'open', 'pending', 'solved', 'closed', 'spam'`],
    ['a status less', `'new', 'open', 'pending', 'solved'`],
  ])('finds %s', async (_, statuses) => {
    await run(
      'alter table ticket drop constraint ticket_status',
      `alter table ticket add constraint ticket_status ${check(statuses)}`,
    );
    expect((await drift()).checks).toEqual([expect.stringContaining('CHECK ticket.ticket_status:')]);
    await run(
      'alter table ticket drop constraint ticket_status',
      `alter table ticket add constraint ticket_status ${check(`'new', 'open', 'pending', 'solved', 'closed'`)}`,
    );
    expect(await drift()).toEqual(NONE);
  });

  it.each([
    ['a dropped index', 'ticket_by_status', null],
    [
      'another order of columns',
      'ticket_by_status_priority',
      'create index ticket_by_status_priority on ticket (status, updated_at, priority, rid)',
    ],
    [
      'a column less',
      'ticket_by_requester',
      'create index ticket_by_requester on ticket (requester_rid, customer_updated_at, rid)',
    ],
    ['an index that is no longer unique', 'tag_name', 'create index tag_name on tag (name)'],
    [
      'another condition of a partial index',
      'ticket_unassigned',
      `create index ticket_unassigned on ticket (updated_at, rid) where assignee_rid is null and status in ('new', 'open')`,
    ],
    [
      'a partial index that became whole',
      'attachment_staged',
      'create index attachment_staged on attachment (created_at)',
    ],
  ])('finds %s, and how to mend it', async (_, index, instead) => {
    await run(`drop index ${index}`);
    if (instead !== null) await run(instead);
    const { statements, checks } = await drift();
    expect(checks).toEqual([]);
    expect(statements.length).toBeGreaterThan(0);
    await run(...statements.map(({ up }) => up));
    expect(await drift()).toEqual(NONE);
  });

  it('finds an index that no entity describes', async () => {
    await run('create index extra on tag (ticket_count)');
    const { statements } = await drift();
    expect(statements).toEqual([{ up: expect.stringContaining('"extra"'), down: expect.any(String) }]);
    await run(...statements.map(({ up }) => up));
  });

  it.each([
    ['a column that is not there', 'drop column closed_at', 'add closed_at bigint', '"closed_at"'],
    [
      'a text that is not ordered by code point',
      'alter subject type varchar(200) collate "default"',
      'alter subject type varchar(200) collate "C"',
      'COLLATE "C"',
    ],
    [
      'a shorter text',
      'alter subject type varchar(40)',
      'alter subject type varchar(200) collate "C"',
      '"subject"',
    ],
    ['another default', 'alter version set default 2', 'alter version set default 1', '"version"'],
    ['a column that may be empty', 'alter subject drop not null', 'alter subject set not null', '"subject"'],
  ])('finds %s', async (_, change, undo, told) => {
    await run(`alter table ticket ${change}`);
    const { statements } = await drift();
    await run(`alter table ticket ${undo}`);
    expect(statements.map(({ up }) => up).join()).toContain(told);
    expect(await drift()).toEqual(NONE);
  });
});
