import { LIMIT } from '../database/columns';
import { HITS_CAP, type SqlSource, type TicketDocument } from './search-document';
import type { Hits, Scored, SearchEngine, TransactionSource, Walk } from './search-engine';
import { toTsquery } from './tsquery';
import { tsvectorOf } from './tsvector-document';

export interface WindowBounds {
  /** Keys of the first window of a walk; each one after is four times as wide, up to `widest`. */
  first: number;
  widest: number;
  /** Windows of one walk: a common word under a filter that next to nothing passes is not looked for forever. */
  most: number;
}

const WINDOWS: WindowBounds = { first: 4_096, widest: 65_536, most: 24 };

const WRITE = `
  insert into ticket_search (rid, tsv) values (?, cast(? as tsvector)) on conflict (rid) do update set tsv = excluded.tsv`;

/** Weights of notes, replies, requester, subject: a word of the subject tells most. */
const SCORE = `
  select s.rid, -ts_rank('{0.125, 0.125, 0.5, 1}', s.tsv, cast(? as tsquery)) as score
  from ticket_search s where s.rid in (select cast(value as integer) from json_array_elements_text(cast(? as json)))`;

export const tsvectorEngine: SearchEngine = {
  write: writeDocument,
  // A document goes with its ticket.
  remove: async () => undefined,
  expression: toTsquery,
  walk: (source, hits, from, limit) => walkWindows(source, hits, from, limit),
  score: scoreHits,
  clear: ['truncate table ticket_search'],
  documents: { table: 'ticket_search', key: 'rid' },
  lockForRebuild: 'for no key update of t',
  optimize,
  mergeStep: async () => false,
  // The index has each word in its place at once.
  writesPerMerge: null,
};

async function writeDocument(source: SqlSource, rid: number, document: TicketDocument): Promise<void> {
  await source.query(WRITE, [rid, tsvectorOf(document)]);
}

interface Found {
  /** Hits that were seen, the filter aside. */
  seen: number;
  /** A JSON array of those that pass the filter, newest first. */
  rids: string;
  newest: number | null;
}

/**
 * Two steps, never one statement: in which order to go about words and newest first PostgreSQL cannot know, and guesses
 * wrong by a factor of a thousand. First any thousand hits, by the index and in no order: where there are fewer these are
 * all. Of common words there are many everywhere: then stretches of keys are looked through from the newest on.
 */
export async function walkWindows(
  source: SqlSource,
  hits: Hits,
  from: number,
  limit: number,
  bounds: WindowBounds = WINDOWS,
): Promise<Walk> {
  const few = await anyHits(source, hits, from, limit);
  if (few.seen <= HITS_CAP) {
    const rids = JSON.parse(few.rids) as number[];
    const end = rids.length >= limit ? rids.at(-1) : undefined;
    return { rids, stretches: [[from, end ?? 0]], goOnBelow: end ?? null };
  }
  const walk: Walk = { rids: [], stretches: [], goOnBelow: from };
  let below = Math.min(from, (few.newest ?? 0) + 1);
  for (let window = 0, width = bounds.first; window < bounds.most; window++) {
    const end = Math.max(below - width, 0);
    const left = limit - walk.rids.length;
    walk.rids.push(...(await hitsBetween(source, hits, below, end, left)));
    const isFull = walk.rids.length >= limit;
    const last = isFull ? (walk.rids.at(-1) as number) : end;
    walk.stretches.push([below, last]);
    walk.goOnBelow = isFull || end > 1 ? last : null;
    if (isFull || walk.goOnBelow === null) break;
    below = end;
    width = Math.min(width * 4, bounds.widest);
  }
  return walk;
}

async function anyHits(source: SqlSource, hits: Hits, from: number, limit: number): Promise<Found> {
  const passing = hits.filter === 'true' ? '' : `join ticket t on t.rid = hit.rid where (${hits.filter})`;
  const sql = `
    with hit as materialized (
      select rid from ticket_search where tsv @@ cast(? as tsquery) and rid < cast(? as bigint) limit ${HITS_CAP + 1})
    select (select count(*) from hit) as seen, (select max(rid) from ticket_search) as newest,
      (select coalesce(json_agg(page.rid), '[]'::json)::text from (
        select hit.rid from hit ${passing} order by hit.rid desc ${LIMIT}) page) as rids`;
  const [found] = await source.query<Found[]>(sql, [hits.match, from, ...hits.values, limit]);
  return found ?? { seen: 0, rids: '[]', newest: null };
}

async function hitsBetween(
  source: SqlSource,
  hits: Hits,
  below: number,
  end: number,
  limit: number,
): Promise<number[]> {
  const passing = hits.filter === 'true' ? '' : 'join ticket t on t.rid = hit.rid';
  const sql = `
    select coalesce(json_agg(page.rid), '[]'::json)::text as rids from (
      select hit.rid from ticket_search hit ${passing}
      where hit.rid < cast(? as bigint) and hit.rid >= cast(? as bigint) and hit.tsv @@ cast(? as tsquery)
        and (${hits.filter}) order by hit.rid desc ${LIMIT}) page`;
  const values = [below, end, hits.match, ...hits.values, limit];
  const [found] = await source.query<{ rids: string }[]>(sql, values);
  return JSON.parse(found?.rids ?? '[]') as number[];
}

async function scoreHits(source: SqlSource, { match }: Hits, { rids }: Walk): Promise<Scored[]> {
  const newest = rids.slice(0, HITS_CAP);
  return source.query<Scored[]>(SCORE, [match, JSON.stringify(newest)]);
}

/** What was replaced goes, and the planner learns how common each word is. */
async function optimize(database: TransactionSource): Promise<void> {
  await database.query('vacuum (analyze) ticket_search');
}
