import { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DataSource, EntityManager } from 'typeorm';
import { newStorageKey } from '../../../attachments/storage-key';
import { dialectOf } from '../../dialect';
import type { Person } from '../person';
import { Step, TicketScript, playTicket } from '../play-ticket';
import { Random } from '../random';
import { uuidAt } from '../uuid-at';
import { WrittenTicket, writeTicket } from '../write-ticket';
import type { DemoFile } from './demo-files';
import { demoHistory } from './demo-history';
import { DemoPeople, hashDemoPasswords } from './demo-people';
import { DemoAgent, DEMO_AGENTS, DemoStep, DemoTicket } from './demo-script';
import { TICKETS_IN_QUEUE } from './tickets-in-queue';
import { TICKETS_OF_KATRIN } from './tickets-of-katrin';

const MINUTE = 60_000;
const SEED = 2026;
/** The newest ticket's number: a shop that has been at it for a while. */
const NEWEST_NUMBER = 4821;

const ATTACHMENT = `
  insert into attachment (id, ticket_rid, message_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const READ = 'insert into ticket_read (user_rid, ticket_rid, message_rid) values (?, ?, ?)';

export interface LoadedDemo {
  tickets: number;
  messages: number;
  files: number;
}

interface StoredFile {
  file: DemoFile;
  key: string;
  size: number;
  sha256: string;
}

interface Entry {
  script: TicketScript<StoredFile>;
  /** The agents with an account have not seen its newest message. */
  unread: boolean;
  unreadByCustomer: boolean;
}

export async function isEmptyDesk(database: DataSource): Promise<boolean> {
  const rows: unknown[] = await database.query('select 1 from ticket limit 1');
  return rows.length === 0;
}

/**
 * Fills an empty desk with a shop's tickets and the demo accounts: first the files, then all rows in one transaction, so
 * that a desk is either empty or whole.
 */
export async function loadDemo(database: DataSource, storage: FileStorage, now: number): Promise<LoadedDemo> {
  const hashes = await hashDemoPasswords();
  const featured = [...TICKETS_IN_QUEUE, ...TICKETS_OF_KATRIN];
  const files = await storeFiles(storage, featured);
  const stored = [...files.values()].flat().length;
  return database.transaction(async (manager) => {
    const random = new Random(SEED);
    // Each sending of a file takes one of them away.
    const left = new Map([...files].map(([file, sendings]) => [file, [...sendings]]));
    const people = await DemoPeople.make(manager, hashes, now);
    const agents = Object.keys(DEMO_AGENTS).map((name) => people.agent(name as DemoAgent));
    const entries: Entry[] = [];
    for (const ticket of featured) {
      const requester = await people.customer(...ticket.from);
      entries.push(entryOf(ticket, requester, people, left, now));
    }
    const customer = (name: string, email: string) => people.customer(name, email);
    for (const script of await demoHistory(random, agents, customer, now))
      entries.push({ script, unread: script.steps.length === 1, unreadByCustomer: false });
    const loaded = await writeAll(manager, random, entries, people.accounts());
    await dialectOf(manager).continueKeys(manager, 'ticket');
    return { ...loaded, files: stored };
  });
}

async function storeFiles(
  storage: FileStorage,
  tickets: readonly DemoTicket[],
): Promise<Map<DemoFile, StoredFile[]>> {
  const stored = new Map<DemoFile, StoredFile[]>();
  for (const step of tickets.flatMap((ticket) => ticket.steps)) {
    for (const file of filesOf(step)) {
      const content = file.content();
      const key = newStorageKey(file.mimeType);
      await storage.put(key, Readable.from([content]), { contentType: file.mimeType });
      const sha256 = createHash('sha256').update(content).digest('hex');
      stored.set(file, [...(stored.get(file) ?? []), { file, key, size: content.length, sha256 }]);
    }
  }
  return stored;
}

const filesOf = (step: DemoStep): readonly DemoFile[] =>
  step.kind === 'asks' || step.kind === 'answers' ? step.files : [];

function entryOf(
  ticket: DemoTicket,
  requester: Person,
  people: DemoPeople,
  files: Map<DemoFile, StoredFile[]>,
  now: number,
): Entry {
  // One file may be sent twice; each sending has an object of its own.
  const take = (file: DemoFile): StoredFile => files.get(file)?.shift() as StoredFile;
  const { subject, priority, tags, due, unread, unreadByCustomer } = ticket;
  const steps = ticket.steps.map((step) => stepOf(step, requester, people, now, take));
  const dueAt = due === undefined ? undefined : now + due * MINUTE;
  return {
    script: { subject, requester, priority, tags: [...tags].sort(), dueAt, steps },
    unread: unread ?? false,
    unreadByCustomer: unreadByCustomer ?? false,
  };
}

function stepOf(
  step: DemoStep,
  requester: Person,
  people: DemoPeople,
  now: number,
  take: (file: DemoFile) => StoredFile,
): Step<StoredFile> {
  const at = now - step.ago * MINUTE;
  switch (step.kind) {
    case 'asks':
      return { kind: 'say', by: requester, at, body: step.body, files: step.files.map(take) };
    case 'answers': {
      const { body, then } = step;
      return { kind: 'say', by: people.agent(step.by), at, body, then, files: step.files.map(take) };
    }
    case 'notes':
      return { kind: 'note', by: people.agent(step.by), at, body: step.body };
    case 'changes': {
      const { assignee, ...change } = step.change;
      const person = assignee && people.agent(assignee);
      return {
        kind: 'change',
        by: people.agent(step.by),
        at,
        change: { ...change, ...(person !== undefined && { assignee: person }) },
      };
    }
  }
}

async function writeAll(
  manager: EntityManager,
  random: Random,
  entries: readonly Entry[],
  accounts: readonly Person[],
): Promise<{ tickets: number; messages: number }> {
  const played = entries
    .map(({ script, ...marks }) => ({ ticket: playTicket(script), ...marks }))
    .sort((a, b) => a.ticket.createdAt - b.ticket.createdAt);
  let number = NEWEST_NUMBER - played.length;
  let messages = 0;
  for (const { ticket, unread, unreadByCustomer } of played) {
    number += 1;
    const written = await writeTicket(manager, random, number, ticket);
    messages += written.messages.length;
    await writeFiles(manager, random, written);
    for (const account of accounts) {
      if (!account.staff && account.rid !== ticket.requester.rid) continue;
      if (account.staff ? unread : unreadByCustomer) continue;
      const seen = account.staff ? written.lastMessageRid : written.lastReplyRid;
      await manager.query(READ, [account.rid, written.rid, seen]);
    }
  }
  return { tickets: played.length, messages };
}

async function writeFiles(
  manager: EntityManager,
  random: Random,
  { rid, messages }: WrittenTicket<StoredFile>,
): Promise<void> {
  for (const { rid: messageRid, message } of messages) {
    for (const { file, key, size, sha256 } of message.files) {
      await manager.query(ATTACHMENT, [
        uuidAt(random, message.at),
        rid,
        messageRid,
        message.by.rid,
        message.kind === 'reply' ? 1 : 0,
        file.filename,
        file.mimeType,
        size,
        sha256,
        key,
        message.at,
      ]);
    }
  }
}
