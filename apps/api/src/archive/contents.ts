import { type ColumnShape, type TableShape, columnIndex } from '../transfer/tables';
import type { Row, Value } from '../transfer/row';

/**
 * Tables whose rows let somebody in or are of use for a day, and those of the place where a desk's files lie. Who works with
 * the desk signs in anew where it is imported.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'session',
  'refresh_token',
  'password_reset',
  'idempotency_key',
  'unsettled_object',
]);

/** Columns that are left out for the same reasons. */
const COLUMNS_LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  attachment: ['storage_key'],
  outbox_mail: ['secret', 'lease'],
};

/** The one column that an operator may ask for. */
const PASSWORDS = { table: 'user', column: 'password_hash' };

/** Why a mail that still waits is not sent by the desk that it is imported into: the first one will. */
export const WAS_WAITING = 'It was still waiting when the desk was exported';

/** A table as it stands in an archive. */
export interface ArchivedTable {
  shape: TableShape;
  /** In the order of the shape, those that are archived. */
  columns: ColumnShape[];
  /** The values of `columns`, of a row of the table. */
  picked(row: Row): Value[];
  /** The same as they are archived; null where the row is left out. */
  archived(row: Row): Value[] | null;
}

/** What is exported of a desk, in this order. */
export function contentsOf(tables: readonly TableShape[], withPasswords: boolean): ArchivedTable[] {
  return tables
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map((shape) => {
      const omitted = omittedColumns(shape.name, withPasswords);
      return archivedTable(
        shape,
        shape.columns.filter(({ name }) => !omitted.includes(name)),
      );
    });
}

/** @param columns of the shape, in its order */
export function archivedTable(shape: TableShape, columns: ColumnShape[]): ArchivedTable {
  const places = columns.map(({ name }) => columnIndex(shape, name));
  const pick = (row: Row): Value[] => places.map((place) => row[place] as Value);
  return { shape, columns, picked: pick, archived: shape.name === 'outbox_mail' ? mail(shape, pick) : pick };
}

const omittedColumns = (table: string, withPasswords: boolean): readonly string[] => [
  ...(COLUMNS_LEFT_OUT[table] ?? []),
  ...(table === PASSWORDS.table && !withPasswords ? [PASSWORDS.column] : []),
];

/** A link to a new password is nobody else's; a mail that waits is sent by the desk that it waits in, and not twice. */
function mail(shape: TableShape, pick: (row: Row) => Value[]): ArchivedTable['archived'] {
  const [kind, status, reason] = ['kind', 'status', 'reason'].map((name) => columnIndex(shape, name));
  return (row) => {
    if (row[kind as number] === 'passwordReset') return null;
    if (row[status as number] !== 'queued') return pick(row);
    const ended = [...row];
    ended[status as number] = 'failed';
    ended[reason as number] = WAS_WAITING;
    return pick(ended);
  };
}
