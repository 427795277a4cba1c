import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { UnsettledObjects } from '../../attachments/unsettled-objects';
import { WriteGateError } from '../../database/write-gate';
import { endPerson, eraseTickets, markPerson } from './person-rows';

export interface Erasure {
  /** Public id, in lower case. */
  userId: string;
  /** The admin who asked for it, by row key; left out for an operator, who has the database itself. */
  byRid?: number;
  /** Milliseconds since 1970. */
  now: number;
  /** Called once the person has neither name nor access any more, before their tickets go. */
  onMarked?: (userRid: number) => void;
  /** Ends it between two transactions. */
  signal?: AbortSignal;
}

/** Figures only: who it was is nobody's to know any more. */
export interface Erased {
  userId: string;
  tickets: number;
  files: number;
}

/** Tickets that go in one transaction, for which on SQLite everybody waits. */
const BATCH = 20;
/** Half an erasure is worse than a slow one: a turn on the database is asked for this long. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Erases a customer: account, sessions, mail, files, and each ticket that is theirs with all that anybody wrote in it.
 *
 * The first transaction takes name, address and access, or nothing happens; the tickets follow in small ones, the account
 * comes last. Where it ends in between, done again it goes on, and the server does so by itself within the hour. Objects go
 * after the commit that took their rows; what cannot be removed then, the sweeper removes.
 * @throws NotFoundError where there is nobody, or no more; ConflictError for who works or has worked at the desk,
 *   ForbiddenError where `byRid` is no admin any more, MaintenanceError; AbortError where the signal says so
 */
export async function eraseUser(
  dataSource: DataSource,
  unsettled: UnsettledObjects,
  { userId, byRid, now, onMarked, signal }: Erasure,
): Promise<Erased> {
  const erased: Erased = { userId, tickets: 0, files: 0 };
  const turn = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> =>
    patiently(() => dataSource.transaction(work));
  const rid = await turn((manager) => markPerson(manager, userId, byRid, now));
  onMarked?.(rid);
  for (;;) {
    signal?.throwIfAborted();
    const gone = await turn(async (manager) => {
      const { tickets, keys } = await eraseTickets(manager, rid, BATCH);
      const end = tickets === 0 ? await endPerson(manager, rid) : { done: false, keys: [] };
      await unsettled.note([...keys, ...end.keys], manager);
      return { tickets, keys: [...keys, ...end.keys], done: end.done };
    });
    erased.tickets += gone.tickets;
    erased.files += gone.keys.length;
    if (gone.keys.length > 0) await unsettled.remove(gone.keys);
    if (gone.done) return erased;
  }
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WriteGateError) || performance.now() > deadline) throw error;
    }
    await pause(PAUSE_MS);
  }
}
