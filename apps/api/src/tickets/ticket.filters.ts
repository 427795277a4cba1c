import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Actor, isStaff } from '../auth/actor';
import { MatchNode, allOf, requesterMatch } from '../search/match-node';
import { parseQuery } from '../search/query-grammar';
import type { PersonFilter, QueryFilters } from '../search/query-filters';
import { escapeLike } from '../common/escape-like';
import { dialectOf } from '../database/dialect';
import { normaliseEmail } from '../users/email';
import type { TicketQueryDto } from './ticket.dto';
import { TICKET_PRIORITIES } from './ticket.entity';
import { TICKET_STATUSES, TicketStatus } from './ticket.status';

/** Tags that fewer tickets carry drive the list; commoner ones are looked up ticket by ticket. */
const RARE_TAG = 2_000;

const TAGGED =
  'select 1 from ticket_tag tt join tag g on g.rid = tt.tag_rid where tt.ticket_rid = t.rid and g.name = ?';
const OF_TAG = 'select tt.ticket_rid from ticket_tag tt join tag g on g.rid = tt.tag_rid where g.name = ?';

/** Met by no ticket. */
const NONE = '1 = 0';

/** The WHERE of a ticket list, in SQL over `ticket t`: fixed texts, the client's values as parameters. */
export class TicketFilters {
  readonly conditions: string[] = [];
  readonly values: unknown[] = [];
  /** The condition on the status, where there is one, and what it lists. */
  listed: { condition: string; statuses: readonly TicketStatus[] } | null = null;
  private drivers: {
    requester?: boolean;
    assignee?: boolean;
    statuses?: readonly TicketStatus[];
    rareTag?: boolean;
  } = {};

  add(condition: string, ...values: unknown[]): void {
    this.conditions.push(condition);
    this.values.push(...values);
  }

  anyOf(column: string, values: readonly (string | number)[]): void {
    if (values.length === 0) this.add(NONE);
    else this.add(`${column} in (${values.map(() => '?').join(', ')})`, ...values);
  }

  /**
   * The conditions once for each status: PostgreSQL walks an index in its order for one value, and sorts all there is for
   * several. Once as a whole where something else finds few rows first.
   */
  perStatus(): (readonly string[])[] {
    const { listed, drivers } = this;
    if (!listed || listed.statuses.length < 2 || drivers.requester || drivers.rareTag)
      return [this.conditions];
    return listed.statuses.map((status) =>
      this.conditions.map((condition) =>
        condition === listed.condition ? `t.status = '${status}'` : condition,
      ),
    );
  }

  /** Whether few tickets are left, and were found first, however they are ordered. */
  get leaveFew(): boolean {
    return this.drivers.rareTag === true;
  }

  drive(by: Partial<TicketFilters['drivers']>): void {
    Object.assign(this.drivers, by);
  }

  /**
   * The index that a list in this order walks, chosen here because SQLite's planner takes the wrong one of several
   * filters: 71 ms against 0.2 at a million tickets.
   */
  drivingIndex(order: string): string | null {
    if (this.drivers.rareTag || !order.endsWith('updatedAt')) return null;
    if (this.drivers.requester) return 'ticket_by_requester';
    if (this.drivers.assignee) return 'ticket_by_assignee';
    return this.drivers.statuses ? 'ticket_by_status_updated' : 'ticket_by_updated';
  }
}

export interface BuiltFilters {
  filters: TicketFilters;
  /** What the text must hold; null when only columns decide. */
  match: MatchNode | null;
  hints: string[];
}

/** Makes the WHERE out of the query string, the operators in `q` and what the caller may see. */
@Injectable()
export class TicketFiltersBuilder {
  private readonly userRids: string;
  private readonly staffByName: string;
  private readonly taggedRarely: string;

