import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** A column as both engines know it. */
export interface ColumnShape {
  name: string;
  kind: 'integer' | 'text';
  /** Of an integer, as PostgreSQL keeps it; 0 for a text. */
  bits: 0 | 16 | 32 | 64;
  /** Characters of a text, by code points; null where there is no limit, and of integers. */
  maxLength: number | null;
  nullable: boolean;
  /** Milliseconds since 1970. */
  isInstant: boolean;
}

export interface ForeignKey {
  name: string;
  columns: string[];
  table: string;
  referencedColumns: string[];
  onDelete: 'CASCADE' | 'NO ACTION';
}

/** A table of the desk, independent of the engine. */
export interface TableShape {
  name: string;
  columns: ColumnShape[];
  /** Columns of the primary key, in its order. Rows are carried and compared in the order of this key. */
  key: string[];
  /** The table makes its key itself, and gives none out twice. */
  hasGeneratedKey: boolean;
  foreignKeys: ForeignKey[];
  /** Columns of each unique index besides the key. */
  uniques: string[][];
  /** CHECKs; a condition is SQL of both engines. */
  checks: { name: string; condition: string }[];
}

/** Tables of the place where a desk is kept, and not of the desk: they stay where they are. */
export const PLACE_TABLES: ReadonlySet<string> = new Set(['maintenance']);

/** Every table of a desk, each after those that it refers to. */
export function tablesOf({ entityMetadatas }: DataSource): TableShape[] {
  const shapes = entityMetadatas.map(shapeOf).filter(({ name }) => !PLACE_TABLES.has(name));
  return parentsFirst(shapes);
}

function shapeOf(metadata: EntityMetadata): TableShape {
  return {
    name: metadata.tableName,
    columns: metadata.columns.map(columnOf),
    key: metadata.primaryColumns.map(({ databaseName }) => databaseName),
    hasGeneratedKey: metadata.generatedColumns.length > 0,
    foreignKeys: metadata.foreignKeys.map((key) => ({
      name: key.name,
      columns: key.columns.map(({ databaseName }) => databaseName),
      table: key.referencedEntityMetadata.tableName,
      referencedColumns: key.referencedColumns.map(({ databaseName }) => databaseName),
      onDelete: key.onDelete === 'CASCADE' ? 'CASCADE' : 'NO ACTION',
    })),
    uniques: metadata.indices
      .filter(({ isUnique }) => isUnique)
      .map(({ columns }) => columns.map(({ databaseName }) => databaseName)),
    checks: metadata.checks.map(({ name, expression }) => ({ name, condition: expression })),
  };
}

const BITS: Readonly<Record<string, ColumnShape['bits']>> = { smallint: 16, integer: 32, bigint: 64 };
const TEXTS: ReadonlySet<unknown> = new Set(['varchar', 'text']);

/** @throws Error for a type that nobody has thought of how to carry */
function columnOf({ databaseName: name, type, length, isNullable }: ColumnMetadata): ColumnShape {
  const bits = BITS[String(type)] ?? 0;
  if (bits === 0 && !TEXTS.has(type))
    throw new Error(`Column ${name} has the type ${String(type)}, which is not carried`);
  return {
    name,
    kind: bits === 0 ? 'text' : 'integer',
    bits,
    maxLength: length === '' ? null : Number(length),
    nullable: isNullable,
    isInstant: bits === 64 && /_(at|since)$/.test(name),
  };
}

function parentsFirst(shapes: readonly TableShape[]): TableShape[] {
  const ordered: TableShape[] = [];
  const visit = (shape: TableShape): void => {
    if (ordered.includes(shape)) return;
    for (const { table } of shape.foreignKeys) {
      const parent = shapes.find(({ name }) => name === table && name !== shape.name);
      if (parent) visit(parent);
    }
    ordered.push(shape);
  };
  for (const shape of shapes) visit(shape);
  return ordered;
}

/** A column of a table. @throws Error where it has none of this name */
export function columnIndex({ name, columns }: TableShape, column: string): number {
  const index = columns.findIndex((one) => one.name === column);
  if (index < 0) throw new Error(`Table ${name} has no column ${column}`);
  return index;
}

/** In quotes, for SQL of either engine: `user` and `key` are words of its own. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
