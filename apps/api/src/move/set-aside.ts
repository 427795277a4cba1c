import type { Client } from 'pg';

/** A part of the schema that is dropped while rows come, and made again behind them. */
export interface Definition {
  name: string;
  table: string;
  kind: 'index' | 'key';
  /** What makes it. */
  sql: string;
}

const INDEXES = `
  select i.relname as name, t.relname as "table", 'index' as kind, pg_get_indexdef(i.oid) as sql
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  where t.relnamespace = current_schema()::regnamespace and t.relname = any($1) and not x.indisprimary
  order by pg_relation_size(t.oid) desc, i.relname`;
const KEYS = `
  select c.conname as name, t.relname as "table", 'key' as kind,
    format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as sql
  from pg_constraint c join pg_class t on t.oid = c.conrelid
  where t.relnamespace = current_schema()::regnamespace and t.relname = any($1) and c.contype = 'f' and c.convalidated
  order by c.conname`;

/** Secondary indexes and validated foreign keys of these tables, as PostgreSQL itself writes them down. */
export async function definitionsOf(client: Client, tables: readonly string[]): Promise<Definition[]> {
  const found: Definition[] = [];
  for (const sql of [INDEXES, KEYS]) found.push(...(await client.query<Definition>(sql, [tables])).rows);
  return found;
}

/** Those that are not there (any more, or yet). */
export async function missing(client: Client, definitions: readonly Definition[]): Promise<Definition[]> {
  return without(
    definitions,
    await definitionsOf(client, [...new Set(definitions.map(({ table }) => table))]),
  );
}

/** Those that are not among others. */
export function without(definitions: readonly Definition[], others: readonly Definition[]): Definition[] {
  const idOf = ({ kind, table, name }: Definition): string => `${kind} ${table} ${name}`;
  const known = new Set(others.map(idOf));
  return definitions.filter((one) => !known.has(idOf(one)));
}

/** Keys before indexes, of which some serve them. */
export const dropping = (definitions: readonly Definition[]): string[] => [
  ...definitions
    .filter(({ kind }) => kind === 'key')
    .map(({ table, name }) => `alter table "${table}" drop constraint "${name}"`),
  ...definitions.filter(({ kind }) => kind === 'index').map(({ name }) => `drop index "${name}"`),
];
