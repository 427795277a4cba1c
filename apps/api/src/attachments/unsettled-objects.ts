import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';

const NOTE = 'insert into unsettled_object (storage_key, created_at) values (?, ?) on conflict do nothing';
const SETTLE = 'delete from unsettled_object where storage_key = ? and created_at = ? returning storage_key';
const FORGET = 'delete from unsettled_object where storage_key = ?';
/** A row counts more than the note: what somebody may still download is never removed. */
const LEFT = `
  select storage_key as "storageKey" from unsettled_object u
  where created_at < ? and not exists (select 1 from attachment a where a.storage_key = u.storage_key)
  order by created_at limit 1000`;
/** From another instant on it is the sweeper's: an upload that comes back now can no longer settle it. */
const TAKE = `
  update unsettled_object set created_at = ? where storage_key = ? and created_at < ?
    and not exists (select 1 from attachment a where a.storage_key = unsettled_object.storage_key)
  returning storage_key`;

/** With a store that hangs, an upload has waited for it already. */
const PATIENCE_MS = 1_500;

/** Knows which objects this desk itself has left without a row: the only ones that it may remove. */
@Injectable()
export class UnsettledObjects {
  private readonly logger = new Logger(UnsettledObjects.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly storage: FileStorage,
    private readonly clock: Clock,
  ) {}

  /**
   * Before an object is stored (and durably so), or in the transaction that removes its row.
   * @returns the instant of the note, for `settle()`
   */
  async note(keys: readonly string[], manager?: EntityManager): Promise<number> {
    if (!manager) return this.database.transaction((own) => this.note(keys, own));
    const now = this.clock.now();
    for (const key of keys) await manager.query(NOTE, [key, now]);
    return now;
  }

  /**
   * In the transaction that writes the rows of these objects.
   * @throws StorageUnavailableError where the sweeper, maybe another process's, has taken one for left behind
   */
  async settle(keys: readonly string[], notedAt: number, manager: EntityManager): Promise<void> {
    for (const key of keys) {
      const settled: unknown[] = await manager.query(SETTLE, [key, notedAt]);
      if (settled.length === 0)
        throw new StorageUnavailableError(undefined, { cause: new Error('Swept before it was done.') });
    }
  }

  /**
   * Removes what an upload that failed has stored. Never fails itself. A store that was not available may still do later
   * what it did not answer: nobody waits for it for long, and the notes stay, so that the sweeper removes once more.
   */
  async giveUp(keys: readonly string[], reason: unknown): Promise<void> {
    if (!(reason instanceof StorageUnavailableError)) return this.remove(keys);
    await within(PATIENCE_MS, this.delete(keys));
  }

  /** Removes noted objects. Never fails the request: what cannot be removed now, the sweeper removes. */
  async remove(keys: readonly string[]): Promise<void> {
    const gone = await this.delete(keys);
    try {
      await this.forget(gone);
    } catch (error) {
      this.logger.warn({ message: 'attachment.note-left', keys: gone, error });
    }
  }

  /** Removes what was noted before this instant and never got a row, or lost it. @returns how many objects */
  async sweep(before: number): Promise<number> {
    const left: { storageKey: string }[] = await this.database.query(LEFT, [before]);
    let swept = 0;
    for (const { storageKey } of left) {
      if (!(await this.take(storageKey, before))) continue;
      await this.storage.delete(storageKey);
      await this.forget([storageKey]);
      swept += 1;
    }
    return swept;
  }

  private async take(key: string, before: number): Promise<boolean> {
    const values = [this.clock.now(), key, before];
    const taken = await this.database.transaction((manager) => manager.query<unknown[]>(TAKE, values));
    return taken.length > 0;
  }

  private forget(keys: readonly string[]): Promise<void> {
    return this.database.transaction(async (manager) => {
      for (const key of keys) await manager.query(FORGET, [key]);
    });
  }

  /** @returns those that are gone */
  private async delete(keys: readonly string[]): Promise<string[]> {
    const gone: string[] = [];
    try {
      for (const key of keys) {
        await this.storage.delete(key);
        gone.push(key);
      }
    } catch (error) {
      this.logger.warn({ message: 'attachment.object-left', keys: keys.slice(gone.length), error });
    }
    return gone;
  }
}

/** Waits for the work, but no longer than that. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
