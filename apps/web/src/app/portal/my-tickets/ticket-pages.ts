import { HttpClient } from '@angular/common/http';
import { computed, inject, resource, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Ticket, TicketPage } from '@liftdesk/api-client';
import { lastValue } from '../../shared/http/last-value';
import { reloadAfter } from '../../shared/http/reload-after';
import { toProblem } from '../../shared/http/problem';

type Question = Record<string, string>;

interface Pages {
  question: Question;
  items: readonly Ticket[];
  /** How many pages the items are. */
  count: number;
  next: string | null;
  /** ISO 8601, when they were read. */
  at: string;
}

/**
 * A list of tickets that grows page by page; make it in an injection context. Read anew it is as long as before, and
 * stays as it was where that fails. `params` null asks for nothing.
 */
export class TicketPages {
  private readonly http = inject(HttpClient);
  private readonly question = computed(() => this.params() ?? undefined, { equal: sameQuestion });
  private readonly latest = resource({
    params: () => this.question(),
    loader: ({ params }) => this.read(params),
  });
  private readonly pages = lastValue<Pages>(this.latest, () => this.question());
  private readonly fetching = signal(false);

  readonly loaded = computed(() => this.pages() !== undefined);
  /** Why there is nothing to show, or why what is shown is old. */
  readonly problem = computed(() => {
    const error = this.latest.error();
    return error ? toProblem(error.cause ?? error) : null;
  });
  readonly tickets = computed(() => this.pages()?.items ?? []);
  /** When the server last answered; ISO 8601. */
  readonly at = computed(() => this.pages()?.at ?? '');
  readonly hasMore = computed(() => (this.pages()?.next ?? null) !== null);
  readonly loadingMore = this.fetching.asReadonly();
  /** `3`, or `25+` while there is more. */
  readonly count = computed(() =>
    this.loaded() ? `${this.tickets().length}${this.hasMore() ? '+' : ''}` : '',
  );

  constructor(private readonly params: () => Question | null) {}

  /** Reads it anew; while it is being read, once more after that. */
  readonly reload = reloadAfter(this.latest);

  /** Adds the next page; rejects as the request does and leaves the list as it is. */
  async more(): Promise<void> {
    const before = this.pages();
    if (!before?.next || this.fetching()) return;
    this.fetching.set(true);
    try {
      const page = await this.page(before.question, before.next);
      const now = this.pages();
      // Another search has taken its place meanwhile.
      if (now?.question !== before.question) return;
      const known = new Set(now.items.map((ticket) => ticket.id));
      const added = page.items.filter((ticket) => !known.has(ticket.id));
      this.latest.set({
        ...now,
        items: [...now.items, ...added],
        count: now.count + 1,
        next: page.nextCursor,
      });
    } finally {
      this.fetching.set(false);
    }
  }

  private async read(question: Question): Promise<Pages> {
    const shown = this.pages();
    const wanted = shown?.question === question ? shown.count : 1;
    const items: Ticket[] = [];
    let next: string | null = null;
    let count = 0;
    do {
      const page: TicketPage = await this.page(question, next);
      items.push(...page.items);
      next = page.nextCursor;
      count++;
    } while (next && count < wanted);
    return { question, items, count, next, at: new Date().toISOString() };
  }

  private page(question: Question, cursor: string | null): Promise<TicketPage> {
    const params = cursor ? { ...question, cursor } : question;
    return firstValueFrom(this.http.get<TicketPage>('/api/tickets', { params }));
  }
}

function sameQuestion(one: Question | undefined, other: Question | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
