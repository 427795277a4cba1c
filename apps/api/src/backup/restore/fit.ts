import { RefusedError } from '../../common/operator-errors';
import type { DatabaseConfig } from '../../config/database.schema';
import type { DeskDigest } from '../../transfer/digest';
import { describeDatabase } from '../../transfer/places';
import type { ColumnShape, TableShape } from '../../transfer/tables';
import type { Manifest } from '../manifest';

const ENGINES = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;
const AN_ADDRESS = { sqlite: 'sqlite:<file>', postgres: 'postgres://…' } as const;

/**
 * Whether this build can make a desk of the backup at this place.
 * @param known names of the migrations of this build
 * @throws RefusedError that says how it can be done
 */
export function assertFits(manifest: Manifest, database: DatabaseConfig, known: readonly string[]): void {
  const { name, engine, appVersion, migrations } = manifest;
  if (engine !== database.type)
    throw new RefusedError(
      `${name} is a backup of ${ENGINES[engine]}, and ${describeDatabase(database)} is ${ENGINES[database.type]}. Restore it into a place of its own kind, \`npm run restore -- ${name} --into ${AN_ADDRESS[engine]}\`, and bring it over from there, \`npm run db:move -- --from ${AN_ADDRESS[engine]} --to ${AN_ADDRESS[database.type]}\`. Nothing was written`,
    );
  const newer = migrations.filter((migration) => !known.includes(migration));
  if (newer.length > 0)
    throw new RefusedError(
      `${name}, made by Liftdesk ${appVersion}, is of a desk of a newer version than this one (it has ${newer.join(', ')}): restore it with that version. Nothing was written`,
    );
}

/** Tables with the columns that were hashed when the backup was made; this build may have others. */
export function tablesOfBackup({ tables }: Manifest, shapes: readonly TableShape[]): TableShape[] {
  return shapes.flatMap((shape) => {
    const columns = tables[shape.name]?.columns.map(
      (name) => shape.columns.find((column) => column.name === name) ?? forgotten(name),
    );
    return columns === undefined ? [] : [{ ...shape, columns }];
  });
}

/** What those tables are to hold. */
export const digestOfBackup = ({ tables }: Manifest, shapes: readonly TableShape[]): DeskDigest =>
  Object.fromEntries(
    shapes.map(({ name }) => {
      const { rows = 0, sha256 = '' } = tables[name] ?? {};
      return [name, { rows, sha256 }];
    }),
  );

/** A column that this build has no use for any more: its values are hashed as they come. */
const forgotten = (name: string): ColumnShape => ({
  ...{ name, kind: 'text', bits: 0, maxLength: null, nullable: true, isInstant: false },
});
