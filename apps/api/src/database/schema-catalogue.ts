import type { DataSource } from 'typeorm';
import { readPostgresCatalogue } from './schema-catalogue-postgres';
import { readSqliteCatalogue } from './schema-catalogue-sqlite';

export interface CatalogueColumn {
  /** As both engines call it: `varchar(36)`, `bigint`; with its collation where that is not by code point. */
  type: string;
  nullable: boolean;
  default: string | null;
  /** The table makes it. */
  generated: boolean;
}

export interface CatalogueIndex {
  /** In their order; `x DESC` for a falling one. */
  columns: string[];
  unique: boolean;
  where: string | null;
  /** Only of an index that is no B-tree. */
  using?: string;
}

export interface CatalogueReference {
  columns: string[];
  table: string;
  referenced: string[];
  onDelete: string;
  onUpdate: string;
}

export interface CatalogueTable {
  columns: Record<string, CatalogueColumn>;
  key: string[];
  indexes: Record<string, CatalogueIndex>;
  /** Conditions by name, in the words of normalCondition(). */
  checks: Record<string, string>;
  references: Record<string, CatalogueReference>;
}

/** A schema as the database itself tells it, in words that are the same for both engines. */
export interface Catalogue {
  /** By name, without TypeORM's own. */
  tables: Record<string, CatalogueTable>;
  /** What the other engine does not have: its full-text index, triggers, functions; a line each, in order. */
  engine: string[];
}

export function readCatalogue(dataSource: DataSource): Promise<Catalogue> {
  return dataSource.options.type === 'postgres'
    ? readPostgresCatalogue(dataSource)
    : readSqliteCatalogue(dataSource);
}

/** What the entities describe: no search index, which is a table on PostgreSQL, and nothing that one engine has alone. */
export function withoutSearchIndex({ tables: { ticket_search: _, ...tables } }: Catalogue): Catalogue {
  return { tables, engine: [] };
}
