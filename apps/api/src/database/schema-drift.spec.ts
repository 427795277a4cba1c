import type { DataSource } from 'typeorm';
import { driftOf as driftOnEngine, schemaDrift } from './schema-drift';
import { openSqlite } from './sqlite';

const NONE = { statements: [], checks: [] };
const SQLITE = { type: 'sqlite', path: ':memory:' } as const;

describe('the check for drift between entities and schema, on SQLite', () => {
  let altered: DataSource | undefined;
  afterEach(async () => {
    await altered?.destroy();
    altered = undefined;
  });

  const driftOf = (desk: DataSource) => driftOnEngine(desk, SQLITE);

  /** A desk whose migrations had made something else in one place. */
  async function schemaWith(given: string, instead: string): Promise<DataSource> {
    const migrated = await openSqlite(':memory:');
    await migrated.runMigrations();
    const rows: { sql: string }[] = await migrated.query(
      `select sql from sqlite_master where sql is not null and name not like 'sqlite%' and name not like 'ticket_fts%' order by rowid`,
    );
    await migrated.destroy();
    const statements = rows.map(({ sql }) => sql.replaceAll(/\s+/g, ' '));
    expect(statements.filter((sql) => sql.includes(given))).toHaveLength(1);
    altered = await openSqlite(':memory:');
    for (const sql of statements.map((text) => text.replace(given, instead)))
      if (sql !== '') await altered.query(sql);
    return altered;
  }

  it('finds none in what the migrations bring an empty database to, the search index left aside', async () => {
    expect(await schemaDrift(SQLITE)).toEqual(NONE);
  });

  it('finds none where only the layout of a statement differs', async () => {
    expect(await driftOf(await schemaWith('ON "tag" ("name")', 'ON  "tag"\n ("name")'))).toEqual(NONE);
  });

  it.each([
    ['a sixth status', `'solved', 'closed'))`, `'solved', 'closed', 'spam'))`, 'ticket.ticket_status'],
    ['a status less', `'pending', 'solved', 'closed'))`, `'pending', 'solved'))`, 'ticket.ticket_status'],
    ['another range', 'BETWEEN 0 AND 3', 'BETWEEN 0 AND 4', 'ticket.ticket_priority'],
    [
      'a check that is not there',
      `CONSTRAINT "message_kind" CHECK ("kind" IN ('reply', 'note')), `,
      '',
      'message.message_kind',
    ],
  ])('finds %s', async (_, given, instead, name) => {
    const { checks } = await driftOf(await schemaWith(given, instead));
    expect(checks).toEqual([expect.stringContaining(`CHECK ${name}:`)]);
  });

  it.each([
    ['a dropped index', 'CREATE INDEX "ticket_by_status" ON "ticket" ("status", "rid")', ''],
    [
      'another order of columns',
      'ON "ticket" ("status", "priority", "updated_at", "rid")',
      'ON "ticket" ("status", "updated_at", "priority", "rid")',
    ],
    [
      'a column less',
      '("requester_rid", "customer_updated_at", "rid", "status")',
      '("requester_rid", "customer_updated_at", "rid")',
    ],
    ['an index that is no longer unique', 'CREATE UNIQUE INDEX "tag_name"', 'CREATE INDEX "tag_name"'],
    ['another condition of a partial index', `IN ('new', 'open', 'pending')`, `IN ('new', 'open')`],
    ['a partial index that became whole', ` WHERE "ticket_rid" IS NULL`, ''],
  ])('finds %s, and how to mend it', async (_, given, instead) => {
    const desk = await schemaWith(given, instead);
    const { statements, checks } = await driftOf(desk);
    expect(checks).toEqual([]);
    expect(statements.length).toBeGreaterThan(0);
    for (const { up } of statements) await desk.query(up);
    expect(await driftOf(desk)).toEqual(NONE);
    for (const { down } of statements.toReversed()) await desk.query(down);
    expect((await driftOf(desk)).statements).toEqual(statements);
  });

  it('finds an index that no entity describes', async () => {
    const desk = await schemaWith('"tag_name"', '"tag_name"');
    await desk.query('CREATE INDEX "extra" ON "tag" ("ticket_count")');
    expect((await driftOf(desk)).statements).toEqual([
      { up: 'DROP INDEX "extra"', down: expect.stringContaining('"extra"') },
    ]);
  });

  it('finds a column that is not there', async () => {
    const { statements } = await driftOf(await schemaWith('"closed_at" bigint, ', ''));
    expect(statements.map(({ up }) => up).join()).toContain('"closed_at"');
  });
});
