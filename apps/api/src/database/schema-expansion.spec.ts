import type { Catalogue, CatalogueTable } from './schema-catalogue';
import { limitOf, normalCondition } from './schema-condition';
import { takenAway } from './schema-expansion';

const column = (type: string, given: object = {}) => ({
  type,
  nullable: false,
  default: null,
  generated: false,
  ...given,
});
const ticket: CatalogueTable = {
  columns: {
    rid: column('integer', { generated: true }),
    subject: column('varchar(200)'),
    status: column('varchar(10)'),
    priority: column('smallint', { default: '0' }),
    requester_rid: column('integer'),
    solved_at: column('bigint', { nullable: true }),
  },
  key: ['rid'],
  indexes: { ticket_by_status: { columns: ['status', 'rid'], unique: false, where: null } },
  checks: { ticket_status: `status IN ['new', 'open']`, ticket_priority: 'priority BETWEEN 0 AND 3' },
  references: {
    fk_ticket_requester: {
      columns: ['requester_rid'],
      table: 'user',
      referenced: ['rid'],
      onDelete: 'CASCADE',
      onUpdate: 'NO ACTION',
    },
  },
};
const reference = {
  ...(ticket.references['fk_ticket_requester'] as object),
} as CatalogueTable['references'][string];
const schema = (tables: Catalogue['tables']): Catalogue => ({ tables, engine: [] });
const changes = (change: (table: CatalogueTable) => void): string[] => {
  const after = structuredClone(ticket);
  change(after);
  return takenAway(schema({ ticket }), schema({ ticket: after }));
};

describe('a change of the schema that only adds', () => {
  it.each<[string, (table: CatalogueTable) => void]>([
    ['nothing', () => undefined],
    ['a column that may be empty', ({ columns }) => (columns['team'] = column('text', { nullable: true }))],
    ['a column with a default', ({ columns }) => (columns['team'] = column('integer', { default: '1' }))],
    ['a longer text', ({ columns }) => (columns['subject'] = column('varchar(300)'))],
    ['a text without end', ({ columns }) => (columns['subject'] = column('text'))],
    ['a wider number', ({ columns }) => (columns['priority'] = column('integer', { default: '0' }))],
    ['a default', ({ columns }) => (columns['subject'] = column('varchar(200)', { default: "'none'" }))],
    ['an index', ({ indexes }) => (indexes['more'] = { columns: ['subject'], unique: false, where: null })],
    ['a wider choice', ({ checks }) => (checks['ticket_status'] = `status IN ['open', 'spam', 'new']`)],
    ['a wider range', ({ checks }) => (checks['ticket_priority'] = 'priority BETWEEN -1 AND 4')],
    ['a check less', ({ checks }) => delete checks['ticket_status']],
    [
      'a column with a check, a unique index and a foreign key of its own',
      (table) => {
        table.columns['team_rid'] = column('integer', { nullable: true });
        table.checks['team'] = 'team_rid BETWEEN 1 AND 9';
        table.indexes['team'] = { columns: ['team_rid', 'status'], unique: true, where: null };
        table.references['fk_team'] = { ...reference, columns: ['team_rid'], table: 'team' };
      },
    ],
  ])('takes nothing away: %s', (_, change) => expect(changes(change)).toEqual([]));

  it('takes nothing away by a new table, whatever it is like', () => {
    expect(takenAway(schema({ ticket }), schema({ ticket, other: ticket }))).toEqual([]);
  });
});

