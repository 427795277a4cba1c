import { setImmediate } from 'node:timers/promises';
import { MAX_TICKET_TEXT, type SqlSource, type TicketDocument } from './search-document';
import { type SearchEngine, type TransactionSource, searchEngineOf } from './search-engine';

export interface SearchConsistency {
  tickets: number;
  documents: number;
  /** Tickets without a document, the first 100 in order of `rid`. */
  missing: number[];
  /** Documents without a ticket, the first 100. */
  orphaned: number[];
}

/** Tickets in one transaction of a rebuild: short enough for the requests that wait behind it. */
const REBUILD_BATCH = 200;
const LISTED = 100;

const ticketBatch = (
  lock: string,
): string => `select t.rid, t.subject, t.requester_rid as "requesterRid", u.name, u.email
  from ticket t left join "user" u on u.rid = t.requester_rid where t.rid > ? order by t.rid limit ${REBUILD_BATCH} ${lock}`;
/** Of a message longer than what is searched of its whole ticket the rest need not be read. */
const MESSAGES_OF_BATCH = `
  select ticket_rid as "ticketRid", kind, substr(body, 1, ${MAX_TICKET_TEXT}) as body from message
  where ticket_rid between ? and ? order by ticket_rid, rid`;

interface TicketRow {
  rid: number;
  subject: string;
  requesterRid: number;
  name: string | null;
  email: string | null;
}

interface MessageRow {
  ticketRid: number;
  kind: 'reply' | 'note';
  body: string;
}

/**
 * Empties the index and writes it anew from the tables, in batches, newest words as they stand when their batch comes: the
 * API may go on working, and a search meanwhile finds what has been written so far.
 *
 * @param onProgress called after each batch with the tickets done
 * @returns the number of tickets
 */
export async function rebuild(
  database: TransactionSource,
  onProgress?: (done: number) => void,
): Promise<number> {
  const engine = searchEngineOf(database);
  await database.transaction(async (source) => {
    for (const statement of engine.clear) await source.query(statement);
  });
  let done = 0;
  for (let after: number | null = 0; after !== null;) {
    const from: number = after;
    const batch = await database.transaction((source) => rebuildBatch(source, engine, from));
    after = batch.last;
    done += batch.count;
    if (batch.count > 0) onProgress?.(done);
    await setImmediate();
  }
  await engine.optimize(database);
  return done;
}

/** Compares the tickets with the index by key; it does not notice a document whose words are out of date. */
export async function checkConsistency(source: SqlSource): Promise<SearchConsistency> {
  const count = async (sql: string) => (await source.query<{ n: number }[]>(sql))[0]?.n ?? 0;
  const { table, key } = searchEngineOf(source).documents;
  const rids = async (sql: string) => (await source.query<{ rid: number }[]>(sql)).map((row) => row.rid);
  return {
    tickets: await count('select count(*) as n from ticket'),
    documents: await count(`select count(*) as n from ${table}`),
    missing: await rids(
      `select rid from ticket where not exists (select 1 from ${table} d where d.${key} = ticket.rid) order by rid limit ${LISTED}`,
    ),
    orphaned: await rids(
      `select d.${key} as rid from ${table} d where not exists (select 1 from ticket where ticket.rid = d.${key}) order by d.${key} limit ${LISTED}`,
    ),
  };
}

async function rebuildBatch(
  source: SqlSource,
  engine: SearchEngine,
  after: number,
): Promise<{ count: number; last: number | null }> {
  const batch = await readDocuments(source, after, engine.lockForRebuild);
  for (const { rid, document } of batch) await engine.write(source, rid, document);
  return { count: batch.length, last: batch.at(-1)?.rid ?? null };
}

/**
 * The words of the next tickets behind this one, as their rows have them.
 * @param lock ends the SELECT of the tickets: they stay as they are until the transaction ends
 * @returns none when there are no more
 */
export async function readDocuments(
  source: SqlSource,
  after: number,
  lock = '',
): Promise<{ rid: number; document: TicketDocument }[]> {
  const tickets = await source.query<TicketRow[]>(ticketBatch(lock), [after]);
  const [first, last] = [tickets[0], tickets.at(-1)];
  if (first === undefined || last === undefined) return [];
  const messages = await source.query<MessageRow[]>(MESSAGES_OF_BATCH, [first.rid, last.rid]);
  const bodies = new Map(
    tickets.map((ticket) => [ticket.rid, { reply: [] as string[], note: [] as string[] }]),
  );
  for (const message of messages) bodies.get(message.ticketRid)?.[message.kind].push(message.body);
  return tickets.map(({ rid, subject, requesterRid, name, email }) => ({
    rid,
    document: {
      subject,
      requesterRid,
      requester: `${name ?? ''} ${email ?? ''}`,
      bodies: bodies.get(rid)?.reply ?? [],
      notes: bodies.get(rid)?.note ?? [],
    },
  }));
}
