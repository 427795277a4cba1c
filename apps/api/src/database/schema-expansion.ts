import type {
  Catalogue,
  CatalogueColumn,
  CatalogueIndex,
  CatalogueReference,
  CatalogueTable,
} from './schema-catalogue';
import { limitOf } from './schema-condition';

/**
 * What a change of the schema takes from code that was written for the schema before it, a line each; none for a change that
 * only adds. The rules are those of docs/decisions/0019-migrations-only-expand.md.
 */
export function takenAway(before: Catalogue, after: Catalogue): string[] {
  const tables = Object.entries(before.tables).flatMap(([name, table]) => {
    const now = after.tables[name];
    return now === undefined
      ? [`table ${name} is gone`]
      : [...columnsOf(table, now), ...keyOf(table, now), ...limitsOf(table, now)].map(
          (line) => `${name}: ${line}`,
        );
  });
  const engine = before.engine.filter((line) => !after.engine.includes(line));
  return [...tables, ...engine.map((line) => `gone, or another one: ${line}`)];
}

function columnsOf(before: CatalogueTable, after: CatalogueTable): string[] {
  const kept = Object.entries(before.columns).flatMap(([name, column]) => {
    const now = after.columns[name];
    return now === undefined ? [`column ${name} is gone`] : columnOf(name, column, now);
  });
  const added = Object.entries(after.columns)
    .filter(([name, now]) => !(name in before.columns) && !canBeLeftOut(now))
    .map(([name]) => `new column ${name} must be given, and who does not know it gives none`);
  return [...kept, ...added];
}

const canBeLeftOut = ({ nullable, default: value, generated }: CatalogueColumn): boolean =>
  nullable || value !== null || generated;

function columnOf(name: string, before: CatalogueColumn, after: CatalogueColumn): string[] {
  return [
    ...(isAtLeast(before.type, after.type) ? [] : [`column ${name} was ${before.type} and is ${after.type}`]),
    ...(before.nullable && !after.nullable ? [`column ${name} may no longer be empty`] : []),
    ...(!before.nullable && after.nullable
      ? [`column ${name} may be empty now, which nobody expects of it`]
      : []),
    ...(before.default !== null && before.default !== after.default
      ? [`column ${name} had the default ${before.default}, and now ${after.default ?? 'none'}`]
      : []),
    ...(before.generated && !after.generated ? [`column ${name} is no longer made by the table`] : []),
  ];
}

const INTEGERS = ['smallint', 'integer', 'bigint'];

/** Whatever went into the one type goes into the other. */
function isAtLeast(before: string, after: string): boolean {
  if (before === after) return true;
  if (INTEGERS.includes(before)) return INTEGERS.indexOf(after) > INTEGERS.indexOf(before);
  const [was, is] = [lengthOf(before), lengthOf(after)];
  return was !== null && is !== null && is > was;
}

function lengthOf(type: string): number | null {
  const length = /^varchar\((\d+)\)$/.exec(type)?.[1];
  return length === undefined ? (type === 'text' ? Infinity : null) : Number(length);
}

/** Rows are found by key, statements name indexes, and duplicates are refused by the unique ones. */
function keyOf(before: CatalogueTable, after: CatalogueTable): string[] {
  const key = before.key.join() === after.key.join() ? [] : ['the primary key is another one'];
  const changed = Object.entries(before.indexes).flatMap(([name, index]) => {
    const now = after.indexes[name];
    if (now === undefined) return [`index ${name} is gone`];
    return JSON.stringify(now) === JSON.stringify(index) ? [] : [`index ${name} is another one`];
  });
  const refusing = Object.entries(after.indexes)
    .filter(
      ([name, index]) => !(name in before.indexes) && index.unique && !hasNewEmpty(index, before, after),
    )
    .map(([name]) => `new unique index ${name} refuses rows that were taken before`);
  return [...key, ...changed, ...refusing];
}

/** A column that is empty in every row of who does not know it: no two such rows are alike. */
const hasNewEmpty = ({ columns }: CatalogueIndex, before: CatalogueTable, after: CatalogueTable): boolean =>
  columns.some((name) => !(name in before.columns) && after.columns[name]?.default === null);

function limitsOf(before: CatalogueTable, after: CatalogueTable): string[] {
  const checks = Object.entries(after.checks)
    .filter(([name, condition]) => !isWider(before.checks[name], condition, before))
    .map(([name, condition]) => `check ${name} is narrower than before: ${condition}`);
  const referring = Object.entries(after.references)
    .filter(([name, now]) => !(name in before.references) && isOld(now.columns, before))
    .map(([name]) => `new foreign key ${name} refuses rows that were taken before`);
  const changed = Object.entries(before.references)
    .filter(([name, reference]) => !isSame(reference, after.references[name]))
    .map(([name]) => `foreign key ${name} is gone, or another one`);
  return [...checks, ...referring, ...changed];
}

const isOld = (columns: readonly string[], { columns: known }: CatalogueTable): boolean =>
  columns.every((name) => name in known);

const isSame = (one: CatalogueReference, other: CatalogueReference | undefined): boolean =>
  other !== undefined &&
  one.table === other.table &&
  one.onDelete === other.onDelete &&
  one.onUpdate === other.onUpdate &&
  one.columns.join() === other.columns.join() &&
  one.referenced.join() === other.referenced.join();

/** A condition that is understood to let through all that the one before let through. */
function isWider(was: string | undefined, condition: string, before: CatalogueTable): boolean {
  if (was === condition) return true;
  const now = limitOf(condition);
  if (now === null) return false;
  if (was === undefined) return !(now.column in before.columns);
  const then = limitOf(was);
  if (then === null || then.column !== now.column) return false;
  if ('among' in then && 'among' in now) return then.among.every((value) => now.among.includes(value));
  return 'from' in then && 'from' in now && now.from <= then.from && now.to >= then.to;
}
