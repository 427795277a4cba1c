import { isUtf8 } from 'node:buffer';
import type Database from 'better-sqlite3';
import { type ColumnShape, type ForeignKey, type TableShape, quoted } from '../transfer/tables';
import { LAST_INSTANT } from './mend-value';
import { rawColumns } from './raw-value';

/** Something about a whole row that SQL finds out: a reference to nothing, or a CHECK that it breaks. */
export type RowRule = { foreignKey: ForeignKey } | { check: string; column: string };

/** A table, and the SQL that finds its odd rows. */
export interface OddTable {
  shape: TableShape;
  rowRules: RowRule[];
  /** Whether a row of `t` is odd, or may be: 1 or 0. Needs isPlain(). */
  condition: string;
  /** Values as mendRow() takes them: two for each column, then whether each of the rules is broken. */
  rawColumns: string;
  /** In the order of the key. */
  order: string;
}

const PLAIN = 'liftdesk_is_plain';

/** Teaches a connection what no function of SQLite tells: whether bytes are UTF-8 without NUL. */
export function teachPlain(connection: Database.Database): void {
  connection.function(PLAIN, { deterministic: true }, (bytes: unknown) =>
    isUtf8(bytes as Buffer) && !(bytes as Buffer).includes(0) ? 1 : 0,
  );
}

export function oddTable(shape: TableShape, tables: readonly TableShape[]): OddTable {
  const broken = [
    ...shape.foreignKeys.map((foreignKey) => ({
      rule: { foreignKey },
      sql: `not ${isKept('t', foreignKey, tables)}`,
    })),
    ...shape.checks.map(({ name, condition }) => ({
      rule: { check: name, column: /"(\w+)"/.exec(condition)?.[1] ?? name },
      // As the value will be when its type is mended, or else that is what is reported.
      sql: `not (${condition.replace(/"(\w+)"/g, (_, column: string) => castOf(shape, column))})`,
    })),
  ];
  const texts = shape.columns.filter(({ kind }) => kind === 'text').map(({ name }) => `t.${quoted(name)}`);
  const odd = [...shape.columns.map(oddType), ...broken.map(({ sql }) => sql)];
  if (texts.length > 0) odd.push(`not ${PLAIN}(cast(concat_ws(',', ${texts.join(', ')}) as blob))`);
  return {
    shape,
    rowRules: broken.map(({ rule }) => rule),
    condition: `((${odd.join(' or ')}) is true)`,
    rawColumns: [
      ...shape.columns.map(({ name }) => rawColumns(`t.${quoted(name)}`)),
      ...broken.map(({ sql }) => `((${sql}) is true)`),
    ].join(', '),
    order: shape.key.map((name) => `t.${quoted(name)}`).join(', '),
  };
}

/** Of another type, too long or out of range. A real that is whole is no harm, and mendRow() says so. */
function oddType({ name, kind, nullable, maxLength, bits, isInstant }: ColumnShape): string {
  const column = `t.${quoted(name)}`;
  const type = kind === 'text' ? 'text' : 'integer';
  const isOther = nullable
    ? `typeof(${column}) not in ('${type}', 'null')`
    : `typeof(${column}) <> '${type}'`;
  if (kind === 'text') return maxLength === null ? isOther : `${isOther} or length(${column}) > ${maxLength}`;
  const last = isInstant ? LAST_INSTANT : bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (bits - 1) - 1;
  return `${isOther} or ${column} not between ${-last} and ${last}`;
}

/** Refers to nothing or to a row that is there and stays: one that goes takes with it what cascades from it. */
function isKept(child: string, foreignKey: ForeignKey, tables: readonly TableShape[]): string {
  const { columns, referencedColumns, table } = foreignKey;
  const parent = tables.find(({ name }) => name === table) as TableShape;
  const alias = `${child}p`;
  const refersTo = columns.map(
    (column, place) => `${alias}.${quoted(referencedColumns[place] as string)} = ${child}.${quoted(column)}`,
  );
  const staysItself = parent.foreignKeys
    .filter((key) => key.onDelete === 'CASCADE' && key.table !== parent.name)
    .map((key) => isKept(alias, key, tables));
  const isNull = columns.map((column) => `${child}.${quoted(column)} is null`);
  return `(${isNull.join(' or ')} or exists (select 1 from ${quoted(table)} ${alias} where ${[...refersTo, ...staysItself].join(' and ')}))`;
}

function castOf({ columns }: TableShape, name: string): string {
  const kind = columns.find((column) => column.name === name)?.kind;
  return `cast(t.${quoted(name)} as ${kind === 'integer' ? 'integer' : 'text'})`;
}
