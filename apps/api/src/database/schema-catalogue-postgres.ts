import type { DataSource } from 'typeorm';
import type {
  Catalogue,
  CatalogueColumn,
  CatalogueIndex,
  CatalogueReference,
  CatalogueTable,
} from './schema-catalogue';
import { normalCondition } from './schema-condition';

const HERE = 'current_schema()::regnamespace';

const COLUMNS = `
  select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
    pg_get_expr(d.adbin, d.adrelid) as "default", a.attidentity <> '' as generated,
    nullif(l.collname, 'C') as collation
  from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
  where c.relnamespace = ${HERE} and c.relkind = 'r' and c.relname <> 'migrations' and a.attnum > 0 and not a.attisdropped
  order by c.relname, a.attnum`;

const KEYS = `
  select c.relname as "table", a.attname as name
  from pg_constraint k join pg_class c on c.oid = k.conrelid cross join unnest(k.conkey) with ordinality as part(number, place)
  join pg_attribute a on a.attrelid = c.oid and a.attnum = part.number
  where k.connamespace = ${HERE} and k.contype = 'p' order by c.relname, part.place`;

const INDEXES = `
  select c.relname as "table", i.relname as name, x.indisunique as unique, pg_get_expr(x.indpred, x.indrelid) as "where",
    case when m.amname <> 'btree' then m.amname || coalesce(' ' || array_to_string(i.reloptions, ','), '') end as using,
    (select json_agg(pg_get_indexdef(i.oid, n, true) || case when x.indoption[n - 1] & 1 = 1 then ' DESC' else '' end order by n)
      from generate_series(1, x.indnkeyatts) n) as columns
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid join pg_am m on m.oid = i.relam
  where c.relnamespace = ${HERE} and not x.indisprimary order by i.relname`;

const CHECKS = `
  select c.relname as "table", k.conname as name, pg_get_constraintdef(k.oid) as condition
  from pg_constraint k join pg_class c on c.oid = k.conrelid where k.connamespace = ${HERE} and k.contype = 'c' order by k.conname`;

const ACTION = (column: string): string =>
  `case ${column} when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'r' then 'RESTRICT' when 'd' then 'SET DEFAULT' else 'NO ACTION' end`;
const NAMES = (table: string, numbers: string): string =>
  `(select json_agg(a.attname order by part.place) from unnest(${numbers}) with ordinality as part(number, place)
    join pg_attribute a on a.attrelid = ${table} and a.attnum = part.number)`;
const REFERENCES = `
  select c.relname as "table", k.conname as name, t.relname as "to", ${NAMES('k.conrelid', 'k.conkey')} as columns,
    ${NAMES('k.confrelid', 'k.confkey')} as referenced, ${ACTION('k.confdeltype')} as "onDelete", ${ACTION('k.confupdtype')} as "onUpdate"
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
  where k.connamespace = ${HERE} and k.contype = 'f' order by k.conname`;

/** Whatever else may stand in a schema; sequences of identities belong to their columns. */
const ENGINE = `
  select line from (
    select 'relation ' || c.relkind::text || ' ' || c.relname as line from pg_class c
      where c.relnamespace = ${HERE} and c.relkind not in ('r', 'i', 'c', 't')
        and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('i', 'a') and d.refclassid = 'pg_class'::regclass)
    union all select 'function ' || p.oid::regprocedure::text from pg_proc p where p.pronamespace = ${HERE}
    union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = ${HERE} and not t.tgisinternal
    union all select 'type ' || t.typname from pg_type t where t.typnamespace = ${HERE} and t.typtype in ('e', 'd')
  ) lines order by line`;

type Of<T> = T & { table: string; name: string };

export async function readPostgresCatalogue(dataSource: DataSource): Promise<Catalogue> {
  const tables: Record<string, CatalogueTable> = {};
  const of = (name: string): CatalogueTable =>
    (tables[name] ??= { columns: {}, key: [], indexes: {}, checks: {}, references: {} });
  const rows = <T>(sql: string): Promise<Of<T>[]> => dataSource.query(sql);

  for (const { table, name, type, collation, ...rest } of await rows<
    CatalogueColumn & { collation: string | null }
  >(COLUMNS)) {
    const words = type.replace('character varying', 'varchar');
    of(table).columns[name] = {
      type: collation === null ? words : `${words} collate ${collation}`,
      nullable: rest.nullable,
      default: rest.default?.replace(/::[\w ]+$/, '').replace(/^'(-?\d+)'$/, '$1') ?? null,
      generated: rest.generated,
    };
  }
  const known = <T>(found: Of<T>[]): Of<T>[] => found.filter(({ table }) => table in tables);
  for (const { table, name } of known(await rows<object>(KEYS))) of(table).key.push(name);
  for (const { table, name, columns, unique, where, using } of known(await rows<CatalogueIndex>(INDEXES)))
    of(table).indexes[name] = {
      columns,
      unique,
      where: where === null ? null : normalCondition(where),
      ...(using && { using }),
    };
  for (const { table, name, condition } of known(await rows<{ condition: string }>(CHECKS)))
    of(table).checks[name] = normalCondition(condition);
  for (const { table, name, to, ...rest } of known(
    await rows<Omit<CatalogueReference, 'table'> & { to: string }>(REFERENCES),
  ))
    of(table).references[name] = { table: to, ...rest };
  const engine = await dataSource.query<{ line: string }[]>(ENGINE);
  return { tables, engine: engine.map(({ line }) => line) };
}
