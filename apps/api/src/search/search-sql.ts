/**
 * SQL over the index, for the list query to build on. All texts are constant for one `filter`, so statement caches keep them.
 *
 * `filter` is SQL about the ticket row `t` with `?` for its values, or `true`. FTS5 runs outermost (`cross join` pins it) and
 * streams hits by rowid, newest first: never the other way round, a probe of the index for each ticket costs ten times as much.
 * The bound keys are cast: better-sqlite3 binds numbers as REAL, and FTS5 then does not seek but walks.
 */
import { LIMIT } from '../database/columns';

/** Hits of a broad word that are counted, ranked or sorted at most. */
export const HITS_CAP = 1000;

/** Where to start for the first page: above every `rid`. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

const HITS = 'from ticket_fts cross join ticket t on t.rid = ticket_fts.rowid where ticket_fts match ?';
/** Weights of subject, requester, body, note: a word of the subject tells most. */
const SCORE = 'bm25(ticket_fts, 8.0, 4.0, 1.0, 1.0)';

/** A page in the order of creation, newest first. Values: match, the `rid` to start below, the filter's, limit. Rows: `rid`. */
export function newestHits(filter: string): string {
  return `select t.rid as rid ${HITS} and ticket_fts.rowid < cast(? as integer) and (${filter}) order by ticket_fts.rowid desc ${LIMIT}`;
}

/**
 * The same page where a select finds few tickets by an index of its own (a rare tag: 200 at most, 12 µs each, more in an index
 * of many segments), and the words may be common: walking their hits would cost 0.4 µs for each one in the desk.
 *
 * @param few SQL that selects `rid`s. Values: those of `few`, match, the `rid` to start below, limit. Rows: `rid`
 */
export function newestHitsAmong(few: string): string {
  return `with few(rid) as materialized (${few})
  select few.rid as rid from few cross join ticket_fts on ticket_fts.rowid = few.rid where ticket_fts match ? and few.rid < ? order by few.rid desc limit ?`;
}

/** The number of hits, `HITS_CAP` for that many or more. Values: match, the filter's. One row: `n`. */
export function cappedCount(filter: string): string {
  return `select count(*) as n from (select 1 ${HITS} and (${filter}) limit ${HITS_CAP})`;
}

/**
 * The newest `HITS_CAP` hits, best first; `score` is smaller for better ones. Values: match, the filter's, limit, offset.
 * Rows: `rid`, `score`.
 */
export function rankedHits(filter: string): string {
  return `with hits as materialized (select t.rid as rid, ${SCORE} as score ${HITS} and (${filter}) order by ticket_fts.rowid desc limit ${HITS_CAP})
  select rid, score from hits order by score, rid desc limit ? offset ?`;
}

/**
 * A `with` clause that holds all hits as `hits(rid)`, for any other order; only where `cappedCount` is below `HITS_CAP`.
 * Values: match, the filter's. Goes before `select .. from hits join ticket t on t.rid = hits.rid order by ..`.
 */
export function allHits(filter: string): string {
  return `with hits(rid) as materialized (select t.rid ${HITS} and (${filter}) limit ${HITS_CAP})`;
}
