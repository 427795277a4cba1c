import { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { TicketEventType } from './message.entity';

export interface LogEntry {
  type: TicketEventType;
  from?: unknown;
  to?: unknown;
}

const RECORD = `
  insert into ticket_event (id, ticket_rid, actor_rid, type, from_value, to_value, created_at) values (?, ?, ?, ?, ?, ?, ?)`;

/** Writes what changed into the ticket's log, in the transaction that changes it. */
export async function recordEvents(
  manager: EntityManager,
  ticketRid: number,
  actorRid: number,
  entries: readonly LogEntry[],
  now: number,
): Promise<void> {
  for (const { type, from, to } of entries) {
    await manager.query(RECORD, [uuidv7(), ticketRid, actorRid, type, asJson(from), asJson(to), now]);
  }
}

const asJson = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);
