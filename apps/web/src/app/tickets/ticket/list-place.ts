import { Injectable, computed, inject } from '@angular/core';
import { writeFilters } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { viewOf } from '../data/views';
import { TicketStore } from './ticket-store';

/** Where the ticket stands in the list it was opened from. */
@Injectable()
export class ListPlace {
  private readonly list = inject(TicketList);
  private readonly store = inject(TicketStore);

  private readonly index = computed(() => {
    const id = this.store.ticket()?.id;
    return this.list.rows().findIndex((row) => row.id === id);
  });
  /** Number of the neighbour, null at the end. */
  readonly next = computed(() =>
    this.index() < 0 ? null : (this.list.rows()[this.index() + 1]?.number ?? null),
  );
  readonly previous = computed(() => this.list.rows()[this.index() - 1]?.number ?? null);
  /** `1 of 86`; empty for a ticket that is not in the list. */
  readonly words = computed(() => (this.index() < 0 ? '' : `${this.index() + 1} of ${this.list.count()}`));
  /** The list's address and name. */
  readonly params = computed(() => writeFilters(this.list.filters()));
  readonly name = computed(() => {
    const view = viewOf(this.list.filters());
    if (view) return view.name;
    return this.list.filters().q ? 'Search' : 'Tickets';
  });
}
