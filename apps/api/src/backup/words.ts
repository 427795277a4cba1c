import { bytesOf } from '../files-move/words';
import type { Manifest } from './manifest';

const rowsOf = ({ tables }: Manifest): number =>
  Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);

/** Such as `sqlite, 1,204 rows, 31 attachments, 2.3 MB, encrypted`. */
export function summaryOf(manifest: Manifest): string {
  const { engine, files, database } = manifest;
  const parts = [engine, `${rowsOf(manifest).toLocaleString('en')} rows`, `${files.count} attachments`];
  return [...parts, bytesOf(database.bytes), ...(database.encryption === 'age' ? ['encrypted'] : [])].join(
    ', ',
  );
}

/** `5 min`, `26 h`, `12 days`. */
export function ageOf(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 72 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

/** A line for each, as operators choose by. */
export const listingLines = (manifests: readonly Manifest[]): string[] =>
  manifests.map(
    (manifest) =>
      `${manifest.name}  proven ${ageOf(Date.now() - Date.parse(manifest.provenAt))} ago: ${summaryOf(manifest)}`,
  );
