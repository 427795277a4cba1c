import { type FileStorage, StorageKeyError, StorageNotFoundError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import { type ArchivedFile, fileReader } from './entries';

/** What is wrong with a file of the desk's storage. */
export type FileProblem = 'missing' | 'of another size' | 'of other content';

export interface WrongFile {
  id: string;
  problem: FileProblem;
}

/** Smaller files are read ahead as a whole, so that the way to a bucket is not waited for one by one. */
const READ_AHEAD_BYTES = 2 << 20;
const READ_AHEAD_FILES = 8;

/** The files that the rows of a snapshot speak of, in the order of their rows. */
export async function* filesOf(source: RowSource, attachments: TableShape): AsyncGenerator<ArchivedFile> {
  const read = fileReader(attachments.columns);
  for await (const rows of source.rows(attachments)) for (const row of rows) yield read(row);
}

/** A file of the storage, and either its bytes or what speaks against it. */
export interface OpenedFile {
  file: ArchivedFile;
  /** Fails where it cannot be read to its end; undefined with a problem. */
  bytes: AsyncIterable<Buffer> | undefined;
  problem: FileProblem | null;
}

/** Opens each, some ahead of whoever reads. @throws StorageUnavailableError */
export async function* opened(
  storage: FileStorage,
  files: AsyncIterable<ArchivedFile>,
): AsyncGenerator<OpenedFile> {
  const ahead: Promise<OpenedFile>[] = [];
  for await (const file of files) {
    const small = file.size <= READ_AHEAD_BYTES;
    // One that is read as it comes is opened when its turn has come: a store does not wait for ever.
    if (!small) for (const one of ahead.splice(0)) yield await one;
    const opening = open(storage, file, small);
    // It is heard when its turn comes.
    opening.catch(() => undefined);
    ahead.push(opening);
    if (!small || ahead.length >= READ_AHEAD_FILES) yield await (ahead.shift() as Promise<OpenedFile>);
  }
  for (const one of ahead) yield await one;
}

async function open(storage: FileStorage, file: ArchivedFile, whole: boolean): Promise<OpenedFile> {
  try {
    const { size, stream } = await storage.get(file.storageKey as string);
    if (size !== file.size) {
      stream.destroy();
      return { file, bytes: undefined, problem: 'of another size' };
    }
    const bytes = whole ? await allOf(stream) : (stream as AsyncIterable<Buffer>);
    return { file, bytes, problem: null };
  } catch (error) {
    if (error instanceof StorageNotFoundError || error instanceof StorageKeyError)
      return { file, bytes: undefined, problem: 'missing' };
    throw error;
  }
}

async function allOf(stream: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return (async function* () {
    yield* parts;
  })();
}

/** Reads an opened file to its end. */
export async function contentProblem({ file, bytes, problem }: OpenedFile): Promise<FileProblem | null> {
  if (bytes === undefined) return problem;
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex') === file.sha256 ? null : 'of other content';
}

/** Looks without reading. @throws StorageUnavailableError */
export async function sizeProblem(storage: FileStorage, file: ArchivedFile): Promise<FileProblem | null> {
  try {
    const { size } = await storage.stat(file.storageKey as string);
    return size === file.size ? null : 'of another size';
  } catch (error) {
    if (error instanceof StorageNotFoundError || error instanceof StorageKeyError) return 'missing';
    throw error;
  }
}
