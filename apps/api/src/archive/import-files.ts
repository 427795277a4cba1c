import type { FileStorage } from '@liftdesk/storage';
import { createHmac, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DataSource } from 'typeorm';
import { ATTACHMENT_PREFIX } from '../attachments/storage-key';
import { DifferenceError } from '../common/operator-errors';
import { ArchiveError } from './archive-error';
import { type ArchiveReader, allOf } from './archive-reader';
import { type ArchivedFile, extension, fileEntry } from './entries';
import type { Watch } from './survey';
import type { VerifiedArchive } from './verify-archive';

/** Files up to here are put while the next ones are read; greater ones as they come. */
const WHOLE_BYTES = 2 << 20;
const AT_A_TIME = 8;
const NOTES_AT_A_TIME = 100;

const NOTE = 'insert into unsettled_object (storage_key, created_at) values (?, ?)';
const NOTES = `select storage_key as "key" from unsettled_object order by storage_key limit ${NOTES_AT_A_TIME}`;
const FORGET = 'delete from unsettled_object where storage_key = ?';

/**
 * Brings the files of an archive into the storage, under keys that nobody can guess. Each is noted as unsettled before it is
 * put, as uploads do: what is interrupted leaves nothing that the next import, or the sweeper, would not find and remove.
 */
export class ImportedFiles {
  /** Another one for each import, so that no two desks share an object. */
  private readonly salt = randomBytes(32);

  constructor(
    private readonly database: DataSource,
    private readonly storage: FileStorage,
  ) {}

  /** Where the file of an attachment lies; the same for all of this import. */
  keyOf({ id, mimeType }: Pick<ArchivedFile, 'id' | 'mimeType'>): string {
    const name = createHmac('sha256', this.salt).update(id).digest('hex').slice(0, 32);
    return `${ATTACHMENT_PREFIX}${name}.${extension(mimeType)}`;
  }

  /** @throws DifferenceError where the storage did not take what it was given */
  async put(reader: ArchiveReader, { manifest, tables }: VerifiedArchive, watch: Watch): Promise<void> {
    await this.note(reader.files(tables, manifest));
    const { bytes: total } = manifest.files;
    const expected = reader.files(tables, manifest);
    const lanes = new Set<Promise<void>>();
    let done = 0;
    const bring = async (file: ArchivedFile, content: Readable): Promise<void> => {
      const { sha256 } = await this.storage.put(this.keyOf(file), content, { contentType: file.mimeType });
      if (sha256 !== file.sha256)
        throw new DifferenceError(`${fileEntry(file)} was stored otherwise than it is`);
      watch({ phase: 'Bringing the files', done: (done += file.size), total, rows: 0 });
    };
    try {
      for await (const { name, size, content } of reader.entries()) {
        if (!name.startsWith('files/')) continue;
        const { value: file } = await expected.next();
        if (file === undefined || fileEntry(file) !== name)
          throw new ArchiveError('it has changed meanwhile');
        if (size > WHOLE_BYTES) {
          await bring(file, Readable.from(content, { objectMode: false }));
          continue;
        }
        const whole = Readable.from([await allOf(content)]);
        // One that fails stays, and is heard below.
        const lane: Promise<void> = bring(file, whole).then(() => void lanes.delete(lane));
        lane.catch(() => undefined);
        lanes.add(lane);
        if (lanes.size >= AT_A_TIME) await Promise.race(lanes);
      }
      await Promise.all(lanes);
    } finally {
      await Promise.allSettled(lanes);
      await expected.return(undefined);
    }
  }

  /** Removes all objects that are noted, and the notes: only for a desk to which no file belongs. */
  async removeNoted(): Promise<void> {
    for (;;) {
      const notes: { key: string }[] = await this.database.query(NOTES);
      if (notes.length === 0) return;
      for (const { key } of notes) await this.storage.delete(key);
      await this.database.transaction(async (manager) => {
        for (const { key } of notes) await manager.query(FORGET, [key]);
      });
    }
  }

  private async note(files: AsyncIterable<ArchivedFile>): Promise<void> {
    let batch: ArchivedFile[] = [];
    const write = (): Promise<void> =>
      this.database.transaction(async (manager) => {
        for (const file of batch) await manager.query(NOTE, [this.keyOf(file), Date.now()]);
      });
    for await (const file of files) {
      batch.push(file);
      if (batch.length < NOTES_AT_A_TIME) continue;
      await write();
      batch = [];
    }
    if (batch.length > 0) await write();
  }
}
