import type { DataSource } from 'typeorm';

/** What TypeORM's own comparison passes over: it knows indexes by their set of columns, and checks by their name. */
export interface SchemaShape {
  /** CREATE INDEX by name: columns, their order, uniqueness and the condition of a partial one. */
  indexes: ReadonlyMap<string, string>;
  /** The condition of each CHECK, by table and name. */
  checks: ReadonlyMap<string, string>;
}

/** @param tables those of the entities; the search index and triggers belong to none */
export function readShape(dataSource: DataSource, tables: ReadonlySet<string>): Promise<SchemaShape> {
  return dataSource.options.type === 'postgres'
    ? readPostgres(dataSource, tables)
    : readSqlite(dataSource, tables);
}

/** As PostgreSQL itself writes them down, which is one way for all that means the same; without the schema's name. */
const POSTGRES_INDEXES = `
  select i.relname as name, t.relname as "tableName",
    replace(pg_get_indexdef(i.oid), ' ON ' || quote_ident(current_schema()) || '.', ' ON ') as sql
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  where t.relnamespace = current_schema()::regnamespace and not x.indisprimary`;
const POSTGRES_CHECKS = `
  select c.conname as name, t.relname as "tableName", pg_get_constraintdef(c.oid) as sql
  from pg_constraint c join pg_class t on t.oid = c.conrelid
  where c.contype = 'c' and c.connamespace = current_schema()::regnamespace`;

interface Described {
  name: string;
  tableName: string;
  sql: string;
}

async function readPostgres(dataSource: DataSource, tables: ReadonlySet<string>): Promise<SchemaShape> {
  const own = async (sql: string) =>
    (await dataSource.query<Described[]>(sql)).filter(({ tableName }) => tables.has(tableName));
  const [indexes, checks] = [await own(POSTGRES_INDEXES), await own(POSTGRES_CHECKS)];
  return {
    indexes: new Map(indexes.map(({ name, sql }) => [name, withoutCasts(sql)])),
    checks: new Map(checks.map(({ tableName, name, sql }) => [`${tableName}.${name}`, withoutCasts(sql)])),
  };
}

/**
 * PostgreSQL writes a condition with a cast and a bracket more or less, by how it was once written: what is left means the
 * same, and is SQL.
 */
function withoutCasts(sql: string): string {
  let text = sql.replace(/::(character varying|text|smallint|integer|bigint)(\[\])?/g, '');
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/(?<!btree )\((\w+|'[^']*'|ARRAY\[[^\]]*\]|\([^()]*\))\)/g, '$1');
  }
  // The list of ANY stands in brackets.
  return text.replace(/ANY (ARRAY\[[^\]]*\])/g, 'ANY ($1)');
}

async function readSqlite(dataSource: DataSource, tables: ReadonlySet<string>): Promise<SchemaShape> {
  const rows: { type: string; name: string; tableName: string; sql: string }[] = await dataSource.query(
    `select type, name, tbl_name as "tableName", sql from sqlite_master where type in ('table', 'index') and sql is not null`,
  );
  const own = rows.filter(({ tableName }) => tables.has(tableName));
  return {
    indexes: new Map(
      own.filter(({ type }) => type === 'index').map(({ name, sql }) => [name, inOneLine(sql)]),
    ),
    checks: new Map(
      own.filter(({ type }) => type === 'table').flatMap(({ name, sql }) => checksOf(name, inOneLine(sql))),
    ),
  };
}

export function checksOf(table: string, sql: string): [name: string, condition: string][] {
  const checks: [string, string][] = [];
  for (const match of sql.matchAll(/(?:CONSTRAINT "([^"]*)" )?CHECK \(/gi)) {
    const start = match.index + match[0].length;
    checks.push([`${table}.${match[1] ?? checks.length}`, upToClosing(sql, start)]);
  }
  return checks;
}

/** From behind an opening bracket to its closing one, whatever stands in quotes. */
function upToClosing(sql: string, start: number): string {
  let depth = 1;
  let quote = '';
  for (let at = start; at < sql.length; at++) {
    const character = sql.charAt(at);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return sql.slice(start, at).trim();
  }
  return sql.slice(start);
}

const inOneLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim();
