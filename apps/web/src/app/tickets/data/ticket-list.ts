import { Injectable, computed, inject, signal } from '@angular/core';
import type { Ticket } from '@liftdesk/api-client';
import type { TicketPage } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../../shared/http/problem';
import { TicketClient } from './ticket-client';
import { ALL_OPEN, type TicketFilters, apiParams, sameFilters } from './ticket-filters';

const PAGE = '50';
const POLLED = '100';
/** `Date` headers have whole seconds, and writes take a moment to be seen. */
const OVERLAP_MS = 3000;

/**
 * The list an agent works through. It lives as long as the agent's side, so that Back finds rows, cursor and scroll
 * as they were. Rows never move by themselves: changes are shown in place, new ones wait until they are asked for.
 */
@Injectable()
export class TicketList {
  private readonly client = inject(TicketClient);

  private readonly tickets = signal<readonly Ticket[]>([]);
  private readonly head = signal<TicketPage | null>(null);
  private readonly cursor = signal<string | null>(null);
  private readonly newcomers = signal<readonly Ticket[]>([]);
  private readonly failure = signal<Problem | null>(null);
  private readonly moreFailure = signal<Problem | null>(null);
  private readonly underway = signal(false);
  private readonly fetchingMore = signal(false);
  private readonly lastAnswer = signal<number | null>(null);
  private readonly shownFilters = signal<TicketFilters>(ALL_OPEN);
  private nextPage: Promise<void> | null = null;
  private turn = 0;
  private polledTo = 0;
  private pollAfter = false;
  /** Tickets whose change is on its way: what was read before it is older than what is shown. */
  private readonly held = new Map<string, Ticket | null>();

  /** What the list shows or is about to show. */
  readonly filters = this.shownFilters.asReadonly();
  readonly rows = this.tickets.asReadonly();
  /** New or changed tickets that would join the list. */
  readonly waiting = this.newcomers.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly moreProblem = this.moreFailure.asReadonly();
  readonly loading = this.underway.asReadonly();
  readonly loadingMore = this.fetchingMore.asReadonly();
  readonly loaded = computed(() => this.head() !== null);
  readonly hasMore = computed(() => this.cursor() !== null);
  /** Epoch ms of this device's clock, null before the first answer. */
  readonly answeredAt = this.lastAnswer.asReadonly();
  readonly order = computed(() => this.head()?.order ?? '');
  readonly hints = computed(() => this.head()?.hints ?? []);
  /** `12`, `1,000+` for a search; `50+` while there is more to load. */
  readonly count = computed(() => countWords(this.head(), this.tickets().length, this.hasMore()));

  /** Id of the row that the keys act on. */
  readonly cursorId = signal<string | null>(null);
  /** Pixels; kept for Back. */
  scrollTop = 0;

  /** Shows these tickets; the same filters again keep what is there and only look for changes. */
  async show(filters: TicketFilters): Promise<void> {
    const before = this.shownFilters();
    if (sameFilters(before, filters) && this.loaded()) return this.poll();
    this.shownFilters.set(filters);
    if (!sameFilters({ ...before, q: '', sort: null }, { ...filters, q: '', sort: null })) this.clear();
    this.scrollTop = 0;
    await this.load(false);
  }

  /** Fetches the list anew from its top. */
  async reload(): Promise<void> {
    this.scrollTop = 0;
    await this.load(true);
  }

  /** Adds the next page to the end; asked twice it is one page, and both know when it is there. */
  more(): Promise<void> {
    this.nextPage ??= this.addPage().finally(() => (this.nextPage = null));
    return this.nextPage;
  }

  /** Looks for changes since the last look: rows change in place, others wait. Failures show as `problem`. */
  async poll(): Promise<void> {
    if (this.underway()) this.pollAfter = true;
    if (!this.loaded() || this.underway()) return;
    const turn = this.turn;
    const since = { updatedSince: new Date(this.polledTo - OVERLAP_MS).toISOString(), limit: POLLED };
    const filters = { ...this.filters(), sort: null };
    try {
      const [matching, changed] = await Promise.all([
        this.client.list({ ...apiParams(filters), ...since }),
        this.client.list(since),
      ]);
      if (turn !== this.turn) return;
      this.failure.set(null);
      this.lastAnswer.set(Date.now());
      this.polledTo = matching.at;
      for (const ticket of changed.page.items) this.refresh(ticket);
      this.take(matching.page.items);
    } catch (error) {
      if (turn === this.turn) this.failure.set(toProblem(error));
    }
  }

