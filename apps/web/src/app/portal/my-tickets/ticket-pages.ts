import { HttpClient, httpResource } from '@angular/common/http';
import { computed, inject, linkedSignal, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Ticket } from '@liftdesk/api-client';
import type { TicketPage } from '@liftdesk/api-client';
import { toProblem } from '../../shared/http/problem';

interface Further {
  items: readonly Ticket[];
  cursor: string | null;
}

/**
 * A list of tickets that grows page by page; make it in an injection context. `params` null asks for nothing.
 */
export class TicketPages {
  private readonly http = inject(HttpClient);
  private readonly first = httpResource<TicketPage>(() => {
    const params = this.params();
    return params ? { url: '/api/tickets', params } : undefined;
  });
  private readonly further = linkedSignal<TicketPage | undefined, Further>({
    source: () => (this.first.hasValue() ? this.first.value() : undefined),
    computation: (page) => ({ items: [], cursor: page?.nextCursor ?? null }),
  });
  private readonly fetching = signal(false);

  readonly loaded = computed(() => this.first.hasValue());
  readonly problem = computed(() => (this.first.error() ? toProblem(this.first.error()) : null));
  readonly tickets = computed(() =>
    this.first.hasValue() ? [...this.first.value().items, ...this.further().items] : [],
  );
  readonly hasMore = computed(() => this.further().cursor !== null);
  readonly loadingMore = this.fetching.asReadonly();
  /** `3`, or `25+` while there is more. */
  readonly count = computed(() =>
    this.loaded() ? `${this.tickets().length}${this.hasMore() ? '+' : ''}` : '',
  );

  constructor(private readonly params: () => Record<string, string> | null) {}

  reload(): void {
    this.first.reload();
  }

  /** Adds the next page; rejects as the request does and leaves the list as it is. */
  async more(): Promise<void> {
    const { cursor } = this.further();
    const params = this.params();
    if (!cursor || !params || this.fetching()) return;
    this.fetching.set(true);
    try {
      const page = await firstValueFrom(
        this.http.get<TicketPage>('/api/tickets', { params: { ...params, cursor } }),
      );
      this.further.update(({ items }) => ({ items: [...items, ...page.items], cursor: page.nextCursor }));
    } finally {
      this.fetching.set(false);
    }
  }
}
