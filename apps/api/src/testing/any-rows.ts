import type { DataSource } from 'typeorm';
import type { Catalogue, CatalogueColumn, CatalogueTable } from '../database/schema-catalogue';
import { type Limit, limitOf } from '../database/schema-condition';

type Row = Record<string, string | number | null>;

/** The last row of a table is empty wherever it may be. */
const ROWS = 3;
/** Keys that were given out to rows that are gone. */
const KEYS_LOST = 7;
const AT = 1_795_305_600_000;

/** Rows for every empty table of any schema, made from what the database says of it; tables that have some keep theirs. */
export async function fillTables(desk: DataSource, { tables }: Catalogue): Promise<void> {
  for (const [name, table] of parentsFirst(tables)) {
    if ((await desk.query(`select 1 from "${name}" limit 1`)).length > 0) continue;
    for (let n = 1; n <= rowsOf(table); n += 1) await insert(desk, name, await rowOf(desk, name, table, n));
    if (Object.values(table.columns).some(({ generated }) => generated)) await loseKeys(desk, name);
  }
  for (const [name, columns] of await fullTextTables(desk))
    for (let n = 1; n <= ROWS; n += 1) {
      const words = Object.fromEntries(columns.map((column) => [column, `w${n}`]));
      await insert(desk, name, { rowid: n, ...words });
    }
}

/** Everything that must survive: the rows of these tables and columns, their numbering, and what the search finds. */
export async function contentsOf(desk: DataSource, { tables }: Catalogue): Promise<object> {
  const contents: Record<string, unknown> = {};
  for (const [name, { columns, key }] of Object.entries(tables)) {
    const listed = Object.keys(columns).map(quoted).join(', ');
    contents[name] = await desk.query(
      `select ${listed} from "${name}" order by ${key.map(quoted).join(', ')}`,
    );
  }
  for (const [name] of await fullTextTables(desk))
    for (let n = 1; n <= ROWS; n += 1) {
      const found = await desk.query(`select rowid as rid from "${name}" where "${name}" match 'w${n}'`);
      if (found.length > 0) contents[`w${n} in ${name}`] = found;
    }
  return { ...contents, numbering: await numbering(desk, Object.keys(tables)) };
}

const quoted = (name: string): string => `"${name}"`;

async function insert(desk: DataSource, table: string, row: Row): Promise<void> {
  const places = Object.keys(row).map(() => '?');
  await desk.query(
    `insert into "${table}" (${Object.keys(row).map(quoted).join(', ')}) values (${places.join(', ')})`,
    Object.values(row),
  );
}

function parentsFirst(tables: Catalogue['tables']): [string, CatalogueTable][] {
  const ordered = new Map<string, CatalogueTable>();
  const visit = (name: string): void => {
    const table = tables[name];
    if (table === undefined || ordered.has(name)) return;
    for (const parent of Object.values(table.references)) if (parent.table !== name) visit(parent.table);
    ordered.set(name, table);
  };
  Object.keys(tables).forEach(visit);
  return [...ordered];
}

const limitsOf = ({ checks }: CatalogueTable): Limit[] =>
  Object.values(checks).map((condition) => {
    const limit = limitOf(condition);
    if (limit === null) throw new Error(`Rows for this check are not known: ${condition}`);
    return limit;
  });

/** A unique column that has few values allows few rows. */
function rowsOf(table: CatalogueTable): number {
  const unique = [
    table.key,
    ...Object.values(table.indexes).flatMap((one) => (one.unique ? [one.columns] : [])),
  ];
  const few = limitsOf(table).filter(({ column }) => unique.some((columns) => columns.join() === column));
  return Math.min(ROWS, ...few.map((limit) => ('among' in limit ? limit.among.length : ROWS)));
}

async function rowOf(desk: DataSource, name: string, table: CatalogueTable, n: number): Promise<Row> {
  const row: Row = {};
  for (const [column, shape] of Object.entries(table.columns)) {
    if (shape.generated) continue;
    row[column] = shape.nullable && n === ROWS ? null : valueOf(column, shape, limitsOf(table), n);
  }
  for (const { columns, table: parent, referenced } of Object.values(table.references)) {
    const found = await parentOf(desk, parent, referenced, parent === name ? n - 1 : n);
    columns.forEach((column, place) => {
      if (row[column] !== null) row[column] = found?.[referenced[place] as string] ?? null;
    });
  }
  return row;
}

async function parentOf(desk: DataSource, table: string, key: string[], n: number): Promise<Row | undefined> {
  const listed = key.map(quoted).join(', ');
  const rows: Row[] = await desk.query(`select ${listed} from "${table}" order by ${listed} limit ${n}`);
  return rows[n - 1];
}

function valueOf(name: string, { type }: CatalogueColumn, limits: Limit[], n: number): string | number {
  const limit = limits.find(({ column }) => column === name);
  if (limit && 'from' in limit) return limit.from + n - 1;
  if (limit) {
    const value = limit.among[(n - 1) % limit.among.length] as string;
    return type.startsWith('varchar') || type === 'text' ? value : Number(value);
  }
  const length = /^varchar\((\d+)\)$/.exec(type)?.[1];
  if (length !== undefined || type === 'text')
    return [...`${n}é😀 ${name}\tשלום\n%`].slice(0, Number(length ?? Infinity)).join('');
  const values: Record<string, string | number> = {
    smallint: n,
    integer: 1_000 + n,
    bigint: AT + n,
    tsvector: `'w${n}':1`,
  };
  const value = values[type];
  if (value === undefined) throw new Error(`Values of ${name} are not known: ${type}`);
  return value;
}

/** The greatest keys are those of rows that are gone: whoever builds a table anew must go on behind them. */
async function loseKeys(desk: DataSource, table: string): Promise<void> {
  await desk.query(
    desk.options.type === 'postgres'
      ? `select setval(pg_get_serial_sequence('"${table}"', 'rid'), (select max(rid) from "${table}") + ${KEYS_LOST})`
      : `update sqlite_sequence set seq = seq + ${KEYS_LOST} where name = '${table}'`,
  );
}

async function numbering(desk: DataSource, tables: readonly string[]): Promise<Record<string, number>> {
  if (tables.length === 0) return {};
  const rows: { name: string; last: number }[] = await desk.query(
    desk.options.type === 'postgres'
      ? `select replace(sequencename, '_rid_seq', '') as name, last_value as last from pg_sequences where schemaname = current_schema() order by 1`
      : 'select name, seq as last from sqlite_sequence order by name',
  );
  return Object.fromEntries(
    rows.filter(({ name }) => tables.includes(name)).map(({ name, last }) => [name, last]),
  );
}

/** SQLite's full-text indexes and their columns; PostgreSQL's is a table like any other. */
async function fullTextTables(desk: DataSource): Promise<[name: string, columns: string[]][]> {
  if (desk.options.type === 'postgres') return [];
  const rows: { table: string; name: string }[] = await desk.query(
    `select t.name as "table", c.name from pragma_table_list t join pragma_table_info(t.name) c where t.type = 'virtual'`,
  );
  const names = [...new Set(rows.map(({ table }) => table))];
  return names.map((name) => [name, rows.filter(({ table }) => table === name).map((row) => row.name)]);
}
