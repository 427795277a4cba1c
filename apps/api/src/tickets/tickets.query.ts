import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Actor } from '../auth/actor';
import { decodeCursor, encodeCursor } from '../common/cursor';
import { NotFoundError } from '../common/domain-error';
import { LIMIT } from '../database/columns';
import { TicketFilters, TicketFiltersBuilder } from './ticket.filters';
import { ORDERS } from './ticket.order';
import { audienceOf } from './ticket.policy';
import { TICKETS_BY_KEYS, TICKET_BY_ID, TICKET_BY_NUMBER, TicketRow, toTicketView } from './ticket.row';
import { TicketDto, TicketPageDto, TicketQueryDto } from './ticket.dto';
import { TicketSearch } from './ticket.search';

/** A ticket's place in a list: its row key and the values of the order's keys. */
export interface PlacedTicket {
  keys: number[];
  rid: number;
}

/** Reads of tickets: one, and lists by filter, order and page. */
@Injectable()
export class TicketsQuery {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly filters: TicketFiltersBuilder,
    private readonly search: TicketSearch,
  ) {}

  /**
   * @param ref id or number
   * @throws NotFoundError also for a ticket that the caller may not see
   */
  async row(actor: Actor, ref: string): Promise<TicketRow> {
    const audience = audienceOf(actor);
    const byNumber = /^\d{1,15}$/.test(ref);
    const sql = (byNumber ? TICKET_BY_NUMBER : TICKET_BY_ID)[audience];
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
    const order = query.sort && !query.sort.endsWith('relevance') ? query.sort : '-updatedAt';
    const { placed, more } = await this.page(filters, order, query);
    return {
      items: await this.views(
        actor,
        placed.map((ticket) => ticket.rid),
      ),
      nextCursor: more ? encodeCursor(order, placed.at(-1)?.keys ?? []) : null,
      order,
      ...(query.q !== undefined && { hints }),
    };
  }

  /** Rows of these keys, in their order, as the caller sees them. */
  async views(actor: Actor, rids: number[]): Promise<TicketDto[]> {
    if (rids.length === 0) return [];
    const audience = audienceOf(actor);
    const scope = audience === 'customer' ? [actor.userRid] : [];
    const rows: TicketRow[] = await this.database.query(TICKETS_BY_KEYS[audience], [
      JSON.stringify(rids),
      actor.userRid,
      ...scope,
    ]);
    return rows.map((row) => toTicketView(row, actor));
  }

  /** @param order a name of ORDERS, `-` before it for descending */
  private async page(
    filters: TicketFilters,
    order: string,
    { limit, cursor }: Pick<TicketQueryDto, 'limit' | 'cursor'>,
  ): Promise<{ placed: PlacedTicket[]; more: boolean }> {
    const descending = order.startsWith('-');
    const name = descending ? order.slice(1) : order;
    const columns = ORDERS[name] as readonly string[];
    const conditions = [...filters.conditions];
    const values = [...filters.values];
    if (cursor) {
      conditions.push(
        `(${columns.join(', ')}) ${descending ? '<' : '>'} (${columns.map(() => '?').join(', ')})`,
      );
      values.push(...decodeCursor(cursor, order, columns.length));
    }
    const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
    const sql = `
      select ${columns.map((column, index) => `${column} as k${index}`).join(', ')}
      from ticket t ${filters.indexHint(name)} ${where}
      order by ${columns.map((column) => `${column} ${descending ? 'desc' : 'asc'}`).join(', ')} ${LIMIT}`;
    const rows: Record<string, number>[] = await this.database.query(sql, [...values, limit + 1]);
    const placed = rows.slice(0, limit).map((row) => {
      const keys = columns.map((_, index) => row[`k${index}`] as number);
      return { keys, rid: keys.at(-1) as number };
    });
    return { placed, more: rows.length > limit };
  }
}
