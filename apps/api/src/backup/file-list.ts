import type { FileStorage } from '@liftdesk/storage';
import { z } from 'zod';
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

/** Every attachment of a desk, in the order in which they came; none where there is no such table yet. */
export async function* attachmentsOf(
  rows: RowSource,
  tables: readonly TableShape[],
): AsyncGenerator<ListedFile> {
  const table = tables.find(({ name }) => name === 'attachment');
  if (table === undefined) return;
  const [key, sha256, size] = ['storage_key', 'sha256', 'size'].map((name) => columnIndex(table, name));
  for await (const batch of rows.rows(table))
    for (const row of batch)
      yield listedFileSchema.parse({
        storageKey: row[key as number],
        sha256: row[sha256 as number],
        size: row[size as number],
      });
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
