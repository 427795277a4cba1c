import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage } from '@liftdesk/storage';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';

const NOTE = 'insert or ignore into unsettled_object (storage_key, created_at) values (?, ?)';
const SETTLE = 'delete from unsettled_object where storage_key = ?';
/** A row counts more than the note: what somebody may still download is never removed. */
const LEFT = `
  select storage_key as "storageKey" from unsettled_object u
  where created_at < ? and not exists (select 1 from attachment a where a.storage_key = u.storage_key)
  order by created_at limit 1000`;

/** Knows which objects this desk itself has left without a row: the only ones that it may remove. */
@Injectable()
export class UnsettledObjects {
  private readonly logger = new Logger(UnsettledObjects.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly storage: FileStorage,
    private readonly clock: Clock,
  ) {}

  /** Before an object is stored (and durably so), or in the transaction that removes its row. */
  async note(keys: readonly string[], manager?: EntityManager): Promise<void> {
    if (!manager) return this.database.transaction((own) => this.note(keys, own));
    for (const key of keys) await manager.query(NOTE, [key, this.clock.now()]);
  }

  /** In the transaction that writes the rows of these objects. */
  async settle(keys: readonly string[], manager: EntityManager): Promise<void> {
    for (const key of keys) await manager.query(SETTLE, [key]);
  }

  /** Removes noted objects. Never fails the request: what cannot be removed now, the sweeper removes. */
  async remove(keys: readonly string[]): Promise<void> {
    const gone: string[] = [];
    try {
      for (const key of keys) {
        await this.storage.delete(key);
        gone.push(key);
      }
    } catch (error) {
      this.logger.warn({ message: 'attachment.object-left', keys: keys.slice(gone.length), error });
    }
    try {
      await this.database.transaction((manager) => this.settle(gone, manager));
    } catch (error) {
      this.logger.warn({ message: 'attachment.note-left', keys: gone, error });
    }
  }

  /** Removes what was noted before this instant and never got a row, or lost it. @returns how many objects */
  async sweep(before: number): Promise<number> {
    const rows: { storageKey: string }[] = await this.database.query(LEFT, [before]);
    for (const { storageKey } of rows) {
      await this.storage.delete(storageKey);
      await this.database.transaction((manager) => this.settle([storageKey], manager));
    }
    return rows.length;
  }
}
