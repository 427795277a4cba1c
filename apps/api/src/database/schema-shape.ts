import type { DataSource } from 'typeorm';

/** What TypeORM's own comparison passes over: it knows indexes by their set of columns, and checks by their name. */
export interface SchemaShape {
  /** CREATE INDEX by name: columns, their order, uniqueness and the condition of a partial one. */
  indexes: ReadonlyMap<string, string>;
  /** The condition of each CHECK, by table and name. */
  checks: ReadonlyMap<string, string>;
}

/** @param tables those of the entities; the search index and triggers belong to none */
export async function readShape(dataSource: DataSource, tables: ReadonlySet<string>): Promise<SchemaShape> {
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

function checksOf(table: string, sql: string): [name: string, condition: string][] {
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
