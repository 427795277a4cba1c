import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Actor, isStaff } from '../auth/actor';
import { decodeCursor, encodeCursor, orderOfCursor } from '../common/cursor';
import { LIMIT } from '../database/columns';
import { type Dialect, dialectOf } from '../database/dialect';
import type { MatchNode } from '../search/match-node';
import { HITS_CAP, NEWEST } from '../search/search-document';
import { type Hits, type SearchEngine, type Walk, searchEngineOf } from '../search/search-engine';
import type { TicketFilters } from './ticket.filters';
import type { TicketQueryDto } from './ticket.dto';
import { audienceOf } from './ticket.policy';
import { TicketOrder, placeOf, ticketOrder } from './ticket.order';

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
type Wanted = Pick<TicketQueryDto, 'limit' | 'cursor'>;

/**
 * Lists by text. The index streams its hits newest first, so that order is flat at any size; relevance ranks the newest
 * thousand; other orders hold while there are fewer hits than that, and created order is used beyond.
 */
@Injectable()
export class TicketSearch {
  private readonly engine: SearchEngine;
  private readonly dialect: Dialect;

  constructor(@InjectDataSource() private readonly database: DataSource) {
    this.engine = searchEngineOf(database);
    this.dialect = dialectOf(database);
  }

  async page(
    actor: Actor,
    query: TicketQueryDto,
    node: MatchNode,
    filters: TicketFilters,
  ): Promise<SearchPage> {
    const scope = isStaff(actor)
      ? { mayReadNotes: true }
      : { mayReadNotes: false, requesterRid: actor.userRid };
    const hits: Hits = {
      match: this.engine.expression(node, scope),
      filter: filters.conditions.join(' and ') || 'true',
      values: filters.values,
    };
    return query.cursor === undefined
      ? this.firstPage(actor, hits, query)
      : this.nextPage(actor, hits, { ...query, cursor: query.cursor });
  }

  private async firstPage(actor: Actor, hits: Hits, query: TicketQueryDto): Promise<SearchPage> {
    const walk = await this.engine.walk(this.database, hits, NEWEST, HITS_CAP);
    const total = walk.rids.length;
    const totalIsCapped = walk.goOnBelow !== null;
    const order = orderFor(actor, query.sort, totalIsCapped);
    const page =
      order === CREATED_ORDER
        ? newest(walk, query.limit)
        : await this.inOrder(actor, hits, walk, order, query);
    return { ...page, order, total, totalIsCapped };
  }

  /** A list goes on in the order it began with, also when hits have come or gone meanwhile; they are not counted again. */
  private async nextPage(actor: Actor, hits: Hits, query: Wanted & { cursor: string }): Promise<SearchPage> {
    const name = orderOfCursor(query.cursor) ?? '';
    if (name === 'q') {
      const below = Number(decodeCursor(query.cursor, 'q', 1)[0]);
      const walk = await this.engine.walk(this.database, hits, below, query.limit + 1);
      return { ...newest(walk, query.limit), order: CREATED_ORDER };
    }
    const order = orderFor(actor, name.startsWith('q') ? name.slice(1) : undefined, false);
    // More than at first: hits that came meanwhile must push none of the others out.
    const walk = await this.engine.walk(
      this.database,
      hits,
      NEWEST,
      order === 'relevance' ? HITS_CAP : 2 * HITS_CAP,
    );
    return { ...(await this.inOrder(actor, hits, walk, order, query)), order };
  }

  private inOrder(actor: Actor, hits: Hits, walk: Walk, name: string, query: Wanted): Promise<Page> {
    const order = ticketOrder(name, audienceOf(actor));
    return order ? this.sorted(walk, name, order, query) : this.ranked(hits, walk, query);
  }

  private async sorted(
    walk: Walk,
    name: string,
    order: TicketOrder,
    { limit, cursor }: Wanted,
  ): Promise<Page> {
    const place = cursor === undefined ? [] : decodeCursor(cursor, `q${name}`, order.size);
    const sql = `select ${order.select} from ${this.dialect.integers('hit')} ${this.dialect.joinThen} ticket t on t.rid = hit.value
      ${cursor === undefined ? '' : `where ${order.after}`} order by ${order.by} ${LIMIT}`;
    const rows: Record<string, number>[] = await this.database.query(sql, [
      JSON.stringify(walk.rids),
      ...place,
      limit + 1,
    ]);
    const places = rows.slice(0, limit).map((row) => placeOf(order, row));
    return {
      rids: places.map((keys) => keys.at(-1) as number),
      nextCursor: rows.length > limit ? encodeCursor(`q${name}`, places.at(-1) ?? []) : null,
    };
  }

  /** The only order whose cursor counts places: a score tells nothing without the others. */
  private async ranked(hits: Hits, walk: Walk, { limit, cursor }: Wanted): Promise<Page> {
    const from = cursor === undefined ? 0 : Number(decodeCursor(cursor, 'qrelevance', 1)[0]);
    const scored = await this.engine.score(this.database, hits, walk);
    scored.sort((a, b) => a.score - b.score || b.rid - a.rid);
    return {
      rids: scored.slice(from, from + limit).map(({ rid }) => rid),
      nextCursor: scored.length > from + limit ? encodeCursor('qrelevance', [from + limit]) : null,
    };
  }
}

/** Newest created first is how a walk finds them. */
function newest({ rids, goOnBelow }: Walk, limit: number): Page {
  const shown = rids.slice(0, limit);
  const last = rids.length > limit ? (shown.at(-1) as number) : goOnBelow;
  return { rids: shown, nextCursor: last === null ? null : encodeCursor('q', [last]) };
}

/** A document's score depends on its length, its notes included: a customer would read off their rank that there are some. */
function orderFor(actor: Actor, sort: string | undefined, tooMany: boolean): string {
  if (sort === undefined) return CREATED_ORDER;
  if (sort.endsWith('relevance')) return isStaff(actor) ? 'relevance' : CREATED_ORDER;
  return tooMany ? CREATED_ORDER : sort;
}
