import type { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { RowSource } from '../transfer/row-source';
import { type ArchivedTable } from './contents';
import { type WrongFile, filesOf, opened } from './desk-files';
import { ATTACHMENT, MANIFEST, README, SUMS, dataEntry, fileEntry, sumLine } from './entries';
import { type Manifest, writeManifest } from './manifest';
import { type Watch, linesOf } from './survey';

/** A desk at one instant, and where its files are. */
export interface DeskSnapshot {
  source: RowSource;
  tables: readonly ArchivedTable[];
  storage: FileStorage;
}

/**
 * Writes an archive as the manifest foretells it. Of files it goes by what it reads now: `wrong` has those that turn out not
 * to be what their rows say, and such an archive is of no use.
 */
export class ArchiveWriter {
  readonly wrong: WrongFile[] = [];
  private readonly missing: ReadonlySet<string>;
  private rows = 0;

  constructor(
    private readonly desk: DeskSnapshot,
    private readonly manifest: Manifest,
    private readonly readme: string,
    private readonly watch: Watch,
  ) {
    this.missing = new Set(manifest.files.missing.map(({ id }) => id));
  }

  /** The bytes of the tar. */
  async *bytes(): AsyncGenerator<Buffer> {
    const tar = pack();
    const written = this.write(tar).catch((error: Error) => tar.destroy(error));
    try {
      yield* tar as AsyncIterable<Buffer>;
    } finally {
      tar.destroy();
      await written;
    }
  }

  private async write(tar: Pack): Promise<void> {
    for (const [name, content] of this.beginning()) await this.entry(tar, name, content.length, [content]);
    for (const table of this.desk.tables) await this.table(tar, table);
    await this.files(tar);
    let size = 0;
    for await (const line of this.sums()) size += line.length;
    await this.entry(tar, SUMS, size, this.sums());
    tar.finalize();
  }

  private beginning(): [name: string, content: Buffer][] {
    return [
      [README, Buffer.from(this.readme)],
      [MANIFEST, writeManifest(this.manifest)],
    ];
  }

  private async table(tar: Pack, table: ArchivedTable): Promise<void> {
    const { name } = table.shape;
    const { bytes } = this.manifest.tables.find((entry) => entry.name === name) as { bytes: number };
    await this.entry(tar, dataEntry(name), bytes, this.lines(table));
  }

  private async *lines(table: ArchivedTable): AsyncGenerator<Buffer> {
    const total = this.manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
    for await (const { text, written } of linesOf(this.desk.source, table)) {
      yield text;
      this.rows += written;
      this.watch({ phase: 'Writing the tables', done: this.rows, total, rows: this.rows });
    }
  }

  private async files(tar: Pack): Promise<void> {
    const { bytes: total } = this.manifest.files;
    let done = 0;
    for await (const { file, bytes, problem } of opened(this.desk.storage, this.present())) {
      const { id, size, sha256 } = file;
      if (bytes === undefined) {
        this.wrong.push({ id, problem: problem ?? 'missing' });
        // The rest is looked at, too; an archive will not come of it.
        continue;
      }
      const hash = createHash('sha256');
      await this.entry(tar, fileEntry(file), size, hashed(bytes, hash));
      if (hash.digest('hex') !== sha256) this.wrong.push({ id, problem: 'of other content' });
      this.watch({ phase: 'Writing the files', done: (done += size), total, rows: this.rows });
    }
  }

  private async *present() {
    const table = this.desk.tables.find(({ shape }) => shape.name === ATTACHMENT);
    if (table === undefined) return;
    for await (const file of filesOf(this.desk.source, table.shape)) {
      if (!this.missing.has(file.id)) yield file;
    }
  }

  private async *sums(): AsyncGenerator<Buffer> {
    for (const [name, content] of this.beginning())
      yield Buffer.from(sumLine(createHash('sha256').update(content).digest('hex'), name));
    for (const { name, sha256 } of this.manifest.tables) yield Buffer.from(sumLine(sha256, dataEntry(name)));
    for await (const file of this.present()) yield Buffer.from(sumLine(file.sha256, fileEntry(file)));
  }

  /** For its owner alone. */
  private async entry(
    tar: Pack,
    name: string,
    size: number,
    content: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): Promise<void> {
    const mtime = new Date(this.manifest.createdAt);
    await pipeline(content, tar.entry({ name, size, mtime, mode: 0o600 }));
  }
}

async function* hashed(
  bytes: AsyncIterable<Buffer>,
  hash: { update(chunk: Buffer): unknown },
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
