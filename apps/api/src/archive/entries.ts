import { ALLOWED_TYPES, type AllowedType, extensionOf } from '../attachments/inspection/allowed-types';
import type { Value } from '../transfer/row';
import type { ColumnShape } from '../transfer/tables';

/** What stands in an archive, in this order; tables and files come between the second and the last. */
export const README = 'README.txt';
export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';
export const dataEntry = (table: string): string => `data/${table}.ndjson`;

/** The table whose rows each stand for a file. */
export const ATTACHMENT = 'attachment';

/** What an attachment's row says of its file. */
export interface ArchivedFile {
  id: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  sha256: string;
  /** Where a desk keeps it; undefined where the row stands in an archive. */
  storageKey: string | undefined;
}

/** By the id alone, which is a UUID: whatever people call their files leads nowhere. */
export const fileEntry = ({ id, mimeType }: ArchivedFile): string => `files/${id}.${extension(mimeType)}`;

/** The usual extension of a type; of one that this build does not take, `bin`. */
export const extension = (mimeType: string): string =>
  ALLOWED_TYPES.includes(mimeType as AllowedType) ? extensionOf(mimeType as AllowedType) : 'bin';

/** @param columns of the rows, those of the table or those of an archive */
export function fileReader(columns: readonly ColumnShape[]): (row: readonly Value[]) => ArchivedFile {
  const places = ['id', 'mime_type', 'size', 'sha256', 'storage_key'].map((wanted) =>
    columns.findIndex(({ name }) => name === wanted),
  );
  return (row) => {
    const [id, mimeType, size, sha256, storageKey] = places.map((place) => row[place]);
    return { id, mimeType, size, sha256, storageKey } as ArchivedFile;
  };
}

/** One line of SHA256SUMS, as `sha256sum -c` reads it. */
export const sumLine = (sha256: string, name: string): string => `${sha256}  ${name}\n`;