describe('a change of the schema that takes something away is found', () => {
  it('a table', () => expect(takenAway(schema({ ticket }), schema({}))).toEqual(['table ticket is gone']));

  it('what one engine has alone, such as the search index of SQLite', () => {
    const [index, trigger] = ['CREATE VIRTUAL TABLE search USING fts5(text)', 'CREATE TRIGGER t'];
    const before = { tables: {}, engine: [index] };
    expect(takenAway(before, { tables: {}, engine: [index, trigger] })).toEqual([]);
    expect(takenAway(before, { tables: {}, engine: [trigger] })).toEqual([`gone, or another one: ${index}`]);
  });

  it.each<[string, (table: CatalogueTable) => void, string]>([
    ['a column', ({ columns }) => delete columns['subject'], 'column subject is gone'],
    [
      'a column that must be given',
      ({ columns }) => (columns['team'] = column('integer')),
      'new column team must be given, and who does not know it gives none',
    ],
    [
      'a shorter text',
      ({ columns }) => (columns['subject'] = column('varchar(100)')),
      'column subject was varchar(200) and is varchar(100)',
    ],
    [
      'a smaller number',
      ({ columns }) => (columns['solved_at'] = column('integer', { nullable: true })),
      'column solved_at was bigint and is integer',
    ],
    [
      'another order of texts',
      ({ columns }) => (columns['subject'] = column('varchar(200) collate en')),
      'column subject was varchar(200) and is varchar(200) collate en',
    ],
    [
      'a number that became a text',
      ({ columns }) => (columns['priority'] = column('text', { default: '0' })),
      'column priority was smallint and is text',
    ],
    [
      'emptiness',
      ({ columns }) => (columns['solved_at'] = column('bigint')),
      'column solved_at may no longer be empty',
    ],
    [
      'that there is always a value',
      ({ columns }) => (columns['subject'] = column('varchar(200)', { nullable: true })),
      'column subject may be empty now, which nobody expects of it',
    ],
    [
      'a default',
      ({ columns }) => (columns['priority'] = column('smallint')),
      'column priority had the default 0, and now none',
    ],
    [
      'keys that the table makes',
      ({ columns }) => (columns['rid'] = column('integer')),
      'column rid is no longer made by the table',
    ],
    ['the primary key', (table) => (table.key = ['rid', 'subject']), 'the primary key is another one'],
    ['an index', ({ indexes }) => delete indexes['ticket_by_status'], 'index ticket_by_status is gone'],
    [
      'an index by other columns',
      ({ indexes }) => (indexes['ticket_by_status'] = { columns: ['status'], unique: false, where: null }),
      'index ticket_by_status is another one',
    ],
    [
      'duplicates',
      ({ indexes }) => (indexes['subjects'] = { columns: ['subject'], unique: true, where: null }),
      'new unique index subjects refuses rows that were taken before',
    ],
    [
      'a choice',
      ({ checks }) => (checks['ticket_status'] = `status IN ['new', 'spam']`),
      `check ticket_status is narrower than before: status IN ['new', 'spam']`,
    ],
    [
      'a part of a range',
      ({ checks }) => (checks['ticket_priority'] = 'priority BETWEEN 1 AND 9'),
      'check ticket_priority is narrower than before: priority BETWEEN 1 AND 9',
    ],
    [
      'by a new check',
      ({ checks }) => (checks['subject'] = `subject IN ['a']`),
      `check subject is narrower than before: subject IN ['a']`,
    ],
    [
      'by a check that is not understood',
      ({ checks }) => (checks['subject'] = 'length(subject) > 3'),
      'check subject is narrower than before: length(subject) > 3',
    ],
    [
      'by a new foreign key',
      ({ references }) => (references['fk_status'] = { ...reference, columns: ['status'], table: 'status' }),
      'new foreign key fk_status refuses rows that were taken before',
    ],
    [
      'that rows go with what they belong to',
      ({ references }) => (references['fk_ticket_requester'] = { ...reference, onDelete: 'NO ACTION' }),
      'foreign key fk_ticket_requester is gone, or another one',
    ],
  ])('%s', (_, change, said) => expect(changes(change)).toEqual([`ticket: ${said}`]));
});

describe('the condition of a check', () => {
  it.each([
    [`"role" IN ('customer', 'agent')`, `role IN ['customer', 'agent']`],
    [
      `CHECK (((role)::text = ANY ((ARRAY['customer'::character varying, 'agent'::character varying])::text[])))`,
      `role IN ['customer', 'agent']`,
    ],
    ['"priority" BETWEEN 0 AND 3', 'priority BETWEEN 0 AND 3'],
    ['CHECK (((priority >= 0) AND (priority <= 3)))', 'priority BETWEEN 0 AND 3'],
    ['CHECK ((id = 1))', 'id = 1'],
    [`"a" IS NULL AND "b" IN ('x', 'y')`, `a IS NULL AND b IN ['x', 'y']`],
    [
      `((a IS NULL) AND ((b)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])))`,
      `a IS NULL AND b IN ['x', 'y']`,
    ],
    [`((status)::text = 'queued'::text)`, `status = 'queued'`],
    ['(provider_id IS NOT NULL)', 'provider_id IS NOT NULL'],
    ['length("a") > 3', 'length(a) > 3'],
    ['("a" > 1 OR "b" > 1) AND "c" > 1', '(a > 1 OR b > 1) AND c > 1'],
  ])('%s reads %s', (sql, words) => expect(normalCondition(sql)).toBe(words));

  it.each([
    [`status IN ['new', 'on hold']`, { column: 'status', among: ['new', 'on hold'] }],
    ['id = 1', { column: 'id', among: ['1'] }],
    ['priority BETWEEN -1 AND 3', { column: 'priority', from: -1, to: 3 }],
    ['a IS NULL', null],
    ['priority BETWEEN 0 AND 3 AND a IS NULL', null],
  ])('%s limits %j', (words, limit) => expect(limitOf(words)).toEqual(limit));
});