  /** Puts a newer state of a ticket into its row; the row stays where it is. */
  refresh(ticket: Ticket): void {
    if (this.held.has(ticket.id)) {
      this.held.set(ticket.id, ticket);
      return;
    }
    const replace = (rows: readonly Ticket[]) =>
      rows.some((row) => row.id === ticket.id)
        ? rows.map((row) => (row.id === ticket.id && row.version <= ticket.version ? ticket : row))
        : rows;
    this.tickets.update(replace);
    this.newcomers.update(replace);
  }

  /** The same without regard to versions: for a change shown before the server has confirmed it, or taken back. */
  replace(ticket: Ticket): void {
    this.tickets.update((rows) => rows.map((row) => (row.id === ticket.id ? ticket : row)));
  }

  /** While a change is on its way, its row shows nothing but that; what was read meanwhile counts afterwards. */
  hold(id: string): void {
    if (!this.held.has(id)) this.held.set(id, null);
  }

  letGo(id: string): void {
    const read = this.held.get(id);
    this.held.delete(id);
    if (read) this.refresh(read);
  }

  find(id: string | null): Ticket | undefined {
    return this.tickets().find((ticket) => ticket.id === id);
  }

  /** 0-based place of the cursor; the first row when its ticket is not in the list. */
  indexOfCursor(): number {
    return Math.max(
      0,
      this.tickets().findIndex((ticket) => ticket.id === this.cursorId()),
    );
  }

  private async load(keep: boolean): Promise<void> {
    const turn = ++this.turn;
    this.underway.set(true);
    this.failure.set(null);
    this.moreFailure.set(null);
    try {
      const { page, at } = await this.client.list({ ...apiParams(this.filters()), limit: PAGE });
      if (turn !== this.turn) return;
      this.head.set(page);
      this.tickets.set(page.items);
      this.cursor.set(page.nextCursor);
      this.newcomers.set([]);
      this.polledTo = at;
      this.lastAnswer.set(Date.now());
      if (!this.find(this.cursorId())) this.cursorId.set(page.items[0]?.id ?? null);
    } catch (error) {
      if (turn !== this.turn) return;
      if (!keep) this.clear();
      this.failure.set(toProblem(error));
    } finally {
      if (turn === this.turn) this.underway.set(false);
    }
    if (turn === this.turn && this.pollAfter) {
      this.pollAfter = false;
      await this.poll();
    }
  }

  private async addPage(): Promise<void> {
    const cursor = this.cursor();
    if (!cursor || this.underway()) return;
    const turn = this.turn;
    this.fetchingMore.set(true);
    this.moreFailure.set(null);
    try {
      const { page } = await this.client.list({ ...apiParams(this.filters()), limit: PAGE, cursor });
      if (turn !== this.turn) return;
      const known = new Set(this.tickets().map((ticket) => ticket.id));
      this.tickets.update((rows) => [...rows, ...page.items.filter((ticket) => !known.has(ticket.id))]);
      this.cursor.set(page.nextCursor);
    } catch (error) {
      if (turn === this.turn) this.moreFailure.set(toProblem(error));
    } finally {
      this.fetchingMore.set(false);
    }
  }

  private clear(): void {
    this.head.set(null);
    this.tickets.set([]);
    this.cursor.set(null);
    this.newcomers.set([]);
    this.cursorId.set(null);
  }

  /** Of tickets that match and are not shown, those count as new which the loaded pages would hold. */
  private take(matching: readonly Ticket[]): void {
    const known = new Set(this.tickets().map((ticket) => ticket.id));
    const byChange = this.order() === '-updatedAt';
    const newest = this.tickets().reduce((last, ticket) => Math.max(last, ticket.number), 0);
    const unseen = matching.filter(
      (ticket) => !known.has(ticket.id) && (byChange || !this.hasMore() || ticket.number > newest),
    );
    if (unseen.length === 0) return;
    const ids = new Set(unseen.map((ticket) => ticket.id));
    this.newcomers.update((waiting) => [...unseen, ...waiting.filter((ticket) => !ids.has(ticket.id))]);
  }
}

function countWords(head: TicketPage | null, rows: number, hasMore: boolean): string {
  if (!head) return '';
  if (head.total !== undefined)
    return `${head.total.toLocaleString('en-GB')}${head.totalIsCapped ? '+' : ''}`;
  return `${rows}${hasMore ? '+' : ''}`;
}
