import type { FileStorage } from '@liftdesk/storage';
import { z } from 'zod';
import { StartupError } from '../common/startup-error';
import type { RowSource } from '../transfer/row-source';
import { type TableShape, columnIndex } from '../transfer/tables';
import { readArtefact, sha256Schema } from './artefact';
import { DamagedBackupError } from './backup.errors';
import type { Manifest } from './manifest';

/** An attachment as its row has it, and whether its object was there when the backup was made. */
export const listedFileSchema = z.strictObject({
  storageKey: z.string().min(1),
  /** As the row says. */
  sha256: sha256Schema,
  size: z.int().min(0),
  /** `missing`: there was no object. `different`: it was not what the row says. */
  problem: z.enum(['missing', 'different']).optional(),
});

export type ListedFile = z.output<typeof listedFileSchema>;

/**
 * Every attachment of a desk, in the order in which they came; none where there is no such table yet.
 * @throws StartupError for a row that says nothing a file could be proven by
 */
export async function* attachmentsOf(
  rows: RowSource,
  tables: readonly TableShape[],
): AsyncGenerator<ListedFile> {
  const table = tables.find(({ name }) => name === 'attachment');
  if (table === undefined) return;
  const [id, storageKey, sha256, size] = ['id', 'storage_key', 'sha256', 'size'].map((name) =>
    columnIndex(table, name),
  ) as [number, number, number, number];
  for await (const batch of rows.rows(table))
    for (const row of batch) {
      const file = { storageKey: row[storageKey], sha256: row[sha256], size: row[size] };
      const { data, error } = listedFileSchema.safeParse(file);
      if (error)
        throw new StartupError(
          `The row of attachment ${String(row[id])} has no right ${error.issues.map(({ path }) => path.join('.')).join(', ')}: somebody wrote it past the desk. Mend that row`,
          { cause: error },
        );
      yield data;
    }
}

export const fileLine = (file: ListedFile): Buffer => Buffer.from(`${JSON.stringify(file)}\n`);

/** The attachments of a backup. @throws as readArtefact() */
export async function* readFileList(place: FileStorage, { files }: Manifest): AsyncGenerator<ListedFile> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of readArtefact(place, files.list, undefined)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parse(line, files.list.key);
  }
}

/** What is read is proven at its end only. */
function parse(line: string, key: string): ListedFile {
  try {
    return listedFileSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new DamagedBackupError(`${key} has a line that is not right`, { cause: error });
  }
}
