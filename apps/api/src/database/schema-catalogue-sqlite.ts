import type { DataSource } from 'typeorm';
import type { Catalogue, CatalogueIndex, CatalogueReference, CatalogueTable } from './schema-catalogue';
import { normalCondition } from './schema-condition';
import { checksOf } from './schema-shape';

interface Master {
  type: string;
  name: string;
  tableName: string;
  sql: string;
}

const MASTER = `
  select type, name, tbl_name as "tableName", sql from sqlite_master
  where sql is not null and name not like 'sqlite\\_%' escape '\\' and name <> 'migrations' order by name`;

/** Of virtual tables SQLite keeps the contents in tables of its own, which are no tables of ours. */
export async function readSqliteCatalogue(dataSource: DataSource): Promise<Catalogue> {
  const master = await dataSource.query<Master[]>(MASTER);
  const kinds = await dataSource.query<{ name: string; type: string; wr: number }[]>(
    `select name, type, wr from pragma_table_list where schema = 'main'`,
  );
  const kindOf = new Map(kinds.map((kind) => [kind.name, kind]));
  const tables = master.filter(({ name }) => kindOf.get(name)?.type === 'table');
  return {
    tables: Object.fromEntries(
      await Promise.all(
        tables.map(async ({ name, sql }) => [name, await readTable(dataSource, name, sql, master)] as const),
      ),
    ),
    engine: [
      ...tables.filter(({ name }) => kindOf.get(name)?.wr === 1).map(({ name }) => `${name} WITHOUT ROWID`),
      ...master
        .filter(({ type, name }) => !/^(table|index)$/.test(type) || kindOf.get(name)?.type === 'virtual')
        .map(({ sql }) => sql),
    ],
  };
}

async function readTable(
  dataSource: DataSource,
  table: string,
  sql: string,
  master: readonly Master[],
): Promise<CatalogueTable> {
  const columns = await dataSource.query<
    { name: string; type: string; notnull: number; dflt_value: string | null; pk: number }[]
  >(`select name, type, "notnull", dflt_value, pk from pragma_table_info(?) order by pk`, [table]);
  const generated = /\bAUTOINCREMENT\b/i.test(sql);
  return {
    columns: Object.fromEntries(
      columns.map((column) => [
        column.name,
        {
          type: column.type.toLowerCase(),
          nullable: column.notnull === 0,
          default: column.dflt_value,
          generated: generated && column.pk > 0,
        },
      ]),
    ),
    key: columns.filter(({ pk }) => pk > 0).map(({ name }) => name),
    indexes: await readIndexes(dataSource, table, master),
    checks: Object.fromEntries(
      checksOf(table, sql.replace(/\s+/g, ' ')).map(([name, condition]) => [
        name.slice(table.length + 1),
        normalCondition(condition),
      ]),
    ),
    references: await readReferences(dataSource, table, sql),
  };
}

async function readIndexes(
  dataSource: DataSource,
  table: string,
  master: readonly Master[],
): Promise<Record<string, CatalogueIndex>> {
  const list = await dataSource.query<{ name: string; unique: number }[]>(
    `select name, "unique" from pragma_index_list(?) where origin <> 'pk' order by name`,
    [table],
  );
  const indexes: Record<string, CatalogueIndex> = {};
  for (const { name, unique } of list) {
    const columns = await dataSource.query<{ name: string; desc: number }[]>(
      'select name, "desc" from pragma_index_xinfo(?) where key = 1 order by seqno',
      [name],
    );
    const where = /\bWHERE\b(.*)$/is.exec(master.find((one) => one.name === name)?.sql ?? '')?.[1];
    indexes[name] = {
      columns: columns.map((column) => `${column.name}${column.desc === 1 ? ' DESC' : ''}`),
      unique: unique === 1,
      where: where === undefined ? null : normalCondition(where),
    };
  }
  return indexes;
}

/** SQLite tells all of a foreign key but its name, which only the statement has. */
async function readReferences(
  dataSource: DataSource,
  table: string,
  sql: string,
): Promise<Record<string, CatalogueReference>> {
  const rows = await dataSource.query<
    { id: number; table: string; from: string; to: string; on_update: string; on_delete: string }[]
  >(
    'select id, "table", "from", "to", on_update, on_delete from pragma_foreign_key_list(?) order by id, seq',
    [table],
  );
  const names = new Map(
    [...sql.matchAll(/CONSTRAINT "([^"]+)" FOREIGN KEY \(([^)]*)\)/gi)].map(([, name, columns]) => [
      (columns as string).replaceAll('"', '').replaceAll(' ', ''),
      name as string,
    ]),
  );
  const references: Record<string, CatalogueReference> = {};
  for (const id of new Set(rows.map((row) => row.id))) {
    const parts = rows.filter((row) => row.id === id);
    const [first] = parts as [(typeof rows)[number]];
    const columns = parts.map(({ from }) => from);
    references[names.get(columns.join()) ?? `of ${columns.join()}`] = {
      columns,
      table: first.table,
      referenced: parts.map(({ to }) => to),
      onDelete: first.on_delete,
      onUpdate: first.on_update,
    };
  }
  return references;
}
