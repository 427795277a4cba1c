import { createHash } from 'node:crypto';
import { type Value, compareKeys } from '../transfer/row';
import type { TableShape } from '../transfer/tables';
import { ArchiveError } from './archive-error';
import { type ArchiveEntry, ArchiveReader } from './archive-reader';
import type { ArchivedTable } from './contents';
import { MANIFEST, README, SUMS, dataEntry, fileEntry, sumLine } from './entries';
import { matchTables } from './match-tables';
import type { Manifest, TableEntry } from './manifest';
import type { Watch } from './survey';
import { rowsOf } from './table-rows';

export interface VerifiedArchive {
  manifest: Manifest;
  /** Its tables as they are in this build. */
  tables: ArchivedTable[];
}

/**
 * Reads an archive to its end and believes nothing: every entry is where, and as long, as the manifest and the rows of
 * attachments say, has the content that it was exported with, and nothing else is in it.
 * @param shapes of this build
 * @throws ArchiveError
 */
export async function verifyArchive(
  reader: ArchiveReader,
  shapes: readonly TableShape[],
  watch: Watch,
): Promise<VerifiedArchive> {
  const manifest = await reader.manifest();
  const tables = matchTables(manifest, shapes);
  await new Verification(reader, manifest, tables, watch).run();
  return { manifest, tables };
}

class Verification {
  /** Of the text that SHA256SUMS must be. */
  private readonly sums = createHash('sha256');
  private readonly total: number;
  private sumsLength = 0;
  private done = 0;
  private rows = 0;

  constructor(
    private readonly reader: ArchiveReader,
    private readonly manifest: Manifest,
    private readonly tables: readonly ArchivedTable[],
    private readonly watch: Watch,
  ) {
    this.total = manifest.tables.reduce((sum, { bytes }) => sum + bytes, manifest.files.bytes);
  }

  async run(): Promise<void> {
    const entries = this.reader.entries();
    const take = async (name: string, size?: number): Promise<ArchiveEntry> => {
      const { value, done } = await entries.next();
      if (done === true || value.name !== name || (size ?? value.size) !== value.size)
        throw new ArchiveError(`${name} is not where it belongs, or of another size`);
      return value;
    };
    try {
      for (const name of [README, MANIFEST]) await this.hash(await take(name));
      for (const [place, entry] of this.manifest.tables.entries())
        await this.table(
          this.tables[place] as ArchivedTable,
          entry,
          await take(dataEntry(entry.name), entry.bytes),
        );
      await this.files(take);
      const sums = await this.hash(await take(SUMS, this.sumsLength));
      if (sums !== this.sums.digest('hex')) throw new ArchiveError(`${SUMS} is not of these entries`);
      if ((await entries.next()).done !== true) throw new ArchiveError('it has more entries than it should');
    } finally {
      await entries.return(undefined);
    }
  }

  private async table(table: ArchivedTable, entry: TableEntry, found: ArchiveEntry): Promise<void> {
    const { shape, columns } = table;
    const hash = createHash('sha256');
    const places = shape.key.map((name) => columns.findIndex((column) => column.name === name));
    let last: Value[] | null = null;
    let count = 0;
    for await (const rows of rowsOf(table, this.counted(found.content, hash))) {
      for (const row of rows) {
        const key = places.map((place) => row[place] as Value);
        if (last !== null && compareKeys(last, key) >= 0)
          throw new ArchiveError(`rows of table ${shape.name} are not in the order of their key`);
        last = key;
      }
      count += rows.length;
      this.rows += rows.length;
    }
    if (hash.digest('hex') !== entry.sha256 || count !== entry.rows)
      throw new ArchiveError(`table ${shape.name} is not what the manifest says`);
    if (shape.hasGeneratedKey && Number(last?.[0] ?? 0) > (entry.lastKey ?? 0))
      throw new ArchiveError(`table ${shape.name} has a key that it never gave out`);
    this.add(entry.sha256, found.name);
  }

  private async files(take: (name: string, size: number) => Promise<ArchiveEntry>): Promise<void> {
    let [count, bytes] = [0, 0];
    for await (const file of this.reader.files(this.tables, this.manifest)) {
      const sha256 = await this.hash(await take(fileEntry(file), file.size));
      if (sha256 !== file.sha256) throw new ArchiveError(`${fileEntry(file)} is not what its row says`);
      [count, bytes] = [count + 1, bytes + file.size];
    }
    if (count !== this.manifest.files.count || bytes !== this.manifest.files.bytes)
      throw new ArchiveError('it has other files than the manifest says');
  }

  private async hash({ name, content }: ArchiveEntry): Promise<string> {
    const hash = createHash('sha256');
    for await (const _ of this.counted(content, hash)) continue;
    const sha256 = hash.digest('hex');
    if (name !== SUMS) this.add(sha256, name);
    return sha256;
  }

  private add(sha256: string, name: string): void {
    const line = sumLine(sha256, name);
    this.sums.update(line);
    this.sumsLength += line.length;
  }

  private async *counted(
    content: AsyncIterable<Buffer>,
    hash: { update(chunk: Buffer): unknown },
  ): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
      this.done = Math.min(this.done + chunk.length, this.total);
      this.watch({ phase: 'Proving the archive', done: this.done, total: this.total, rows: this.rows });
    }
  }
}
