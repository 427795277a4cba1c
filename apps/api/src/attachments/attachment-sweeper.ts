import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage, StorageNotFoundError } from '@liftdesk/storage';
import { DataSource } from 'typeorm';
import { Clock } from '../common/clock';
import { AttachmentConfig } from './attachment.config';
import { sweepStaging } from './staging';
import { ATTACHMENT_PREFIX } from './storage-key';

export interface SweepReport {
  /** Files of uploads that a crash or a cut line interrupted. */
  interrupted: number;
  /** Staged files whose message never came: row and object removed. */
  abandoned: number;
  /** Objects without a row. Removed when they are older than the staging time. */
  strayObjects: string[];
  /** Rows whose object is missing: data was lost, an operator must look. Ids. */
  missingObjects: string[];
}

const ABANDONED =
  'select rid, storage_key as storageKey from attachment where ticket_rid is null and created_at < ? limit 1000';
const AFTER =
  'select rid, id, storage_key as storageKey from attachment where rid > ? order by rid limit 500';
const KNOWN = 'select 1 as known from attachment where storage_key = ?';

/** Finds and mends where storage and database differ; loses nothing that a row speaks of. */
@Injectable()
export class AttachmentSweeper {
  private readonly logger = new Logger(AttachmentSweeper.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly storage: FileStorage,
    private readonly clock: Clock,
    private readonly config: AttachmentConfig,
  ) {}

  async sweep(): Promise<SweepReport> {
    const before = this.clock.now() - this.config.stagedTtlMs;
    const olderThan = new Date(before);
    const report: SweepReport = {
      interrupted:
        (await this.storage.sweepInterrupted(olderThan)) +
        (await sweepStaging(this.config.stagingDir, olderThan)),
      abandoned: await this.removeAbandoned(before),
      strayObjects: await this.removeStrayObjects(olderThan),
      missingObjects: await this.findMissingObjects(),
    };
    const { strayObjects, missingObjects, ...counts } = report;
    const level = missingObjects.length > 0 ? 'error' : 'log';
    this.logger[level]({
      message: 'attachments.swept',
      ...counts,
      strayObjects: strayObjects.length,
      missingObjects: missingObjects.slice(0, 100),
    });
    return report;
  }

  private async removeAbandoned(before: number): Promise<number> {
    const rows: { rid: number; storageKey: string }[] = await this.database.query(ABANDONED, [before]);
    let removed = 0;
    for (const { rid, storageKey } of rows) {
      // Its message may have come since: the condition decides again, inside the transaction.
      const gone: unknown[] = await this.database.transaction((manager) =>
        manager.query('delete from attachment where rid = ? and ticket_rid is null returning rid', [rid]),
      );
      if (gone.length === 0) continue;
      await this.storage.delete(storageKey);
      removed += 1;
    }
    return removed;
  }

  private async removeStrayObjects(olderThan: Date): Promise<string[]> {
    const strays: string[] = [];
    for await (const { key, lastModified } of this.storage.list(ATTACHMENT_PREFIX)) {
      if (lastModified >= olderThan || (await this.isKnown(key))) continue;
      await this.storage.delete(key);
      strays.push(key);
    }
    return strays;
  }

  private async findMissingObjects(): Promise<string[]> {
    const missing: string[] = [];
    for (let last = 0; ;) {
      const rows: { rid: number; id: string; storageKey: string }[] = await this.database.query(AFTER, [
        last,
      ]);
      for (const { rid, id, storageKey } of rows) {
        last = rid;
        // One that was deleted while we looked is no loss.
        if (!(await this.exists(storageKey)) && (await this.isKnown(storageKey))) missing.push(id);
      }
      if (rows.length === 0) return missing;
    }
  }

  private async isKnown(key: string): Promise<boolean> {
    const rows: unknown[] = await this.database.query(KNOWN, [key]);
    return rows.length > 0;
  }

  private async exists(key: string): Promise<boolean> {
    try {
      await this.storage.stat(key);
      return true;
    } catch (error) {
      if (error instanceof StorageNotFoundError) return false;
      throw error;
    }
  }
}
