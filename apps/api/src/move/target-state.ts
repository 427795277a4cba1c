import { PLACE_TABLES, type TableShape } from '../transfer/tables';
import { MARKER } from './half-moved';

/** What a target says of itself before anything is written. */
export interface TargetState {
  engineVersion: string;
  /** A move into it has begun and not ended. */
  isMarked: boolean;
  /** What speaks against it, in words. */
  problems: string[];
}

/** Tables that this build's migrations make, whichever the engine. */
export function ownTables(tables: readonly TableShape[]): ReadonlySet<string> {
  return new Set([...tables.map(({ name }) => name), ...PLACE_TABLES, 'migrations', 'ticket_search', MARKER]);
}

export interface Found {
  /** The target, as people read it. */
  place: string;
  /** Names of all tables there. */
  names: readonly string[];
  /** Those of them that are to be empty and hold rows. */
  filled: readonly string[];
  /** Migrations that it has had; null where it has no table of them. */
  migrations: readonly string[] | null;
}

/** What speaks against moving into it: it must have no table, or the empty ones of this build. */
export function emptiness(found: Found, own: ReadonlySet<string>, known: readonly string[]): string[] {
  const { place, names, filled, migrations } = found;
  const foreign = names.filter((name) => !own.has(name));
  if (foreign.length > 0)
    return [`${place} holds tables that are not Liftdesk’s (${listed(foreign)}): give a database of its own`];
  if (filled.length > 0)
    return [
      `${place} is not empty: it holds ${listed(filled)}. A move goes into an empty database only (one that was cut off at its very end has ended: its report is kept)`,
    ];
  if (names.length > 0 && migrations?.join() !== known.join())
    return [
      `${place} has the schema of another version: empty it, or bring it to this one with \`npm run migration:run\``,
    ];
  return [];
}

/** As people read them; of many the first. */
export const listed = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
