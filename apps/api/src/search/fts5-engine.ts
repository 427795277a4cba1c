import { setImmediate } from 'node:timers/promises';
import { toFts5 } from './fts5-query';
import type { SqlSource } from './search-document';
import type { Hits, Scored, SearchEngine, TransactionSource, Walk } from './search-engine';
import { scoredHits } from './search-sql';
import { CREATE_SEARCH_INDEX, DROP_SEARCH_INDEX, indexTicket } from './ticket-search-index';
import { walkHits } from './walk-hits';

/** Index pages one merge step writes: about 5 ms. */
const MERGE_PAGES = 32;

export const fts5Engine: SearchEngine = {
  write: indexTicket,
  remove: removeDocuments,
  expression: toFts5,
  walk: walkHits,
  score: scoreHits,
  clear: [...DROP_SEARCH_INDEX, ...CREATE_SEARCH_INDEX],
  documents: { table: 'ticket_fts_docsize', key: 'id' },
  lockForRebuild: '',
  optimize: optimizeInSteps,
  mergeStep,
  writesPerMerge: 4,
};

async function removeDocuments(source: SqlSource, rids: readonly number[]): Promise<void> {
  for (const rid of rids) await source.query('delete from ticket_fts where rowid = ?', [rid]);
}

async function scoreHits(source: SqlSource, hits: Hits, walk: Walk): Promise<Scored[]> {
  const scored: Scored[] = [];
  const full = walk.stretches.filter(([below, end]) => walk.rids.some((rid) => rid < below && rid >= end));
  for (const [index, [below, end]] of full.entries()) {
    // A score counts its words in the whole index, once a statement: others come in between.
    if (index > 0) await setImmediate();
    const values = [hits.match, below, end, ...hits.values];
    scored.push(...(await source.query<Scored[]>(scoredHits(hits.filter), values)));
  }
  return scored;
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

async function merge(source: SqlSource, pages: number): Promise<boolean> {
  const changes = async () => (await source.query<{ n: number }[]>('select total_changes() as n'))[0]?.n ?? 0;
  const before = await changes();
  await source.query(`insert into ticket_fts(ticket_fts, rank) values('merge', ${pages})`);
  // The statement itself counts as one change; more tells that pages were written.
  return (await changes()) - before >= 2;
}
