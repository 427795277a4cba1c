import { setImmediate } from 'node:timers/promises';
import { CREATE_SEARCH_INDEX, DROP_SEARCH_INDEX, SqlSource, indexTicket } from './ticket-search-index';

/** What a long piece of work needs of a TypeORM DataSource: a transaction of its own for each step of it. */
export interface TransactionSource extends SqlSource {
  transaction<T>(work: (source: SqlSource) => Promise<T>): Promise<T>;
}

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
/** Index pages one merge step writes: about 5 ms. */
const MERGE_PAGES = 32;
const LISTED = 100;

const TICKET_BATCH = `select t.rid, t.subject, t.requester_rid as "requesterRid", u.name, u.email
  from ticket t left join "user" u on u.rid = t.requester_rid where t.rid > ? order by t.rid limit ${REBUILD_BATCH}`;
const MESSAGES_OF_BATCH =
  'select ticket_rid as "ticketRid", kind, body from message where ticket_rid between ? and ? order by ticket_rid, rid';

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
 * One bounded step of merging the index's segments; call it when the API is idle, about once after every 4 writes, in a
 * transaction (a write gate's turn).
 *
 * @param pages how much to write at most, in index pages
 * @returns whether it had something to do: call again
 */
export async function mergeStep(source: SqlSource, pages = MERGE_PAGES): Promise<boolean> {
  return merge(source, Math.max(1, Math.trunc(pages)));
}

/** Merges everything into one segment, in steps that let other work pass; `pages` a step. */
export async function optimizeInSteps(database: TransactionSource, pages = 500): Promise<void> {
  const step = Math.max(1, Math.trunc(pages));
  // A negative number puts all segments up for one merge, which positive ones then carry on.
  let more = await database.transaction((source) => merge(source, -step));
  while (more) {
    await setImmediate();
    more = await database.transaction((source) => merge(source, step));
  }
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
  await database.transaction(async (source) => {
    for (const statement of [...DROP_SEARCH_INDEX, ...CREATE_SEARCH_INDEX]) await source.query(statement);
  });
  let done = 0;
  for (let after: number | null = 0; after !== null;) {
    const from: number = after;
    const batch = await database.transaction((source) => rebuildBatch(source, from));
    after = batch.last;
    done += batch.count;
    if (batch.count > 0) onProgress?.(done);
    await setImmediate();
  }
  await optimizeInSteps(database);
  return done;
}

/** Compares the tickets with the index by key; it does not notice a document whose words are out of date. */
export async function checkConsistency(source: SqlSource): Promise<SearchConsistency> {
  const count = async (sql: string) => (await source.query<{ n: number }[]>(sql))[0]?.n ?? 0;
  const rids = async (sql: string) => (await source.query<{ rid: number }[]>(sql)).map((row) => row.rid);
  return {
    tickets: await count('select count(*) as n from ticket'),
    documents: await count('select count(*) as n from ticket_fts_docsize'),
    missing: await rids(
      `select rid from ticket where not exists (select 1 from ticket_fts_docsize d where d.id = ticket.rid) order by rid limit ${LISTED}`,
    ),
    orphaned: await rids(
      `select id as rid from ticket_fts_docsize d where not exists (select 1 from ticket where ticket.rid = d.id) order by id limit ${LISTED}`,
    ),
  };
}

async function rebuildBatch(
  source: SqlSource,
  after: number,
): Promise<{ count: number; last: number | null }> {
  const tickets = await source.query<TicketRow[]>(TICKET_BATCH, [after]);
  const [first, last] = [tickets[0], tickets.at(-1)];
  if (first === undefined || last === undefined) return { count: 0, last: null };
  const messages = await source.query<MessageRow[]>(MESSAGES_OF_BATCH, [first.rid, last.rid]);
  const bodies = new Map(
    tickets.map((ticket) => [ticket.rid, { reply: [] as string[], note: [] as string[] }]),
  );
  for (const message of messages) bodies.get(message.ticketRid)?.[message.kind].push(message.body);
  for (const ticket of tickets) {
    await indexTicket(source, ticket.rid, {
      subject: ticket.subject,
      requesterRid: ticket.requesterRid,
      requester: `${ticket.name ?? ''} ${ticket.email ?? ''}`,
      bodies: bodies.get(ticket.rid)?.reply ?? [],
      notes: bodies.get(ticket.rid)?.note ?? [],
    });
  }
  return { count: tickets.length, last: last.rid };
}

async function merge(source: SqlSource, pages: number): Promise<boolean> {
  const changes = async () => (await source.query<{ n: number }[]>('select total_changes() as n'))[0]?.n ?? 0;
  const before = await changes();
  await source.query(`insert into ticket_fts(ticket_fts, rank) values('merge', ${pages})`);
  // The statement itself counts as one change; more tells that pages were written.
  return (await changes()) - before >= 2;
}
