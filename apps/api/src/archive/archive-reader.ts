import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { extract } from 'tar-stream';
import { StartupError } from '../common/startup-error';
import type { Value } from '../transfer/row';
import { ArchiveError } from './archive-error';
import type { ArchivedTable } from './contents';
import { type ArchivedFile, ATTACHMENT, MANIFEST, README, dataEntry, fileReader } from './entries';
import { MANIFEST_LIMIT, type Manifest, parseManifest } from './manifest';
import { unsealed } from './seal';
import { rowsOf } from './table-rows';

export interface ArchiveEntry {
  name: string;
  /** In bytes. */
  size: number;
  /** To be left alone, or read to its end. */
  content: AsyncGenerator<Buffer>;
}

/** Of a file below the archive's own folder. */
const NAME = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

const README_LIMIT = 1 << 20;
/** deflate makes no more than that out of a byte. */
const MOST_TIMES = 1032;

/** An archive that is read as often as needed, always from its beginning, and never as a whole. */
export class ArchiveReader {
  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  /** @throws StartupError where there is none */
  static async open(path: string): Promise<ArchiveReader> {
    try {
      const file = await open(path, 'r');
      const { size } = await file.stat();
      return new ArchiveReader(file, size);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StartupError(`Cannot read the archive ${path} (${code ?? 'unknown'})`, { cause: error });
    }
  }

  /** In their order. Whoever reads to the end knows that the seal is whole. */
  async *entries(): AsyncGenerator<ArchiveEntry> {
    const tar = extract();
    // Whatever fails is heard by whoever reads.
    pipeline(Readable.from(unsealed(this.file), { objectMode: false }), tar, () => undefined);
    for await (const content of inOurWords(tar)) {
      const { name, size, type } = content.header;
      if (type !== 'file' || !NAME.test(name))
        throw new ArchiveError('an entry is no plain file as an export has them');
      yield { name, size, content: inOurWords(content as AsyncIterable<Buffer>) };
      content.resume();
    }
  }

  async manifest(): Promise<Manifest> {
    for await (const entry of this.entries()) {
      if (entry.name === README && entry.size <= README_LIMIT) continue;
      if (entry.name !== MANIFEST || entry.size > MANIFEST_LIMIT) break;
      const manifest = parseManifest(String(await allOf(entry.content)));
      this.assertPossible(manifest);
      return manifest;
    }
    throw new ArchiveError('it does not begin as an export does');
  }

  /** @param tables those of the manifest, all or the first */
  async *rows(tables: readonly ArchivedTable[]): AsyncGenerator<{ table: ArchivedTable; rows: Value[][] }> {
    const wanted = new Map(tables.map((table) => [dataEntry(table.shape.name), table]));
    for await (const { name, content } of this.entries()) {
      const table = wanted.get(name);
      if (table === undefined) continue;
      for await (const rows of rowsOf(table, content)) yield { table, rows };
      wanted.delete(name);
      if (wanted.size === 0) return;
    }
  }

  /** What the rows of attachments say, but for files that the manifest says are missing. */
  async *files(tables: readonly ArchivedTable[], { files }: Manifest): AsyncGenerator<ArchivedFile> {
    const missing = new Set(files.missing.map(({ id }) => id));
    const table = tables.find(({ shape }) => shape.name === ATTACHMENT);
    if (table === undefined) return;
    const read = fileReader(table.columns);
    for await (const { rows } of this.rows([table])) {
      for (const file of rows.map(read)) if (!missing.has(file.id)) yield file;
    }
  }

  /** Whether this very file has the name still. */
  async isAt(path: string): Promise<boolean> {
    const [ours, named] = await Promise.all([this.file.stat(), stat(path)]);
    return ours.ino === named.ino && ours.dev === named.dev;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** Sizes are claims: what could not be packed into this file is not waited for. */
  private assertPossible({ tables, files }: Manifest): void {
    const claimed = tables.reduce((sum, { bytes }) => sum + bytes, files.bytes);
    if (claimed > this.size * MOST_TIMES) throw new ArchiveError('it claims to hold more than it can');
  }
}

export async function allOf(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

/** What tar-stream finds wrong with a tar is an error without a code, and for programmers. */
async function* inOurWords<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw unreadable(code, error);
    throw new ArchiveError('it is no whole tar', { cause: error });
  }
}

const unreadable = (code: string, cause: unknown): StartupError =>
  new StartupError(`Cannot read the archive (${code}): the desk is as it was before`, { cause });
