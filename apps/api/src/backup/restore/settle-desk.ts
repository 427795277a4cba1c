import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../../config/database.schema';
import { openDatabase } from '../../database/open-database';
import { checkConsistency, rebuild } from '../../search/search-maintenance';

export interface Settled {
  /** Sign-ins that were ended. */
  sessions: number;
  /** Mails that were waiting and are not sent. */
  mails: number;
  /** The search index did not fit the tickets, and was written anew. */
  searchRebuilt: boolean;
}

export interface SettledDesk {
  settled: Settled;
  /** Keys of the uploads whose rows it has no more: nobody needs their objects. */
  forgotten: ReadonlySet<string>;
}

export interface SettleOptions {
  /** What waited to be sent when the backup was made is sent now; much of it was sent then. */
  sendQueuedMail: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

const REASON = 'The desk was restored from a backup: whether it was sent after that nobody knows';

const END_SESSIONS = 'update session set ended_at = ? where ended_at is null returning rid';
/** One that was used after the backup would open the door once more. */
const END_LINKS = 'update password_reset set used_at = ? where used_at is null';
const HOLD_MAIL = `
  update outbox_mail set status = 'suppressed', reason = ?, secret = null, lease = null, updated_at = ?
  where status = 'queued' and (kind = 'passwordReset' or cast(? as integer) = 0) returning rid`;
const NO_MAINTENANCE = 'delete from maintenance';
/**
 * An upload that was under way then, or waited for its message, may be a file of a ticket in the database that is kept. As what
 * nobody came for, the sweeper would remove it from under that one; an object that it does not know it leaves.
 */
const FORGET_OBJECTS = 'delete from unsettled_object';
const FORGET_UPLOADS =
  'delete from attachment where ticket_rid is null returning storage_key as "storageKey"';

/** What was true when the backup was made, and is not any more: done before the desk takes its place. */
export async function settleDesk(config: DatabaseConfig, options: SettleOptions): Promise<SettledDesk> {
  const { sendQueuedMail, now } = options;
  const dataSource = await openDatabase(config);
  try {
    const done = await dataSource.transaction(async (manager) => {
      await manager.query(END_LINKS, [now]);
      await manager.query(NO_MAINTENANCE);
      await manager.query(FORGET_OBJECTS);
      const uploads: { storageKey: string }[] = await manager.query(FORGET_UPLOADS);
      const ended: unknown[] = await manager.query(END_SESSIONS, [now]);
      const held: unknown[] = await manager.query(HOLD_MAIL, [REASON, now, sendQueuedMail ? 1 : 0]);
      const forgotten = new Set(uploads.map(({ storageKey }) => storageKey));
      return { sessions: ended.length, mails: held.length, forgotten };
    });
    const { forgotten, ...ended } = done;
    return { settled: { ...ended, searchRebuilt: await mendSearch(dataSource) }, forgotten };
  } finally {
    await dataSource.destroy();
  }
}

async function mendSearch(dataSource: DataSource): Promise<boolean> {
  const { missing, orphaned } = await checkConsistency(dataSource);
  if (missing.length + orphaned.length === 0) return false;
  await rebuild(dataSource);
  return true;
}
