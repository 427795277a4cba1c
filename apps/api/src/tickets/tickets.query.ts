import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Actor } from '../auth/actor';
import { decodeCursor, encodeCursor } from '../common/cursor';
import { NotFoundError } from '../common/domain-error';
import { LIMIT } from '../database/columns';
import { type Dialect, dialectOf } from '../database/dialect';
import { TicketFilters, TicketFiltersBuilder } from './ticket.filters';
import { TicketOrder, placeOf, ticketOrder } from './ticket.order';
import { audienceOf } from './ticket.policy';
import { TICKET_SQL, TicketRow, TicketSql, toTicketView } from './ticket.row';
import { TicketDto, TicketPageDto, TicketQueryDto } from './ticket.dto';
import { TicketSearch } from './ticket.search';

/** Totals are counted up to here. */
const TOTAL_CAP = 1_000;

/** Reads of tickets: one, and lists by filter, order and page. */
@Injectable()
export class TicketsQuery {
  private readonly dialect: Dialect;
  private readonly sql: TicketSql;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly filters: TicketFiltersBuilder,
    private readonly search: TicketSearch,
  ) {
    this.dialect = dialectOf(database);
    this.sql = TICKET_SQL[this.dialect.name];
  }

  /**
   * @param ref id or number
   * @throws NotFoundError also for a ticket that the caller may not see
   */
  async row(actor: Actor, ref: string): Promise<TicketRow> {
    const audience = audienceOf(actor);
    const byNumber = /^\d{1,15}$/.test(ref);
    const sql = (byNumber ? this.sql.byNumber : this.sql.byId)[audience];
    const key = byNumber ? Number(ref) : ref.toLowerCase();
    const scope = audience === 'customer' ? [actor.userRid] : [];
    const [row]: TicketRow[] = await this.database.query(sql, [actor.userRid, key, ...scope]);
    if (!row) throw new NotFoundError('There is no such ticket');
    return row;
  }

  async get(actor: Actor, ref: string): Promise<TicketDto> {
    return toTicketView(await this.row(actor, ref), actor);
  }

  async list(actor: Actor, query: TicketQueryDto): Promise<TicketPageDto> {
    const built = await this.filters.build(actor, query);
    if (built.match !== null) {
      const { rids, ...page } = await this.search.page(actor, query, built.match, built.filters);
      return { items: await this.views(actor, rids), ...page, hints: built.hints };
    }
    const { filters, hints } = built;
    const searches = query.q !== undefined && query.q.trim() !== '';
    const order =
      query.sort && !query.sort.endsWith('relevance') ? query.sort : searches ? '-createdAt' : '-updatedAt';
    const page = await this.page(actor, filters, order, query);
    return {
      items: await this.views(actor, page.rids),
      nextCursor: page.nextCursor,
      order,
      ...(searches && query.cursor === undefined && (await this.total(filters))),
      ...(query.q !== undefined && { hints }),
    };
  }

  /** Rows of these keys, in their order, as the caller sees them. */
  async views(actor: Actor, rids: number[]): Promise<TicketDto[]> {
    if (rids.length === 0) return [];
    const audience = audienceOf(actor);
    const scope = audience === 'customer' ? [actor.userRid] : [];
    const rows: TicketRow[] = await this.database.query(this.sql.byKeys[audience], [
      JSON.stringify(rids),
      actor.userRid,
      ...scope,
    ]);
    return rows.map((row) => toTicketView(row, actor));
  }

  private async total(filters: TicketFilters): Promise<Pick<TicketPageDto, 'total' | 'totalIsCapped'>> {
    const sql = `select count(*) as n from (select 1 from ticket t ${where(filters.conditions)} limit ${TOTAL_CAP}) capped`;
    const [{ n }]: [{ n: number }] = await this.database.query(sql, filters.values);
    return { total: n, totalIsCapped: n >= TOTAL_CAP };
  }

  private indexHint(filters: TicketFilters, order: string): string {
    const index = filters.drivingIndex(order);
    return index === null ? '' : this.dialect.indexedBy(index);
  }

  /** @param name of an order, see ticketOrder() */
  private async page(
    actor: Actor,
    filters: TicketFilters,
    name: string,
    { limit, cursor }: Pick<TicketQueryDto, 'limit' | 'cursor'>,
  ): Promise<{ rids: number[]; nextCursor: string | null }> {
    const order = ticketOrder(name, audienceOf(actor)) as TicketOrder;
    const place = cursor ? decodeCursor(cursor, name, order.size) : [];
    const after = cursor ? [filters.leaveFew ? order.afterAmongFew : order.after] : [];
    const lists = this.dialect.ordersOneValueAtATime ? filters.perStatus() : [filters.conditions];
    const selects = lists.map(
      (conditions) => `
      select ${order.select} from ticket t ${this.indexHint(filters, name)} ${where([...conditions, ...after])} order by ${order.by} ${LIMIT}`,
    );
    const values = selects.flatMap(() => [...filters.values, ...place, limit + 1]);
    const rows: Record<string, number>[] =
      selects.length === 1
        ? await this.database.query(selects.join(), values)
        : await this.database.query(merged(selects, order), [...values, limit + 1]);
    const places = rows.slice(0, limit).map((row) => placeOf(order, row));
    return {
      rids: places.map((keys) => keys.at(-1) as number),
      nextCursor: rows.length > limit ? encodeCursor(name, places.at(-1) ?? []) : null,
    };
  }
}

/** The first rows of several lists in the same order. */
const merged = (selects: readonly string[], order: TicketOrder): string =>
  `select * from (${selects.map((select) => `(${select})`).join(' union all ')}) page order by ${order.byKeys} ${LIMIT}`;

const where = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