  constructor(@InjectDataSource() private readonly database: DataSource) {
    const { texts, like, amongFew } = dialectOf(database);
    this.taggedRarely = `t.rid ${amongFew(OF_TAG)}`;
    this.userRids = `select rid from "user" where id in (select value from ${texts('wanted')})`;
    this.staffByName = `
      select rid from "user" where role in ('agent', 'admin')
        and (name ${like} ? escape '\\' or (? = 1 and email_norm like ? escape '\\')) limit 50`;
  }

  async build(actor: Actor, query: TicketQueryDto): Promise<BuiltFilters> {
    const parsed = query.q === undefined ? { match: null, filters: {}, hints: [] } : parseQuery(query.q);
    const filters = new TicketFilters();
    if (!isStaff(actor)) {
      filters.add('t.requester_rid = ?', actor.userRid);
      filters.drive({ requester: true });
    }
    this.addChoices(filters, query, parsed.filters);
    await this.addRequesters(filters, actor, query, parsed.filters);
    await this.addAssignees(filters, actor, query.assignee, parsed.filters.assignees);
    await this.addTags(filters, query.tag, parsed.filters);
    this.addInstants(filters, actor, query, parsed.filters);
    this.addMarks(filters, actor, parsed.filters);
    const named = (parsed.filters.requesters ?? []).map((requester) =>
      requester.kind === 'text' ? requesterMatch(requester.text) : null,
    );
    return {
      filters,
      match: allOf([parsed.match, ...named].filter((node) => node !== null)),
      hints: parsed.hints,
    };
  }

  private addChoices(filters: TicketFilters, query: TicketQueryDto, asked: QueryFilters): void {
    const statuses = TICKET_STATUSES.filter(
      (status) => (query.status?.includes(status) ?? true) && (asked.statuses?.includes(status) ?? true),
    );
    const all = statuses.length === TICKET_STATUSES.length;
    // Written out, since a partial index serves only a condition that the planner can read.
    const listed = statuses.map((status) => `'${status}'`).join(', ');
    const ordersByStatus = query.sort !== undefined && /priority|dueAt/.test(query.sort);
    const byAssignee = query.assignee !== undefined || asked.assignees !== undefined;
    if (!all || ordersByStatus || byAssignee) {
      const condition = statuses.length > 0 ? `t.status in (${listed})` : NONE;
      filters.add(condition);
      filters.listed = { condition, statuses };
    }
    if (!all) filters.drive({ statuses });
    const priorities = TICKET_PRIORITIES.filter(
      (priority) =>
        (query.priority?.includes(priority) ?? true) && (asked.priorities?.includes(priority) ?? true),
    );
    if (priorities.length < TICKET_PRIORITIES.length) {
      filters.anyOf(
        't.priority',
        priorities.map((priority) => TICKET_PRIORITIES.indexOf(priority)),
      );
    }
  }

  private async addRequesters(
    filters: TicketFilters,
    actor: Actor,
    query: TicketQueryDto,
    asked: QueryFilters,
  ): Promise<void> {
    if (asked.requesters?.some(({ kind }) => kind === 'me'))
      filters.add('t.requester_rid = ?', actor.userRid);
    if (!query.requester) return;
    filters.anyOf('t.requester_rid', await this.ridsOf(actor, query.requester));
    filters.drive({ requester: true });
  }

  private async addAssignees(
    filters: TicketFilters,
    actor: Actor,
    listed: string[] | undefined,
    asked: PersonFilter[] = [],
  ): Promise<void> {
    if (listed) {
      const rids = await this.ridsOf(actor, listed);
      if (listed.includes('none')) this.addNobodyOr(filters, rids);
      else {
        filters.anyOf('t.assignee_rid', rids);
        filters.drive({ assignee: true });
      }
    }
    for (const person of asked) {
      if (person.kind === 'none') this.addNobodyOr(filters, []);
      else if (person.kind === 'me') filters.add('t.assignee_rid = ?', actor.userRid);
      else filters.anyOf('t.assignee_rid', await this.staffNamed(actor, person.text));
      if (person.kind !== 'none') filters.drive({ assignee: true });
    }
  }

