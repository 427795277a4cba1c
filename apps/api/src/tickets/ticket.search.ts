import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Actor, isStaff } from '../auth/actor';
import { decodeCursor, encodeCursor, orderOfCursor } from '../common/cursor';
import { toFts5 } from '../search/fts5-query';
import type { MatchNode } from '../search/match-node';
import { HITS_CAP, NEWEST, allHits, cappedCount, newestHits, rankedHits } from '../search/search-sql';
import type { TicketFilters } from './ticket.filters';
import type { TicketQueryDto } from './ticket.dto';
import { ORDERS } from './ticket.order';

const CREATED_ORDER = '-createdAt';

export interface SearchPage {
  rids: number[];
  nextCursor: string | null;
  /** The order that was used. */
  order: string;
  /** On the first page: how many tickets match, up to HITS_CAP. */
  total?: number;
  totalIsCapped?: boolean;
}

type Page = Pick<SearchPage, 'rids' | 'nextCursor'>;

interface Search {
  match: string;
  /** SQL over the ticket row `t`. */
  filter: string;
  values: readonly unknown[];
  limit: number;
  cursor: string | undefined;
}

/**
 * Lists by text. The index streams its hits newest first, so that order is flat at any size; relevance ranks the newest
 * thousand; other orders hold while there are fewer hits than that, and created order is used beyond.
 */
@Injectable()
export class TicketSearch {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async page(
    actor: Actor,
    query: TicketQueryDto,
    node: MatchNode,
    filters: TicketFilters,
  ): Promise<SearchPage> {
    const search: Search = {
      match: toFts5(
        node,
        isStaff(actor) ? { mayReadNotes: true } : { mayReadNotes: false, requesterRid: actor.userRid },
      ),
      filter: filters.conditions.join(' and ') || 'true',
      values: filters.values,
      limit: query.limit,
      cursor: query.cursor,
    };
    const [{ n }]: [{ n: number }] = await this.database.query(cappedCount(search.filter), [
      search.match,
      ...search.values,
    ]);
    const order = orderOfPage(query.cursor) ?? orderFor(query.sort, n >= HITS_CAP);
    const page = await this.inOrder(search, order);
    return { ...page, order, ...(query.cursor === undefined && { total: n, totalIsCapped: n >= HITS_CAP }) };
  }

  private inOrder(search: Search, order: string): Promise<Page> {
    if (order === CREATED_ORDER) return this.newest(search);
    if (order === 'relevance') return this.counted(search, order, rankedHits(search.filter));
    const direction = order.startsWith('-') ? 'desc' : 'asc';
    const keys = ORDERS[order.replace('-', '')] as readonly string[];
    const sql = `${allHits(search.filter)} select t.rid as rid from hits join ticket t on t.rid = hits.rid
      order by ${keys.map((key) => `${key} ${direction}`).join(', ')} limit ? offset ?`;
    return this.counted(search, order, sql);
  }

  private async newest({ match, filter, values, limit, cursor }: Search): Promise<Page> {
    const below = cursor === undefined ? NEWEST : decodeCursor(cursor, 'q', 1)[0];
    const rows: { rid: number }[] = await this.database.query(newestHits(filter), [
      match,
      below,
      ...values,
      limit + 1,
    ]);
    const rids = rows.slice(0, limit).map((row) => row.rid);
    return { rids, nextCursor: rows.length > limit ? encodeCursor('q', [rids.at(-1) ?? 0]) : null };
  }

  /** Orders that look at up to HITS_CAP hits at once: their cursor counts places. */
  private async counted({ match, values, limit, cursor }: Search, order: string, sql: string): Promise<Page> {
    const offset =
      cursor === undefined ? 0 : Math.min(Number(decodeCursor(cursor, `q${order}`, 1)[0]), HITS_CAP);
    const rows: { rid: number }[] = await this.database.query(sql, [match, ...values, limit + 1, offset]);
    const rids = rows.slice(0, limit).map((row) => row.rid);
    return { rids, nextCursor: rows.length > limit ? encodeCursor(`q${order}`, [offset + limit]) : null };
  }
}

/** A list goes on in the order it began with, also when hits have come or gone meanwhile. */
function orderOfPage(cursor: string | undefined): string | null {
  const order = cursor === undefined ? null : orderOfCursor(cursor);
  if (order === 'q') return CREATED_ORDER;
  const name = order?.startsWith('q') ? order.slice(1) : '';
  return name === 'relevance' || Object.hasOwn(ORDERS, name.replace('-', '')) ? name : null;
}

function orderFor(sort: string | undefined, tooMany: boolean): string {
  if (sort === undefined) return CREATED_ORDER;
  if (sort.endsWith('relevance')) return 'relevance';
  return tooMany ? CREATED_ORDER : sort;
}
