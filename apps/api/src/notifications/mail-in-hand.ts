import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { writeInMaintenance } from '../database/maintenance';

/** Longer than an attempt can take: who has a mail in hand for longer is dead. */
export const LEASE_MS = 3 * 60_000;

export interface MailWait {
  /** Called once, where mail is on its way: how many mails are waited for. */
  onMail?: (mails: number) => void;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

const IN_HAND = `
  select count(*) as held, count(case when due_at > ? then 1 end) as awaited
  from outbox_mail where status = 'queued' and lease is not null`;
const RELEASE = `update outbox_mail set lease = null where status = 'queued' and lease is not null`;
const PAUSE_MS = 50;

/**
 * In a maintenance, in which no mail is taken in hand any more: resolves when it is written down what became of those on
 * their way. Whoever does not come back is waited for no longer than a lease, and writes nothing down then.
 * @throws AbortError when the signal says so
 */
export async function mailSettled(dataSource: DataSource, { onMail, signal }: MailWait): Promise<void> {
  const deadline = performance.now() + LEASE_MS;
  let { held, awaited } = await inHand(dataSource);
  if (awaited > 0) onMail?.(awaited);
  while (awaited > 0 && performance.now() < deadline) {
    await pause(PAUSE_MS, undefined, { signal });
    ({ held, awaited } = await inHand(dataSource));
  }
  if (held > 0) await writeInMaintenance(dataSource, RELEASE);
}

async function inHand(dataSource: DataSource): Promise<{ held: number; awaited: number }> {
  const [row] = await dataSource.query<{ held: number; awaited: number }[]>(IN_HAND, [Date.now()]);
  return row ?? { held: 0, awaited: 0 };
}
