import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage, StorageNotFoundError } from '@liftdesk/storage';
import { DataSource } from 'typeorm';
import { Clock } from '../common/clock';
import { AttachmentConfig } from './attachment.config';
import { SeenKeys } from './seen-keys';
import { sweepStaging } from './staging';
import { ATTACHMENT_PREFIX } from './storage-key';
import { UnsettledObjects } from './unsettled-objects';

export interface SweepReport {
  /** What uploads and removals that never came to an end left behind: files under way, and objects noted as unsettled. */
  interrupted: number;
  /** Staged files whose message never came: row and object removed. */
  abandoned: number;
  /** Objects that no row of this database speaks of: never removed, for they may be another database's. */
  strayObjects: Found;
  /** Rows whose object is missing: data was lost. */
  missingObjects: Found;
}

/** What an operator must look at. */
export interface Found {
  count: number;
  /** The first of them: keys of objects, ids of rows. */
  first: string[];
}

const ABANDONED =
  'select rid, storage_key as "storageKey" from attachment where ticket_rid is null and created_at < ? limit 1000';
const AFTER =
  'select rid, id, storage_key as "storageKey" from attachment where rid > ? order by rid limit 500';
/** Which of these keys (as many placeholders, twice) this database speaks of. */
const known = (count: number): string => {
  const places = Array.from({ length: count }, () => '?').join(', ');
  return `
    select storage_key as "storageKey" from attachment where storage_key in (${places})
    union all select storage_key as "storageKey" from unsettled_object where storage_key in (${places})`;
};
const BATCH = 200;
const LISTED = 100;

/** Finds and mends where storage and database differ; loses nothing that a row speaks of, here or in another database. */
@Injectable()
export class AttachmentSweeper {
  private readonly logger = new Logger(AttachmentSweeper.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly storage: FileStorage,
    private readonly unsettled: UnsettledObjects,
    private readonly clock: Clock,
    private readonly config: AttachmentConfig,
  ) {}

  async sweep(): Promise<SweepReport> {
    const before = this.clock.now() - this.config.stagedTtlMs;
    const olderThan = new Date(before);
    const interrupted =
      (await this.storage.sweepInterrupted(olderThan, ATTACHMENT_PREFIX)) +
      (await sweepStaging(this.config.stagingDir, olderThan)) +
      (await this.unsettled.sweep(before));
    const abandoned = await this.removeAbandoned(before);
    const listed = new SeenKeys();
    const report: SweepReport = {
      interrupted,
      abandoned,
      strayObjects: await this.findStrayObjects(listed),
      missingObjects: await this.findMissingObjects(listed),
    };
    const { strayObjects, missingObjects } = report;
    const level = missingObjects.count > 0 ? 'error' : strayObjects.count > 0 ? 'warn' : 'log';
    this.logger[level]({ message: 'attachments.swept', ...report });
    return report;
  }

  /** The folder of this machine for uploads under way. @returns how many that never came to an end are gone */
  sweepStaging(): Promise<number> {
    return sweepStaging(this.config.stagingDir, new Date(this.clock.now() - this.config.stagedTtlMs));
  }

  private async removeAbandoned(before: number): Promise<number> {
    const rows: { rid: number; storageKey: string }[] = await this.database.query(ABANDONED, [before]);
    let removed = 0;
    for (const { rid, storageKey } of rows) {
      const gone = await this.database.transaction(async (manager) => {
        // Its message may have come since: the condition decides again, inside the transaction.
        const deleted: unknown[] = await manager.query(
          'delete from attachment where rid = ? and ticket_rid is null returning rid',
          [rid],
        );
        if (deleted.length > 0) await this.unsettled.note([storageKey], manager);
        return deleted.length > 0;
      });
      if (!gone) continue;
      await this.unsettled.remove([storageKey]);
      removed += 1;
    }
    return removed;
  }

  /** @param listed gets every key that there is */
  private async findStrayObjects(listed: SeenKeys): Promise<Found> {
    const strays: Found = { count: 0, first: [] };
    let batch: string[] = [];
    for await (const { key } of this.storage.list(ATTACHMENT_PREFIX)) {
      listed.add(key);
      if (batch.push(key) < BATCH) continue;
      await this.addStrays(strays, batch);
      batch = [];
    }
    await this.addStrays(strays, batch);
    return strays;
  }

  private async addStrays(strays: Found, keys: string[]): Promise<void> {
    if (keys.length === 0) return;
    const rows: { storageKey: string }[] = await this.database.query(known(keys.length), [...keys, ...keys]);
    const ours = new Set(rows.map(({ storageKey }) => storageKey));
    for (const key of keys) {
      // One that was removed while we looked is no stray.
      if (!ours.has(key) && (await this.exists(key))) add(strays, key);
    }
  }

  /** Asks the store, which may cost a call each, for those alone that were not listed. */
  private async findMissingObjects(listed: SeenKeys): Promise<Found> {
    const missing: Found = { count: 0, first: [] };
    for (let last = 0; ;) {
      const rows: { rid: number; id: string; storageKey: string }[] = await this.database.query(AFTER, [
        last,
      ]);
      for (const { rid, id, storageKey } of rows) {
        last = rid;
        // One that was deleted while we looked is no loss.
        if (!listed.has(storageKey) && !(await this.exists(storageKey)) && (await this.hasRow(rid)))
          add(missing, id);
      }
      if (rows.length === 0) return missing;
    }
  }

  private async hasRow(rid: number): Promise<boolean> {
    const rows: unknown[] = await this.database.query('select 1 from attachment where rid = ?', [rid]);
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

function add(found: Found, name: string): void {
  found.count += 1;
  if (found.first.length < LISTED) found.first.push(name);
}
