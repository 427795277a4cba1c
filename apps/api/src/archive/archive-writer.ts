import type { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import type { RowSource } from '../transfer/row-source';
import { type ArchivedTable } from './contents';
import { type WrongFile, filesOf, opened } from './desk-files';
import { ATTACHMENT, MANIFEST, README, SUMS, dataEntry, fileEntry, sumLine } from './entries';
import { type Manifest, writeManifest } from './manifest';
import { type Watch, linesOf } from './survey';
import { TAR_END, tarHeader, tarPadding } from './tar';

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
  private readonly seconds: number;
  private readonly missing: ReadonlySet<string>;
  private rows = 0;

  constructor(
    private readonly desk: DeskSnapshot,
    private readonly manifest: Manifest,
    private readonly readme: string,
    private readonly watch: Watch,
  ) {
    this.seconds = Math.floor(Date.parse(manifest.createdAt) / 1000);
    this.missing = new Set(manifest.files.missing.map(({ id }) => id));
  }

  /** The bytes of the tar. */
  async *bytes(): AsyncGenerator<Buffer> {
    for (const [name, content] of this.beginning()) yield* this.entry(name, content.length, [content]);
    for (const table of this.desk.tables) yield* this.table(table);
    yield* this.files();
    let size = 0;
    for await (const line of this.sums()) size += line.length;
    yield* this.entry(SUMS, size, this.sums());
    yield TAR_END;
  }

  private beginning(): [name: string, content: Buffer][] {
    return [
      [README, Buffer.from(this.readme)],
      [MANIFEST, writeManifest(this.manifest)],
    ];
  }

  private async *table(table: ArchivedTable): AsyncGenerator<Buffer> {
    const { name } = table.shape;
    const { bytes } = this.manifest.tables.find((entry) => entry.name === name) as { bytes: number };
    yield* this.entry(dataEntry(name), bytes, this.lines(table));
  }

  private async *lines(table: ArchivedTable): AsyncGenerator<Buffer> {
    const total = this.manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
    for await (const { text, written } of linesOf(this.desk.source, table)) {
      yield text;
      this.rows += written;
      this.watch({ phase: 'Writing the tables', done: this.rows, total, rows: this.rows });
    }
  }

  private async *files(): AsyncGenerator<Buffer> {
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
      yield* this.entry(fileEntry(file), size, hashed(bytes, hash));
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

  private async *entry(
    name: string,
    size: number,
    content: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): AsyncGenerator<Buffer> {
    yield tarHeader({ name, size }, this.seconds);
    yield* content;
    yield tarPadding(size);
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