  private addNobodyOr(filters: TicketFilters, rids: number[]): void {
    if (rids.length === 0) filters.add('t.assignee_rid is null');
    else
      filters.add(
        `(t.assignee_rid is null or t.assignee_rid in (${rids.map(() => '?').join(', ')}))`,
        ...rids,
      );
  }

  private async addTags(filters: TicketFilters, listed: string[] = [], asked: QueryFilters): Promise<void> {
    const wanted = listed.filter((tag) => !tag.startsWith('-')).map(asStored);
    const unwanted = [
      ...listed.filter((tag) => tag.startsWith('-')).map((tag) => asStored(tag.slice(1))),
      ...(asked.excludedTags ?? []),
    ];
    for (const tag of [...wanted, ...(asked.tags ?? [])]) {
      const [known]: { n: number }[] = await this.database.query(
        'select ticket_count as n from tag where name = ?',
        [tag],
      );
      const rare = (known?.n ?? 0) < RARE_TAG;
      filters.add(rare ? this.taggedRarely : `exists (${TAGGED})`, tag);
      if (rare) filters.drive({ rareTag: true });
    }
    for (const tag of unwanted) filters.add(`not exists (${TAGGED})`, tag);
  }

  private addInstants(
    filters: TicketFilters,
    actor: Actor,
    query: TicketQueryDto,
    asked: QueryFilters,
  ): void {
    const updated = isStaff(actor) ? 't.updated_at' : 't.customer_updated_at';
    if (query.updatedSince !== undefined) filters.add(`${updated} >= ?`, Date.parse(query.updatedSince));
    if (asked.createdFrom !== undefined) filters.add('t.created_at >= ?', asked.createdFrom);
    if (asked.createdBefore !== undefined) filters.add('t.created_at < ?', asked.createdBefore);
  }

  private addMarks(filters: TicketFilters, actor: Actor, asked: QueryFilters): void {
    if (asked.hasFile !== undefined) {
      const visible = isStaff(actor) ? '' : 'and a.customer_visible = 1';
      filters.add(
        `${asked.hasFile ? '' : 'not'} exists (select 1 from attachment a where a.ticket_rid = t.rid ${visible})`,
      );
    }
    if (asked.unread !== undefined) {
      const last = isStaff(actor) ? 't.last_message_rid' : 't.last_reply_rid';
      const active = isStaff(actor) ? `t.status in ('new', 'open', 'pending') and` : '';
      filters.add(
        `${asked.unread ? '' : 'not'} (${active} (select l.author_rid from message l where l.rid = ${last}) <> ?
         and ${last} > coalesce((select rd.message_rid from ticket_read rd where rd.user_rid = ? and rd.ticket_rid = t.rid), 0))`,
        actor.userRid,
        actor.userRid,
      );
    }
  }

  private async ridsOf(actor: Actor, people: string[]): Promise<number[]> {
    const ids = people.filter((person) => person !== 'me' && person !== 'none').map((id) => id.toLowerCase());
    const rows: { rid: number }[] = ids.length
      ? await this.database.query(this.userRids, [JSON.stringify(ids)])
      : [];
    return [...(people.includes('me') ? [actor.userRid] : []), ...rows.map((row) => row.rid)];
  }

  /** A customer, who is never told an agent's address, finds by name only. */
  private async staffNamed(actor: Actor, text: string): Promise<number[]> {
    const rows: { rid: number }[] = await this.database.query(this.staffByName, [
      `%${escapeLike(text)}%`,
      isStaff(actor) ? 1 : 0,
      `%${escapeLike(normaliseEmail(text))}%`,
    ]);
    return rows.map((row) => row.rid);
  }
}

const asStored = (tag: string): string => tag.normalize('NFC').toLowerCase();
