import type { DataSource } from 'typeorm';
import type { TableShape } from '../transfer/tables';
import { ArchiveError } from './archive-error';
import { type ArchivedTable, archivedTable } from './contents';
import type { Manifest } from './manifest';

/**
 * The tables of an archive as they are in this build: it may lack columns and tables that came later.
 * @throws ArchiveError where it has what this build does not know
 */
export function matchTables(manifest: Manifest, shapes: readonly TableShape[]): ArchivedTable[] {
  const seen = new Set<string>();
  return manifest.tables.map(({ name, columns }) => {
    const shape = shapes.find((one) => one.name === name);
    if (shape === undefined) throw tooNew(manifest, `table ${name}`);
    const unknown = columns.find((column) => !shape.columns.some((one) => one.name === column));
    if (unknown !== undefined) throw tooNew(manifest, `column ${unknown} of table ${name}`);
    const known = shape.columns.filter((column) => columns.includes(column.name));
    const isOrdered = known.every((column, place) => column.name === columns[place]);
    if (!isOrdered || known.length !== columns.length)
      throw new ArchiveError(`the columns of table ${name} are not in their order`);
    if (!shape.key.every((column) => columns.includes(column)))
      throw new ArchiveError(`table ${name} lacks its key`);
    const isEarly = shape.foreignKeys.some(({ table }) => table !== name && !seen.has(table));
    if (seen.has(name) || isEarly) throw new ArchiveError(`table ${name} is not where it belongs`);
    seen.add(name);
    return archivedTable(shape, known);
  });
}

/** What the import itself knows. */
const FILLED = new Set(['attachment.storage_key']);

/**
 * An archive of an older version lacks columns that came later: the database has a value for them, or the import is refused.
 * One of a newer version may have meant something else by what it holds.
 * @throws ArchiveError
 */
export function assertFits(manifest: Manifest, { entityMetadatas, migrations }: DataSource): void {
  const known = new Set(migrations.map(({ name, constructor }) => name ?? constructor.name));
  const unknown = manifest.schema.find((name) => !known.has(name));
  if (unknown !== undefined) throw tooNew(manifest, `migration ${unknown}`);
  for (const { name, columns } of manifest.tables) {
    const table = entityMetadatas.find(({ tableName }) => tableName === name);
    const lacking = table?.columns.find(
      ({ databaseName, isNullable, default: value }) =>
        !columns.includes(databaseName) &&
        !isNullable &&
        value === undefined &&
        !FILLED.has(`${name}.${databaseName}`),
    );
    if (lacking !== undefined)
      throw new ArchiveError(
        `table ${name} lacks its column ${lacking.databaseName}, for which there is no value`,
      );
  }
}

const tooNew = ({ appVersion }: Manifest, what: string): ArchiveError =>
  new ArchiveError(
    `this version knows no ${what}; it was exported by Liftdesk ${appVersion}: import it by that version, or a newer one`,
  );
