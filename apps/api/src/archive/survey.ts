import type { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import type { Progress } from '../cli/progress-line';
import { RefusedError } from '../common/operator-errors';
import { describeKey, keyReader } from '../transfer/row';
import type { RowSource } from '../transfer/row-source';
import type { ArchivedTable } from './contents';
import { type WrongFile, contentProblem, filesOf, opened, sizeProblem } from './desk-files';
import { type ArchivedFile, ATTACHMENT } from './entries';
import type { TableEntry } from './manifest';
import { OddValueError, PIECE, lineOf } from './row-text';

/** Told with what is done; throws where the work is to end. */
export type Watch = (progress: Progress) => void;

/** A tar says how long a file is before it begins: every table is read once for that, and again to be written. */
export async function surveyTables(
  source: RowSource,
  tables: readonly ArchivedTable[],
  watch: Watch,
): Promise<TableEntry[]> {
  let total = 0;
  for (const { shape } of tables) total += await source.count(shape);
  const entries: TableEntry[] = [];
  let done = 0;
  for (const table of tables) {
    const hash = createHash('sha256');
    const { shape, columns } = table;
    let [rows, bytes] = [0, 0];
    for await (const { text, read, written } of linesOf(source, table)) {
      hash.update(text);
      bytes += text.length;
      rows += written;
      done += read;
      watch({ phase: 'Reading the tables', done, total, rows: done });
    }
    const lastKey = shape.hasGeneratedKey ? await source.lastKeyGiven(shape) : null;
    const names = columns.map(({ name }) => name);
    entries.push({ name: shape.name, columns: names, rows, bytes, sha256: hash.digest('hex'), lastKey });
  }
  return entries;
}

/** A table as NDJSON, in pieces. @throws RefusedError that names the key of a row that cannot be written */
export async function* linesOf(
  source: RowSource,
  { shape, columns, archived }: ArchivedTable,
): AsyncGenerator<{ text: Buffer; read: number; written: number }> {
  const keyOf = keyReader(shape);
  for await (const batch of source.rows(shape)) {
    let [text, read, written] = ['', 0, 0];
    for (const row of batch) {
      const values = archived(row);
      try {
        for (const piece of values === null ? [] : lineOf(columns, values)) {
          text += piece;
          if (text.length < PIECE) continue;
          yield { text: Buffer.from(text), read, written };
          [text, read, written] = ['', 0, 0];
        }
      } catch (error) {
        if (!(error instanceof OddValueError)) throw error;
        const place = `${shape.name} ${describeKey(shape, keyOf(row))}`;
        throw new RefusedError(`Row ${place} cannot be exported, and no archive was made: ${error.message}`);
      }
      read += 1;
      if (values !== null) written += 1;
    }
    if (read > 0) yield { text: Buffer.from(text), read, written };
  }
}

export interface FilesSurvey {
  wrong: WrongFile[];
  count: number;
  bytes: number;
}

/**
 * Looks for each file. @param thoroughly reads them, too: what is left out must be known before the first is written
 */
export async function surveyFiles(
  source: RowSource,
  tables: readonly ArchivedTable[],
  storage: FileStorage,
  thoroughly: boolean,
  watch: Watch,
): Promise<FilesSurvey> {
  const table = tables.find(({ shape }) => shape.name === ATTACHMENT);
  if (table === undefined) return { wrong: [], count: 0, bytes: 0 };
  const total = await source.count(table.shape);
  const survey: FilesSurvey = { wrong: [], count: 0, bytes: 0 };
  let done = 0;
  const note = (file: ArchivedFile, problem: WrongFile['problem'] | null): void => {
    if (problem !== null) survey.wrong.push({ id: file.id, problem });
    else [survey.count, survey.bytes] = [survey.count + 1, survey.bytes + file.size];
    watch({ phase: 'Looking for the files', done: (done += 1), total, rows: done });
  };
  const files = filesOf(source, table.shape);
  if (thoroughly) {
    for await (const one of opened(storage, files)) note(one.file, await contentProblem(one));
  } else {
    for await (const file of files) note(file, await sizeProblem(storage, file));
  }
  return survey;
}
