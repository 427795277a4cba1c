/**
 * SQL over the index, for walkHits() and the list query to build on. All texts are constant for one `filter`, so statement
 * caches keep them.
 *
 * `filter` is SQL about the ticket row `t` with `?` for its values, or `true`. FTS5 runs outermost (`cross join` pins it) and
 * streams hits by rowid, newest first: never the other way round, a probe of the index for each ticket costs ten times as much.
 * The bound keys are cast: better-sqlite3 binds numbers as REAL, and FTS5 then does not seek but walks.
 */
import { LIMIT } from '../database/columns';
import { HITS_CAP } from './search-document';

const NEWEST_BELOW = `select rowid as rid from ticket_fts where ticket_fts match ? and rowid < cast(? as integer) order by rowid desc`;
/** Weights of subject, requester, body, note: a word of the subject tells most. */
const SCORE = 'bm25(ticket_fts, 8.0, 4.0, 1.0, 1.0)';

/**
 * What passes the filter of the next `step` hits, newest first: a join keeps the order of its outer side. As one JSON array,
 * which costs a fraction of a thousand rows. Values: match, the `rid` to start below, the filter's, limit. One row: `rids`.
 */
export function newestHits(filter: string, step: number): string {
  const passing = filter === 'true' ? '' : `cross join ticket t on t.rid = hit.rid where (${filter})`;
  return `select json_group_array(rid) as rids from (select hit.rid as rid from (${NEWEST_BELOW} limit ${step}) hit ${passing} ${LIMIT})`;
}

/** The last hit of such a step; no row where the hits end within it. Values: match, the `rid` to start below. Row: `rid`. */
export function endOfStep(step: number): string {
  return `${NEWEST_BELOW} limit 1 offset ${step - 1}`;
}

/** Values: match, the `rid`s to start below and to end at, the filter's. Rows: `rid`, `score`, smaller for better ones. */
export function scoredHits(filter: string): string {
  return `select t.rid as rid, ${SCORE} as score from ticket_fts cross join ticket t on t.rid = ticket_fts.rowid
  where ticket_fts match ? and ticket_fts.rowid < cast(? as integer) and ticket_fts.rowid >= cast(? as integer) and (${filter})
  order by ticket_fts.rowid desc limit ${HITS_CAP}`;
}
